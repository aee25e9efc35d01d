using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Schedule;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.EndToEnd;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Schedule;

/// <summary>
/// Losses whose layers run as products of matrices over blocks of examples: what is recognized, that taking it apart preserves what the function
/// computes, and that the emitted code agrees with dual numbers at every number of examples around those of a vector and of a block.
/// </summary>
public sealed class ContractionTests
{
    private const string Source = """
        public static partial class Networks
        {
            [Loss(Order = 2)]
            public static double ThreeLayers(
                [Parameter, Shape("h1", "inputs")] ReadOnlyMatrix<double> w1, [Parameter, Shape("h1")] ReadOnlySpan<double> b1,
                [Parameter, Shape("h2", "h1")] ReadOnlyMatrix<double> w2, [Parameter, Shape("h2")] ReadOnlySpan<double> b2,
                [Parameter, Shape("outputs", "h2")] ReadOnlyMatrix<double> w3, [Shape("inputs")] ReadOnlySpan<double> x, [Shape("outputs")] ReadOnlySpan<double> target)
            {
                Span<double> a = stackalloc double[b1.Length], b = stackalloc double[b2.Length];
                for (int i = 0; i < a.Length; i++) a[i] = Math.Tanh(b1[i] + TensorPrimitives.Dot(w1.Row(i), x));
                for (int i = 0; i < b.Length; i++) b[i] = Sym.Softplus(b2[i] + TensorPrimitives.Dot(w2.Row(i), a));
                double loss = 0;
                for (int i = 0; i < target.Length; i++)
                {
                    double e = TensorPrimitives.Dot(w3.Row(i), b) - target[i];
                    loss += e * e;
                }

                return loss;
            }

            /// Plain loops; the weights lie input by input, and sums begin with the bias.
            [Loss(Order = 2)]
            public static double PlainLoops(
                [Parameter, Shape("inputs", "hidden")] ReadOnlyMatrix<double> w, [Parameter, Shape("hidden")] ReadOnlySpan<double> bias,
                [Parameter, Shape("hidden", "outputs")] ReadOnlyMatrix<double> v, [Shape("inputs")] ReadOnlySpan<double> x, int label)
            {
                Span<double> h = stackalloc double[bias.Length], z = stackalloc double[v.Columns];
                for (int j = 0; j < bias.Length; j++)
                {
                    double sum = bias[j];
                    for (int k = 0; k < x.Length; k++) sum += x[k] * w[k, j];
                    h[j] = Sym.Sigmoid(sum);
                }

                for (int o = 0; o < v.Columns; o++)
                {
                    double sum = 0;
                    for (int j = 0; j < h.Length; j++) sum += h[j] * v[j, o];
                    z[o] = sum;
                }

                return Sym.LogSumExp(z) - z[label];
            }

            /// One vector of weights for all but the first unit; the same ones again for the second layer; scalars of the example and of the model on both sides.
            [Loss(Reduction = Reduction.Sum, Order = 2)]
            public static double TiedAndShifted(
                [Parameter, Shape("nSquared")] ReadOnlySpan<double> w, [Parameter] double gain, [Parameter] double offset, [Constant] double l2, [Shape("n")] ReadOnlySpan<double> x, double y)
            {
                double scale = y > 0 ? gain : 0.5;
                Span<double> u = stackalloc double[x.Length], h = stackalloc double[x.Length], g = stackalloc double[x.Length];
                for (int k = 0; k < x.Length; k++) u[k] = scale * x[k];
                for (int j = 0; j < x.Length - 1; j++) h[j] = Math.Tanh(TensorPrimitives.Dot(w.Slice(x.Length + j * x.Length, x.Length), u));
                for (int j = 0; j < x.Length; j++) g[j] = h[j] + Math.Tanh(TensorPrimitives.Dot(w.Slice(j * x.Length, x.Length), h));
                double o = offset;
                foreach (double v in g) o += scale * v;
                double penalty = 0;
                foreach (double v in w) penalty += v * v;
                return (o - y) * (o - y) + l2 * penalty * gain;
            }

            [Loss(Order = 2)]
            public static float Classifier(
                [Parameter, Shape("hidden", "pixels")] ReadOnlyMatrix<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1,
                [Parameter, Shape("classes", "hidden")] ReadOnlyMatrix<float> w2, [Parameter, Shape("classes")] ReadOnlySpan<float> b2,
                [Shape("pixels")] ReadOnlySpan<float> image, int digit, float weight)
            {
                Span<float> h = stackalloc float[b1.Length], logits = stackalloc float[b2.Length];
                for (int i = 0; i < h.Length; i++) h[i] = Math.Max(0f, b1[i] + TensorPrimitives.Dot(w1.Row(i), image));
                for (int k = 0; k < logits.Length; k++) logits[k] = b2[k] + TensorPrimitives.Dot(w2.Row(k), h);
                return (1 + Math.Abs(weight)) * (Sym.LogSumExp(logits) - logits[digit]);
            }

            /// One layer only: the data are read once from memory in either form.
            [Loss(Order = 2)]
            public static double OneLayer([Parameter, Shape("classes", "inputs")] ReadOnlyMatrix<double> w, [Shape("inputs")] ReadOnlySpan<double> x, int label)
            {
                Span<double> z = stackalloc double[w.Rows];
                for (int k = 0; k < z.Length; k++) z[k] = TensorPrimitives.Dot(w.Row(k), x);
                return Sym.LogSumExp(z) - z[label];
            }

            /// A mixture of Gaussians: in a loop over its components, products with triangular matrices that are made of parameters; only the sums of the
            /// means' adjoints over the examples are wanted.
            [Loss(Order = 2)]
            public static double Mixture(
                [Parameter, Shape("components")] ReadOnlySpan<double> alpha, [Parameter, Shape("components", "n")] ReadOnlyMatrix<double> mu,
                [Parameter, Shape("components", "n")] ReadOnlyMatrix<double> q, [Parameter, Shape("components")] ReadOnlySpan<double> l, [Shape("n")] ReadOnlySpan<double> x)
            {
                Span<double> centered = stackalloc double[x.Length];
                Span<double> terms = stackalloc double[alpha.Length];
                for (int k = 0; k < terms.Length; k++)
                {
                    for (int i = 0; i < x.Length; i++) centered[i] = x[i] - mu[k, i];
                    double term = alpha[k];
                    for (int i = 0; i < x.Length; i++)
                    {
                        double sum = Math.Exp(q[k, i]) * centered[i];
                        for (int j = 0; j < i; j++) sum += l[k] * mu[k, j] * centered[j];
                        term += q[k, i] - 0.5 * sum * sum;
                    }

                    terms[k] = term;
                }

                return -Sym.LogSumExp(terms);
            }

            /// Triangles on the other side of the diagonal, with and without it, of float, and the rows of the data themselves.
            [Loss(Order = 2)]
            public static float UpperTriangles(
                [Parameter, Shape("n", "n")] ReadOnlyMatrix<float> a, [Parameter, Shape("n", "n")] ReadOnlyMatrix<float> b, [Shape("n")] ReadOnlySpan<float> x)
            {
                Span<float> y = stackalloc float[x.Length];
                Span<float> z = stackalloc float[x.Length];
                for (int i = 0; i < y.Length; i++)
                {
                    float sum = 0;
                    for (int j = i + 1; j < y.Length; j++) sum += a[i, j] * x[j];
                    y[i] = MathF.Tanh(sum + x[i]);
                }

                for (int i = 0; i < z.Length; i++)
                {
                    float sum = 1;
                    for (int j = i; j < z.Length; j++) sum += MathF.Exp(b[i, j]) * y[j];
                    z[i] = sum;
                }

                float loss = 0;
                for (int i = 0; i < z.Length; i++)
                {
                    float sum = b[i, i] * z[i];
                    for (int j = i + 1; j < z.Length; j++) sum += a[j, i] * z[j];
                    loss += sum * sum;
                }

                return loss;
            }

            /// A recurrence: each step needs the one before, and arrays are made in a loop.
            [Loss(Order = 2)]
            public static double Recurrence([Parameter, Shape("n", "n")] ReadOnlyMatrix<double> w, [Shape("n")] ReadOnlySpan<double> x, double y)
            {
                Span<double> h = stackalloc double[x.Length];
                for (int t = 0; t < 3; t++)
                {
                    Span<double> next = stackalloc double[x.Length];
                    for (int j = 0; j < next.Length; j++) next[j] = Math.Tanh(x[j] + TensorPrimitives.Dot(w.Row(j), h));
                    next.CopyTo(h);
                }

                double s = -y;
                foreach (double v in h) s += v;
                return s * s;
            }
        }
        """;

