using System.Reflection;
using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using Xunit;

namespace SymbolicGD.GeneratorTests.Ir;

/// <summary>
/// What the incremental driver keeps between edits must compare by content and must not keep a compilation alive: every
/// type that a model can hold is walked.
/// </summary>
public sealed class ModelTests
{
    [Fact]
    public void ModelsHoldFlatDataOnly()
    {
        List<string> wrong = Problems([typeof(CaptureResult<LossSpec>), typeof(CaptureResult<UpdateRuleSpec>)], out HashSet<Type> seen);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));

        // The walk reaches what it is about.
        Assert.Contains(typeof(Function), seen);
        Assert.Contains(typeof(Accumulate), seen);
        Assert.Contains(typeof(RuleArgument), seen);
    }

    private sealed record Bad(Location Place, List<int> Numbers, Lazy<Compilation> Late, object Anything);

    [Fact]
    public void WalkFindsWhatIsForbidden()
    {
        List<string> wrong = Problems([typeof(Bad)], out _);
        Assert.Contains(wrong, w => w.Contains("Place"));
        Assert.Contains(wrong, w => w.Contains("Numbers"));
        Assert.Contains(wrong, w => w.Contains("Late"));
        Assert.Contains(wrong, w => w.Contains("Anything"));
    }

    private static List<string> Problems(Type[] roots, out HashSet<Type> seen)
    {
        var wrong = new List<string>();
        seen = [];
        var open = new Queue<(Type Type, string Path)>(roots.Select(t => (t, t.Name)));
        while (open.TryDequeue(out (Type Type, string Path) next))
        {
            (Type type, string path) = next;
            if (!seen.Add(type) || type.IsPrimitive || type.IsEnum || type == typeof(string)) continue;
            if (Forbidden(type) is { } why)
            {
                wrong.Add($"{path}: {why}");
                continue;
            }

            if (type.IsGenericType)
            {
                foreach (Type argument in type.GetGenericArguments()) open.Enqueue((argument, $"{path}<{argument.Name}>"));
            }

            // What an item can be, wherever a field says Item.
            if (type.IsAbstract)
            {
                foreach (Type derived in type.Assembly.GetTypes().Where(t => t != type && type.IsAssignableFrom(t))) open.Enqueue((derived, $"{path}/{derived.Name}"));
            }

            // The one type that may hold an array, since it compares it by content.
            if (type.Name == "EquatableArray`1") continue;
            for (Type? level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
            {
                foreach (FieldInfo field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    open.Enqueue((field.FieldType, $"{path}.{field.Name}"));
                }
            }
        }

        return wrong;
    }

    private static string? Forbidden(Type type)
    {
        for (Type? level = type; level is not null; level = level.BaseType)
        {
            if (level.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) == true) return $"{type} is Roslyn's";
        }

        if (type.GetInterfaces().Any(i => i.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) == true)) return $"{type} is Roslyn's";
        bool ours = type.Namespace?.StartsWith("SymbolicGD", StringComparison.Ordinal) == true;
        if (!ours && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Nullable<>))) return $"{type} does not say that it compares by content";
        bool equatable = type.IsEnum || type.GetInterfaces().Contains(typeof(IEquatable<>).MakeGenericType(type)) || type.IsAbstract;
        return equatable ? null : $"{type} does not compare by content";
    }
}
