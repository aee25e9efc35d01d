using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Schedule;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Header;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Optimize;

/// <summary>What is the same for all examples, within what is not: computed once, in front of the examples or behind them.</summary>
public sealed class UniformTests
{
    /// <summary>A product of each example with one matrix, and one of parameters with another, in one sum.</summary>
    private const string MixedSum = """
        [Loss]
        public static double Mixed(
            [Parameter, Shape("n", "n")] ReadOnlyMatrix<double> a, [Parameter, Shape("n", "n")] ReadOnlyMatrix<double> b, [Parameter, Shape("n")] ReadOnlySpan<double> v,
            [Shape("n")] ReadOnlySpan<double> x)
        {
            double loss = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double sum = 0.25, only = v[i];
                for (int j = 0; j < x.Length; j++)
                {
                    sum += a[i, j] * x[j] + b[i, j] * v[j] + x[j];
                    only += b[j, i] * v[j];
                }

                loss += Math.Sin(sum * only);
            }

            return loss;
        }
        """;

    /// <summary>An array that is made for each component of each example, and does not depend on the example.</summary>
    private const string SharedArray = """
        [Loss]
        public static double Shifted(
            [Parameter, Shape("k", "n")] ReadOnlyMatrix<double> mu, [Constant, Shape("k", "n")] ReadOnlyMatrix<double> scale, [Shape("n")] ReadOnlySpan<double> x)
        {
            double loss = 0;
            for (int k = 0; k < mu.Rows; k++)
            {
                Span<double> shift = stackalloc double[x.Length];
                for (int i = 0; i < x.Length; i++) shift[i] = 2 * mu[k, i] - scale[k, i];
                double sum = x[0];
                for (int i = 0; i < x.Length; i++) sum += shift[i] * x[x.Length - 1 - i] + shift[x.Length - 1 - i];
                loss += Math.Cos(sum);
            }

            return loss;
        }
        """;

    /// <summary>Only the diagonals of triangles come from parameters.</summary>
    private const string Diagonals = """
        [Loss]
        public static double Diagonals(
            [Parameter, Shape("k", "n")] ReadOnlyMatrix<double> q, [Constant, Shape("k", "n", "n")] ReadOnlySpan<double> c, [Shape("n")] ReadOnlySpan<double> x)
        {
            double loss = 0;
            for (int k = 0; k < q.Rows; k++)
            {
                for (int i = 0; i < x.Length; i++)
                {
                    double sum = Math.Exp(q[k, i]) * x[i];
                    for (int j = 0; j < i; j++) sum += c[i] * Math.Tanh(c[j] * (k + 1)) * x[j];
                    loss += sum * sum;
                }
            }

            return loss;
        }
        """;

    [Fact]
    public void Sums_of_what_is_the_same_are_computed_once()
    {
        Function loss = Normal(MixedSum), optimized = OptimizeStage.Run(loss, fast: false);
        int b = loss.Arguments[1].Buffer, v = loss.Arguments[2].Buffer;
        Assert.Contains(Examples(loss).Body.AllItems(), i => i is Load load && load.Buffer == b);
        Assert.DoesNotContain(Examples(optimized).Body.AllItems(), i => i is Load load && load.Buffer == b);

        // One of the two sums has nothing else, and its loop is gone.
        Assert.Single(Examples(optimized).Body.Items.OfType<Loop>().Single().Body.Items.OfType<Loop>().Single().Carried);
        Check(loss, optimized);
        Function gradient = DifferentiateStage.Gradient(loss);
        Check(gradient, OptimizeStage.Run(gradient, fast: false));
        Check(loss, UniformSums.Run(loss));
        Assert.Equal(v, optimized.Arguments[2].Buffer);
    }

    [Fact]
    public void Arrays_of_what_is_the_same_are_not_made()
    {
        Function loss = Normal(SharedArray), optimized = UniformArrays.Run(loss);
        int shift = loss.Buffers.Items.ToList().FindIndex(x => x.Name == "shift");
        Assert.Contains(Examples(loss).Body.AllItems(), i => i is Load load && load.Buffer == shift);
        Assert.DoesNotContain(Examples(optimized).Body.AllItems(), i => i is Load load && load.Buffer == shift);
        Check(loss, optimized);
        Assert.DoesNotContain(Examples(OptimizeStage.Run(loss, fast: false)).Body.AllItems(), i => i is Alloc);
    }