    private static readonly Lazy<(Dictionary<string, LossSpec> Specs, Assembly Assembly)> s_compiled = new(() =>
    {
        CSharpCompilation compilation = CompilationFactory.Create(Source);
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return (CaptureDriver.Losses(Source).ToDictionary(s => s.Method), CompilationFactory.Load((CSharpCompilation)generated));
    });

    /// <summary>Forward products, those of the backward signal, and those of the weights' gradients.</summary>
    [Theory]
    [InlineData("ThreeLayers", 3, 2, 3)]
    [InlineData("PlainLoops", 2, 1, 2)]
    [InlineData("TiedAndShifted", 2, 2, 2)]
    [InlineData("Classifier", 2, 1, 2)]
    [InlineData("OneLayer", 0, 0, 0)]
    [InlineData("Recurrence", 1, 1, 1)]
    [InlineData("Mixture", 1, 0, 1)]
    [InlineData("UpperTriangles", 3, 2, 3)]
    public void LayersAreRecognized(string name, int forward, int backward, int weights)
    {
        KernelPlan plan = SimdPlanner.PlanWithContractions(Gradient(name));
        Assert.Equal(
            (forward, backward, weights),
            (plan.Contractions.Count(c => c.Kind == ContractionKind.Forward), plan.Contractions.Count(c => c.Kind == ContractionKind.Backward), plan.Contractions.Count(c => c.Kind == ContractionKind.Weights)));
    }

