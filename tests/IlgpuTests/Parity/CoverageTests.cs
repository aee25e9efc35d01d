using System.Numerics;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU.Runtime;
using Xunit;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>That no loss of the samples and the benchmarks is without a comparison.</summary>
public sealed partial class CoverageTests
{
    [Fact]
    public void Every_loss_of_the_samples_and_benchmarks_is_compared()
    {
        var compared = new Types();
        foreach (string name in Cases.Names) Cases.Visit(name, compared);
        string[] losses = [.. Losses()];
        Assert.InRange(losses.Length, 30, 300);
        Assert.Empty(losses.Except(compared.Names));
    }

    /// <summary>The names that the objectives of all losses have, as the sources say.</summary>
    private static IEnumerable<string> Losses()
    {
        Assembly assembly = Assembly.GetExecutingAssembly();
        foreach (string file in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cs", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(file)!);
            string space = "", type = "";
            foreach (Match match in Declaration().Matches(reader.ReadToEnd()))
            {
                if (match.Groups["space"] is { Success: true, Value: var outer }) space = outer;
                else if (match.Groups["type"] is { Success: true, Value: var inner }) type = inner;
                else yield return $"{space}.{type}+{match.Groups["method"].Value}Objective";
            }
        }
    }

    [GeneratedRegex(@"^namespace (?<space>[\w.]+)|\bpartial class (?<type>\w+)|^ *\[(Loss|Residual)\b.*\s+(public|internal) static \w+ (?<method>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    private sealed class Types : Cases.IVisitor
    {
        public HashSet<string?> Names { get; } = [];

        public void Examples<T>(ExampleObjective<T> objective, Func<Accelerator, DeviceExampleObjective<T>> on, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T> => Names.Add(objective.GetType().FullName);

        public void Function<T>(HostObjective<T> objective, Func<Accelerator, DeviceObjective<T>> on, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T> => Names.Add(objective.GetType().FullName);
    }
}
