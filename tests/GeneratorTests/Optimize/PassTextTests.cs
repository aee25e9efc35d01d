using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.Generator.Support;
using SymbolicGD.GeneratorTests.Header;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Optimize;

/// <summary>What each pass is there for, on losses as users write them.</summary>
public sealed class PassTextTests
{
    [Fact]
    public void Hoist_takes_the_penalty_out_of_the_example_loop()
    {
        Function loss = Staged.Of(Losses.Spam).Loss;
        int[] buffers = IrFacts.ReadBuffers(new Region(loss.Body.Items.Where(i => i is Loop { IsExamples: false }).ToEquatableArray())).ToArray();
        Assert.Contains(buffers, b => loss.Buffers[b].Name == "w");
        Loop examples = loss.Body.Items.OfType<Loop>().Single(l => l.IsExamples);
        Assert.Single(examples.Body.Items.OfType<Loop>());
    }

    [Fact]
    public void Hoist_takes_local_arrays_of_parameters_along()
    {
        Function loss = Staged.Of("""
            [Loss]
            public static double Scaled([Parameter, Shape("d")] ReadOnlySpan<double> q, [Shape("d")] ReadOnlySpan<double> x)
            {
                Span<double> e = stackalloc double[q.Length];
                for (int j = 0; j < e.Length; j++) e[j] = Math.Exp(q[j]);
                double sum = 0;
                for (int j = 0; j < x.Length; j++) sum += e[j] * x[j] * x[j];
                return sum;
            }
            """).Loss;
        Loop examples = loss.Body.Items.OfType<Loop>().Single(l => l.IsExamples);
        Assert.Contains(loss.Body.Items, i => i is Alloc);
        Assert.DoesNotContain(IrFacts.Walk(examples.Body), i => i is Let { Op: Op.Exp } or Alloc or Store);
    }

    [Fact]
    public void Running_offsets_into_packed_triangles_become_functions_of_the_counters()
    {
        Function gradient = Staged.Of("""
            [Loss]
            public static double Triangular([Parameter] ReadOnlySpan<double> packed, [Constant] ReadOnlySpan<double> x)
            {
                double sum = 0;
                int offset = 0;
                for (int i = 0; i < x.Length; i++)
                {
                    for (int j = i + 1; j < x.Length; j++) sum += Math.Sin(packed[offset++]) * x[j] * x[i];
                }
                return sum;
            }
            """).Gradient;
        Loop[] inner = [.. IrFacts.Walk(gradient.Body).OfType<Loop>().Where(l => l.Body.Items.All(i => i is not Loop))];
        Assert.NotEmpty(inner);
        Assert.All(inner, l => Assert.DoesNotContain(l.Carried, c => gradient.TypeOf(c.Id) == ScalarType.I32));
        Assert.Equal(inner.Length, SymbolicGD.Generator.Pipeline.Schedule.SimdPlanner.Plan(gradient).VectorLoops.Items.Count(c => inner.Any(l => l.Counter == c)));
    }