    /// <summary>
    /// Each product of a layer becomes two where it is differentiated along a direction, but for the first one's data, and for what is the same for all examples: the direction of
    /// the mixture's means, and the sums of signals with which they are multiplied.
    /// </summary>
    [Theory]
    [InlineData("Classifier", 5, 2, 3)]
    [InlineData("Mixture", 2, 0, 2)]
    public void ProductsWithTheHessianAreRecognized(string name, int forward, int backward, int weights)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(ConditionStage.Run(spec.Function, spec.Stabilize).Function, spec.IsFast);
        Function product = OptimizeStage.Run(DifferentiateStage.HessianVectorProduct(normal), spec.IsFast);
        KernelPlan plan = SimdPlanner.PlanWithContractions(product);
        Assert.Equal(
            (forward, backward, weights),
            (plan.Contractions.Count(c => c.Kind == ContractionKind.Forward), plan.Contractions.Count(c => c.Kind == ContractionKind.Backward), plan.Contractions.Count(c => c.Kind == ContractionKind.Weights)));
        foreach (int extent in new[] { 1, 2, 5 }) Equivalence.Check(product, plan.Function, RandomInputs.OfSize(product, extent, extent, examples: 3).WithDirection(product, extent));
    }

    /// <summary>The function that is written computes what the function that was planned does.</summary>
    [Theory]
    [InlineData("ThreeLayers")]
    [InlineData("PlainLoops")]
    [InlineData("TiedAndShifted")]
    [InlineData("Classifier")]
    [InlineData("Recurrence")]
    [InlineData("Mixture")]
    [InlineData("UpperTriangles")]
    public void TakingContractionsOutPreservesTheFunction(string name)
    {
        Function gradient = Gradient(name), split = SimdPlanner.PlanWithContractions(gradient).Function;
        Assert.NotEqual(gradient, split);
        foreach (int extent in new[] { 1, 2, 5 }) Equivalence.Check(gradient, split, RandomInputs.OfSize(gradient, extent, extent, examples: 3));
    }

    [Theory]
    [InlineData("ThreeLayers")]
    [InlineData("PlainLoops")]
    [InlineData("TiedAndShifted")]
    [InlineData("Classifier")]
    [InlineData("OneLayer")]
    [InlineData("Recurrence")]
    [InlineData("Mixture")]
    [InlineData("UpperTriangles")]
    public void EmittedCodeAgreesWithDualNumbers(string name)
    {
        (Dictionary<string, LossSpec> specs, Assembly assembly) = s_compiled.Value;
        for (int examples = 1; examples <= 37; examples++) ObjectiveCheck.Run(assembly, specs[name], 1 + (examples % 4), examples);
        foreach (int examples in new[] { 63, 64, 65, 79, 80, 129 }) ObjectiveCheck.Run(assembly, specs[name], 3, examples);
        foreach (int extent in new[] { 7, 8, 9, 13 }) ObjectiveCheck.Run(assembly, specs[name], extent, 5);
    }

    private static Function Gradient(string name)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(ConditionStage.Run(spec.Function, spec.Stabilize).Function, spec.IsFast);
        return OptimizeStage.Run(DifferentiateStage.Gradient(normal), spec.IsFast);
    }
}