    /// <summary>Each for another reason: it is changed, it is read while it is filled, only a part of it is filled, what it is filled with changes, or takes long.</summary>
    [Theory]
    [InlineData("for (int i = 0; i < x.Length; i++) shift[i] = 2 * mu[k, i]; shift[0] = x[0];")]
    [InlineData("for (int i = 0; i < x.Length; i++) { shift[i] = 2 * mu[k, i]; loss += shift[x.Length - 1 - i]; }")]
    [InlineData("for (int i = 1; i < x.Length; i++) shift[i] = 2 * mu[k, i];")]
    [InlineData("for (int i = 0; i < 1; i++) shift[i] = 2 * mu[k, i];")]
    [InlineData("for (int i = 0; i < x.Length; i++) shift[i] = mu[k, i] * x[0];")]
    [InlineData("for (int i = 0; i < x.Length; i++) shift[i] = Math.Exp(mu[k, i]);")]
    [InlineData("double run = 0; for (int i = 0; i < x.Length; i++) { shift[i] = run; run = Math.Sin(run + mu[k, i]); } loss += run;")]
    public void Other_arrays_are(string fill)
    {
        Function loss = Normal(SharedArray.Replace("for (int i = 0; i < x.Length; i++) shift[i] = 2 * mu[k, i] - scale[k, i];", fill, StringComparison.Ordinal));
        Assert.Same(loss, UniformArrays.Run(loss));
    }

    [Fact]
    public void Of_a_triangle_whose_diagonal_is_wanted_only_that_is_made()
    {
        Function loss = Normal(Diagonals.Replace(", Shape(\"k\", \"n\", \"n\")", ", Shape(\"n\")", StringComparison.Ordinal));
        Function gradient = DifferentiateStage.Gradient(loss);
        Function optimized = OptimizeStage.Run(gradient, fast: false);
        Assert.Contains(gradient.Buffers, x => x is { Triangle: Triangle.Lower, Kind: BufferKind.Adjoint });
        Assert.DoesNotContain(optimized.Buffers, x => x is { Triangle: Triangle.Lower, Kind: BufferKind.Adjoint });
        Check(gradient, optimized);
        foreach (int n in new[] { 1, 3, 5 }) Assert.True(Equivalence.CheckGradient(loss, optimized, RandomInputs.OfSize(loss, n, n, examples: 3)));
    }

    /// <summary>The elements below the diagonal are parameters, too.</summary>
    [Fact]
    public void Of_others_all_is_made()
    {
        Function gradient = Gradient(Diagonals.Replace(", Shape(\"k\", \"n\", \"n\")", ", Shape(\"n\")", StringComparison.Ordinal).Replace("[Constant", "[Parameter", StringComparison.Ordinal));
        Assert.Contains(gradient.Buffers, x => x is { Triangle: Triangle.Lower, Kind: BufferKind.Adjoint });
    }

    /// <summary>Signals are summed over the examples, and multiplied by what is the same for all of these afterwards; what else is added to the same element stays.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sums_over_examples_come_before_products_with_what_is_the_same(bool forDevices)
    {
        Function gradient = Gradient(MixedSum), summed = SumsBeforeProducts.Run(gradient, forDevices);
        int v = gradient.Arguments[2].Buffer;
        Assert.Contains(InnerLoops(gradient), l => l.Body.Items.Any(i => i is Load load && load.Buffer == v));
        Assert.DoesNotContain(InnerLoops(summed), l => l.Body.Items.Any(i => i is Load load && load.Buffer == v));
        Assert.Contains(InnerLoops(summed), l => l.Body.Items.Any(i => i is Load load && summed.Buffers[load.Buffer].Kind == BufferKind.Data));
        Check(gradient, summed);
    }

    /// <summary>In a product with the Hessian both at once: an element to which products with the example and with the direction are added.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_part_of_what_is_added_is_summed_first(bool forDevices)
    {
        Function loss = Normal("""
            [Loss]
            public static double Centered([Parameter, Shape("n", "n")] ReadOnlyMatrix<double> a, [Parameter, Shape("n")] ReadOnlySpan<double> mu, [Shape("n")] ReadOnlySpan<double> x)
            {
                double loss = 0;
                for (int i = 0; i < x.Length; i++)
                {
                    double sum = 0;
                    for (int j = 0; j < x.Length; j++) sum += a[i, j] * (x[j] - mu[j]);
                    loss += sum * sum * sum;
                }

                return loss;
            }
            """);
        Function product = OptimizeStage.Run(DifferentiateStage.HessianVectorProduct(loss), fast: false), summed = SumsBeforeProducts.Run(product, forDevices);
        Assert.NotSame(product, summed);
        Assert.DoesNotContain(InnerLoops(product), l => l.Carried.Count > 0 && l.Body.Items.Any(i => i is Load load && load.Buffer == DirectionOf(product, "mu")));
        Assert.DoesNotContain(InnerLoops(summed), l => l.Body.Items.Any(i => i is Accumulate) && l.Body.Items.Any(i => i is Load load && summed.Buffers[load.Buffer].Kind == BufferKind.Direction));
        foreach (int n in new[] { 1, 2, 5 })
        {
            IrInputs inputs = RandomInputs.OfSize(product, n, n, examples: 3).WithDirection(product, n);
            Equivalence.Check(product, summed, inputs);
            Assert.True(Equivalence.CheckProduct(loss, summed, inputs));
        }
    }