    [Fact]
    public void Gather_writes_each_element_once()
    {
        Function gradient = Staged.Of(Losses.Rosenbrock).Gradient;
        If choice = Assert.Single(gradient.Body.Items.OfType<If>());
        Loop main = Assert.Single(choice.Then.Items.OfType<Loop>());
        Assert.Single(main.Body.Items.OfType<Store>());
        Assert.DoesNotContain(IrFacts.Walk(choice.Then), i => i is Accumulate);
        for (int n = 1; n <= 6; n++)
        {
            double[] x = Enumerable.Range(0, n).Select(k => Math.Cos(k)).ToArray();
            double[] expected = new double[n];
            for (int i = 0; i + 1 < n; i++)
            {
                double a = x[i + 1] - (x[i] * x[i]), b = 1 - x[i];
                expected[i + 1] += 200 * a;
                expected[i] -= (400 * a * x[i]) + (2 * b);
            }

            double[] actual = IrInterpreter.Run(gradient, new IrInputs([x], [n])).Gradient;
            Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-12 * (1 + Math.Abs(a)));
        }
    }

    [Fact]
    public void AccumulateOnce_carries_the_sum_of_a_fixed_element()
    {
        Function gradient = Staged.Of("""
            [Loss]
            public static double Line([Parameter, Shape(2)] ReadOnlySpan<double> p, double x, double y)
            {
                double r = y - p[0] - p[1] * x;
                return r * r;
            }
            """.Replace(", Shape(2)", "")).Gradient;
        Loop examples = gradient.Body.Items.OfType<Loop>().Single(l => l.IsExamples);
        Assert.DoesNotContain(IrFacts.Walk(examples.Body), i => i is Accumulate);
        Assert.Equal(3, examples.Carried.Count);
        Assert.Equal(2, gradient.Body.Items.OfType<Accumulate>().Count());
    }

    [Fact]
    public void Fuse_makes_one_loop_of_forward_and_reverse_where_nothing_is_awaited()
    {
        Function gradient = Staged.Of("""
            [Loss]
            public static double Ridge([Parameter, Shape("d")] ReadOnlySpan<double> w, [Constant, Shape("d")] ReadOnlySpan<double> c)
            {
                double sum = 0;
                for (int j = 0; j < w.Length; j++) sum += Math.Exp(w[j] * c[j]);
                double norm = 0;
                for (int j = 0; j < w.Length; j++) norm += w[j] * w[j];
                return sum + norm;
            }
            """).Gradient;
        Loop loop = Assert.Single(IrFacts.Walk(gradient.Body).OfType<Loop>());
        Assert.Single(loop.Body.Items.OfType<Accumulate>());
        Assert.Single(loop.Body.Items, i => i is Let { Op: Op.Exp });
    }

    [Fact]
    public void ForwardStores_and_DeadCode_leave_no_array_that_only_passes_values_on()
    {
        Function loss = Staged.Of("""
            [Loss]
            public static double Passed([Parameter] double a, double x)
            {
                Span<double> t = stackalloc double[2];
                t[0] = a * x;
                t[1] = t[0] + 1;
                return t[0] * t[1];
            }
            """).Loss;
        Assert.DoesNotContain(IrFacts.Walk(loss.Body), i => i is Alloc or Store);
        Assert.DoesNotContain(loss.Buffers, b => b.Kind == BufferKind.Local);
    }

    /// <summary>Long straight-line code, with values that each use the last one twice: no pass may take every path through it.</summary>
    [Fact]
    public void Five_thousand_statements_pass_through_all_stages()
    {
        var b = new IrBuilder();
        int x = b.Argument(0, ScalarType.F64, "x");
        int value = x;
        for (int k = 0; k < 5000; k++)
        {
            value = (k % 5) switch
            {
                0 => b.Binary(Op.Mul, value, value),
                1 => b.Binary(Op.Add, value, x),
                2 => b.Binary(Op.Div, value, b.Binary(Op.Add, b.Real(ScalarType.F64, 1), b.Binary(Op.Mul, value, value))),
                3 => b.Binary(Op.Add, value, value),
                _ => b.Unary(Op.Log, b.Binary(Op.Add, b.Real(ScalarType.F64, 2), b.Binary(Op.Mul, value, value))),
            };
        }

        Function function = b.Finish("Long", ScalarType.F64, [new Argument("x", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1)], [], value);
        (Function stable, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(function, stabilize: true);
        Function loss = OptimizeStage.Normalize(stable, fast: false);
        Function gradient = OptimizeStage.Run(DifferentiateStage.Gradient(loss), fast: false);
        var spec = new LossSpec("", EquatableArray<ContainingType>.Empty, "Long", "LongObjective", true, false, true, null, function);
        SymbolicGD.Generator.Pipeline.Write.Header header = HeaderText.Create(spec, loss, gradient, rewrites);
        Assert.Contains("too many for formulas", header.Lines[0], StringComparison.Ordinal);
        Equivalence.Check(function, loss, new IrInputs([[0.3]], []));
    }
}
