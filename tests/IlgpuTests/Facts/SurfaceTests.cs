#if REAL_ILGPU
using System.Reflection;
using System.Runtime.Loader;
using Xunit;

namespace SymbolicGD.IlgpuTests.Facts;

/// <summary>What the stand-in declares is ILGPU's: what compiles against it compiles against ILGPU.</summary>
public sealed class SurfaceTests
{
    /// <summary>Differences that are meant.</summary>
    private static readonly HashSet<string> Meant =
    [
        // Which barrier it is, filled in by the compiler.
        "ILGPU.Group: static Void Barrier(Int32)",
    ];

    [Fact]
    public void Every_member_of_the_stand_in_is_a_member_of_ILGPU()
    {
        Type[] real = [typeof(ILGPU.Context), typeof(ILGPU.AlgorithmContext)];
        var theirs = real.SelectMany(type => type.Assembly.GetExportedTypes()).ToLookup(type => type.FullName);
        var ours = new AssemblyLoadContext("stand-in").LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "stand-in", "ILGPU.dll"));
        var missing = new List<string>();
        int members = 0;
        foreach (var type in ours.GetExportedTypes().Where(type => type.Namespace!.StartsWith("ILGPU", StringComparison.Ordinal)))
        {
            if (theirs[type.FullName].FirstOrDefault() is not { } their)
            {
                missing.Add(Describe(type));
                continue;
            }

            var known = Members(their).ToHashSet();
            foreach (string member in Members(type))
            {
                members++;
                if (!known.Contains(member) && !Meant.Contains(member))
                {
                    missing.Add(member);
                }
            }
        }

        Assert.True(members > 300, $"only {members} members were compared");
        Assert.True(missing.Count == 0, string.Join(Environment.NewLine, missing));
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        yield return Describe(type);
        foreach (var member in type.GetMembers(declared))
        {
            string name = type.FullName!;
            switch (member)
            {
                case MethodInfo method when method.DeclaringType?.Namespace != "System":
                    string generic = method.IsGenericMethod ? Generic(method.GetGenericArguments()) : "";
                    yield return $"{name}: {(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
                    break;
                case ConstructorInfo constructor:
                    yield return $"{name}: new({Parameters(constructor)})";
                    break;
                case FieldInfo field when field.Name != "value__":
                    yield return $"{name}: {(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}";
                    break;
            }
        }
    }

    private static string Describe(Type type) =>
        $"{(type.IsInterface ? "interface" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : "class")} {type.FullName}{Generic(type.GetGenericArguments())}";

    private static string Generic(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Constraint))}>";

    private static string Constraint(Type argument) => argument.IsGenericParameter
        ? $"{argument.Name}:{argument.GenericParameterAttributes & ~GenericParameterAttributes.VarianceMask}:{string.Join("+", argument.GetGenericParameterConstraints().Select(Name).Order(StringComparer.Ordinal))}"
          + (argument.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "IsUnmanagedAttribute") ? ":unmanaged" : "")
        : Name(argument);

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{(parameter.IsIn ? "in " : parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + Name(type.GetElementType()!);
        }

        return type.IsGenericType ? $"{type.Name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
    }
}
#endif
