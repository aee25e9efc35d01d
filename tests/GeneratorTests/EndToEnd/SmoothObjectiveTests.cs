using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Header;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>What an objective does with its certificate: the bound from the data, and descent without a learning rate.</summary>
public sealed class SmoothObjectiveTests
{
    [Fact]
    public void Spam_is_learned_without_a_learning_rate()
    {
        (double[] x, double[] label, int width) = Spambase();
        dynamic objective = Activator.CreateInstance(
            Compile(Losses.InClass(Losses.Spam)).GetType("Demo.Losses+NegativeLogLikelihoodObjective")!,
            new ReadOnlyMemory<double>(x), new ReadOnlyMemory<double>(label), 1e-3)!;
        var smooth = (ISmoothObjective<double>)objective;
        Assert.True(smooth.IsConvex);

        // ¼·λmax of the second moments of (x, 1), and the penalty; the largest eigenvalue by plain power iteration.
        double expected = (0.25 * LargestSecondMoment(x, width)) + 2e-3, bound = smooth.LipschitzBound();
        Assert.InRange(bound, 0.999 * expected, 1.13 * expected);

        FitResult<double> fit = new GradientDescent { GradientTolerance = 1e-6 }.Minimize(smooth, new double[width + 1]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        FitResult<double> reference = new LBfgs { GradientTolerance = 1e-8 }.Minimize(smooth, new double[width + 1]);
        Assert.Equal(reference.Value, fit.Value, 8);

        objective.L2 = -1.0;
        Assert.False(smooth.IsConvex);
    }

    [Fact]
    public void Convexity_asks_the_data()
    {
        Type type = Compile(Losses.InClass("""
            [Loss] public static double F([Parameter] double a, double x, double y)
            {
                double s = Sym.Sigmoid(a * x);
                return -y * Math.Log(s) - (1 - y) * Math.Log(1 - s);
            }
            """)).GetType("Demo.Losses+FObjective")!;
        Assert.True(Of([0, 1, 0.5]).IsConvex);
        Assert.False(Of([0, 1, 1.5]).IsConvex);
        Assert.False(Of([-0.5, 1, 1]).IsConvex);
        Assert.InRange(Of([0, 1, 0.5]).LipschitzBound(), 0.25 * 14 / 3, 0.25 * 14 / 3 * 1.12);

        ISmoothObjective<double> Of(double[] y) => (ISmoothObjective<double>)Activator.CreateInstance(type, new ReadOnlyMemory<double>([1, 2, 3]), new ReadOnlyMemory<double>(y))!;
    }

    [Theory]
    [InlineData(1.2, true)]
    [InlineData(8, false)]
    [InlineData(0, false)]
    public void A_gradient_that_costs_too_much_is_an_error(double limit, bool isError)
    {
        string source = string.Create(CultureInfo.InvariantCulture, $$"""
            [Loss(MaxOverhead = {{limit}})]
            public static double F([Parameter] ReadOnlySpan<double> a, double x, double y)
            {
                double sum = 0;
                for (int j = 0; j < a.Length; j++) sum += Math.Sin(a[j] * x) * Math.Exp(a[j] * y);
                return sum;
            }
            """);
        CSharpCompilation compilation = CompilationFactory.Create(Losses.InClass(source), withUsings: false);
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out _, out var diagnostics);
        if (!isError)
        {
            Assert.Empty(diagnostics);
            return;
        }

        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal("SGD5003", diagnostic.Id);
        Assert.Matches(@"The gradient of 'F' takes \d+(\.\d+)? times the operations of the loss, more than MaxOverhead = 1.2 allows", diagnostic.GetMessage(CultureInfo.InvariantCulture));
        Assert.True(diagnostic.Location.IsInSource);
    }

    private static Assembly Compile(string source)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source, withUsings: false);
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return CompilationFactory.Load((CSharpCompilation)generated);
    }

    /// <summary>The spambase data, each feature with mean 0 and variance 1.</summary>
    private static (double[] X, double[] Label, int Width) Spambase()
    {
        double[][] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "samples", "data", "spambase", "spambase.csv")).Skip(1)
            .Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        int width = rows[0].Length - 1;
        for (int j = 0; j < width; j++)
        {
            double mean = rows.Average(r => r[j]), deviation = Math.Sqrt(rows.Average(r => (r[j] - mean) * (r[j] - mean)));
            foreach (double[] row in rows) row[j] = (row[j] - mean) / deviation;
        }

        return ([.. rows.SelectMany(r => r.Take(width))], [.. rows.Select(r => r[width])], width);
    }

    private static double LargestSecondMoment(double[] x, int width)
    {
        int n = x.Length / width;
        double[] v = [.. Enumerable.Range(0, width + 1).Select(j => 1.0 + (j % 7))];
        double eigenvalue = 0;
        for (int iteration = 0; iteration < 300; iteration++)
        {
            double norm = Math.Sqrt(v.Sum(e => e * e));
            for (int j = 0; j <= width; j++) v[j] /= norm;
            var next = new double[width + 1];
            for (int i = 0; i < n; i++)
            {
                double z = v[width];
                for (int j = 0; j < width; j++) z += x[(i * width) + j] * v[j];
                for (int j = 0; j < width; j++) next[j] += z * x[(i * width) + j] / n;
                next[width] += z / n;
            }

            eigenvalue = v.Zip(next, (a, b) => a * b).Sum();
            v = next;
        }

        return eigenvalue;
    }
}
