using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>
/// The sample UserTypes as a whole (records, tuples, local functions, early returns, a loop that ends early, recursion bounded by data, a derivative
/// that is given), compiled and run: its value against the user's own method, its derivatives against finite differences.
/// </summary>
public sealed class UserTypesTests
{
    private const string Driver = """
        public static class Driver
        {
            public static double Run(double[] p, int[] parent, double[] length, double[] marker, int[] joint, double[] quality)
            {
                double sum = 0;
                for (int i = 0; i < joint.Length; i++)
                {
                    sum += UserTypes.Arm.Misfit(p.AsSpan(0, parent.Length), p.AsSpan(parent.Length), parent, length, marker.AsSpan(3 * i, 3), joint[i], quality[i]);
                }

                return sum / joint.Length;
            }

            public static object Objective(int[] parent, double[] length, double[] marker, int[] joint, double[] quality) =>
                new UserTypes.Arm.MisfitObjective(marker: marker, joint: joint, quality: quality, parent: parent, length: length);
        }
        """;

    private static readonly int[] s_parent = [-1, 0, 1, 1];
    private static readonly double[] s_length = [0.5, 1, 0.8, 0.6];
    private static readonly Lazy<(Type Driver, string Text)> s_compiled = new(Compile);

    [Theory]
    [InlineData(1, 0.4)]
    [InlineData(2, 0.05)]
    [InlineData(3, 0)]
    public void The_sample_is_right(int seed, double turned)
    {
        var random = new Random(seed);
        const int Markers = 11;
        double[] marker = [.. Enumerable.Range(0, 3 * Markers).Select(_ => random.NextDouble())];
        int[] joint = [.. Enumerable.Range(0, Markers).Select(i => i % 4)];
        double[] quality = [.. Enumerable.Range(0, Markers).Select(_ => (1.4 * random.NextDouble()) - 0.2)];
        double[] point = [.. Enumerable.Range(0, 7).Select(i => (i < 4 ? 1 : turned) * random.NextDouble())];
        var objective = (HostObjective<double>)s_compiled.Value.Driver.GetMethod("Objective")!.Invoke(null, [s_parent, s_length, marker, joint, quality])!;
        double expected = (double)s_compiled.Value.Driver.GetMethod("Run")!.Invoke(null, [point, s_parent, s_length, marker, joint, quality])!;
        Assert.Equal(expected, objective.Value(point), 1e-13);

        GradientCheckReport check = GradientCheck.Run(objective, point);
        Assert.True(check.Passed, check.ToString());
        Assert.Contains(check.Entries, e => e.Derivative == CheckedDerivative.HessianVectorProduct);
    }

    /// <summary>An arm longer than the depth that the helper declares is not evaluated wrongly.</summary>
    [Fact]
    public void Too_long_an_arm_is_reported()
    {
        foreach ((int[] parent, bool fits) in new[] { (new[] { -1, 0, 1, 2 }, true), ([-1, 0, 1, 2, 3], false) })
        {
            double[] length = [.. parent.Select(_ => 0.5)];
            var objective = (HostObjective<double>)s_compiled.Value.Driver.GetMethod("Objective")!
                .Invoke(null, [parent, length, new double[] { 1, 0, 0 }, new[] { parent.Length - 1 }, new[] { 1.0 }])!;
            double value = objective.Value([.. parent.Select(_ => 0.1), 0.1, 0.2, 0.3]);
            Assert.Equal(fits, double.IsFinite(value));
        }
    }

    [Fact]
    public void The_emitted_code_names_the_parts_after_the_users_members()
    {
        foreach (string name in new[] { "start_x", "miss_z", "start_y", "k_x" }) Assert.Contains(" " + name + " = ", s_compiled.Value.Text, StringComparison.Ordinal);
    }

    private static (Type, string) Compile()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "samples", "UserTypes", "Arm.cs"));
        CSharpCompilation compilation = CompilationFactory.Create("", LanguageVersion.CSharp13).RemoveAllSyntaxTrees()
            .AddSyntaxTrees(CompilationFactory.Parse("global using System; global using System.Linq;\n" + source, LanguageVersion.CSharp13, "Arm.cs"), CompilationFactory.Parse(Driver, LanguageVersion.CSharp13, "Driver.cs"));
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.Empty(diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error));
        string text = Assert.Single(driver.GetRunResult().GeneratedTrees).ToString();
        return (CompilationFactory.Load((CSharpCompilation)generated).GetType("Driver")!, text);
    }
}