    /// <summary>A loop around the sum, whose counter it does not read, does not make it longer.</summary>
    [Theory]
    [InlineData("b[i, j] * v[j]", "n")]
    [InlineData("b[0, j] * v[j]", null)]
    [InlineData("b[i, j] * v[(t + j) % v.Length]", "n·3")]
    public void Shared_sums_are_as_many_as_differ(string term, string? length)
    {
        Function loss = Normal($$"""
            [Loss]
            public static double Repeated(
                [Parameter, Shape("n", "n")] ReadOnlyMatrix<double> b, [Parameter, Shape("n")] ReadOnlySpan<double> v, [Shape("n")] ReadOnlySpan<double> x)
            {
                double loss = 0;
                for (int t = 0; t < 3; t++)
                {
                    for (int i = 0; i < x.Length; i++)
                    {
                        double sum = loss;
                        for (int j = 0; j < x.Length; j++) sum += {{term}} + x[j];
                        loss += Math.Sin(sum * x[i]);
                    }
                }

                return loss;
            }
            """);
        Function split = UniformSums.Run(loss);
        Assert.NotSame(loss, split);
        Check(loss, split);
        Alloc? made = split.Body.Items.OfType<Alloc>().SingleOrDefault();
        Let? size = made is null ? null : new FunctionIndex(split).LetOf(made.Length);
        Assert.Equal(length, size?.Op switch { null => null, Op.Extent => "n", Op.Mul => "n·3", _ => size.Op.ToString() });
    }

    /// <summary>Terms are added and subtracted, and sums begin with zero and with something else.</summary>
    [Theory]
    [InlineData("double sum = 0;", "sum += a[i, j] * x[j] - b[i, j] * v[j];")]
    [InlineData("double sum = x[i];", "sum -= b[i, j] * v[j] - x[j] * a[i, j];")]
    [InlineData("double sum = v[i];", "sum -= a[i, j] * x[j] + b[i, j] * v[j] - x[j];")]
    [InlineData("double sum = 0;", "sum -= b[i, j] * v[j];")]
    [InlineData("double sum = 0;", "sum += x[j] - a[i, j] * v[j] - b[i, j] * v[j];")]
    [InlineData("double sum = 0;", "sum -= x[j] - a[i, j] * v[j] + b[i, j] * v[j];")]
    public void Terms_keep_their_signs(string begin, string add)
    {
        string method = $$"""
            [Loss]
            public static double Signed(
                [Parameter, Shape("n", "n")] ReadOnlyMatrix<double> a, [Parameter, Shape("n", "n")] ReadOnlyMatrix<double> b, [Parameter, Shape("n")] ReadOnlySpan<double> v,
                [Shape("n")] ReadOnlySpan<double> x)
            {
                double loss = 0;
                for (int i = 0; i < x.Length; i++)
                {
                    {{begin}}
                    for (int j = 0; j < x.Length; j++) {{add}}
                    loss += sum * sum * x[i];
                }

                return loss;
            }
            """;
        Function loss = Normal(method), split = UniformSums.Run(loss);
        Assert.NotSame(loss, split);
        Check(loss, split);
        Function gradient = DifferentiateStage.Gradient(loss), optimized = OptimizeStage.Run(gradient, fast: false);
        Check(gradient, optimized);
        Check(gradient, SumsBeforeProducts.Run(optimized));
        Function product = DifferentiateStage.HessianVectorProduct(loss);
        foreach (int n in new[] { 1, 2, 5 })
        {
            IrInputs inputs = RandomInputs.OfSize(product, n, n, examples: 3).WithDirection(product, n);
            Equivalence.Check(product, SumsBeforeProducts.Run(OptimizeStage.Run(product, fast: false)), inputs);
        }
    }

    private static int DirectionOf(Function function, string parameter) =>
        function.Buffers.Items.ToList().FindIndex(b => b.Kind == BufferKind.Direction && function.Arguments[b.Argument].Name == parameter);

    private static Function Normal(string method)
    {
        LossSpec spec = CaptureDriver.Loss(Losses.InClass(method));
        return OptimizeStage.Normalize(ConditionStage.Run(spec.Function, spec.Stabilize).Function, spec.IsFast);
    }

    private static Function Gradient(string method) => OptimizeStage.Run(DifferentiateStage.Gradient(Normal(method)), fast: false);

    private static Loop Examples(Function function) => function.Body.Items.OfType<Loop>().Single(l => l.IsExamples);

    /// <summary>The loops of the examples in which there are no others.</summary>
    private static IEnumerable<Loop> InnerLoops(Function function) => Examples(function).Body.AllItems().OfType<Loop>().Where(l => !l.Body.Items.Any(i => i is Loop));

    private static void Check(Function before, Function after)
    {
        foreach (int n in new[] { 1, 2, 5 }) Equivalence.Check(before, after, RandomInputs.OfSize(before, n, n, examples: 3));
    }
}
