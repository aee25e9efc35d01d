using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Support;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Condition;

/// <summary>Each rule at a point where the naive formula overflows or cancels, and at a harmless one.</summary>
public sealed class StableFormulaTests
{
    private delegate int Formula(IrBuilder builder, int x);

    private static readonly Dictionary<string, (Formula Naive, double[] Points, Func<double, double> Exact)> Cases = new()
    {
        ["log(1 + exp x)"] = ((b, x) => b.Unary(Op.Log, b.Binary(Op.Add, One(b), b.Unary(Op.Exp, x))), [800, -800, 0.5], Softplus),
        ["log(exp x + 1)"] = ((b, x) => b.Unary(Op.Log, b.Binary(Op.Add, b.Unary(Op.Exp, x), One(b))), [1e4, -50, -1], Softplus),
        ["log1p(exp x)"] = ((b, x) => b.Unary(Op.Log1p, b.Unary(Op.Exp, x)), [800, 2], Softplus),
        ["log σ(x)"] = ((b, x) => b.Unary(Op.Log, b.Unary(Op.Sigmoid, x)), [-800, -40, 3], x => -Softplus(-x)),
        ["log(1/(1 + exp −x))"] = (
            (b, x) => b.Unary(Op.Log, b.Binary(Op.Div, One(b), b.Binary(Op.Add, One(b), b.Unary(Op.Exp, b.Unary(Op.Neg, x))))), [-800, 1], x => -Softplus(-x)),
        ["log(1 − σ(x))"] = ((b, x) => b.Unary(Op.Log, b.Binary(Op.Sub, One(b), b.Unary(Op.Sigmoid, x))), [800, 40, -3], x => -Softplus(x)),
        ["1/(1 + exp −x)"] = (
            (b, x) => b.Binary(Op.Div, One(b), b.Binary(Op.Add, One(b), b.Unary(Op.Exp, b.Unary(Op.Neg, x)))), [-800, 800, 0.25], SpecialFunctions.Sigmoid),
        ["1/(1 + exp x)"] = ((b, x) => b.Binary(Op.Div, One(b), b.Binary(Op.Add, b.Unary(Op.Exp, x), One(b))), [-800, 800, 0.25], x => SpecialFunctions.Sigmoid(-x)),
        ["5/(1 + exp x)"] = (
            (b, x) => b.Binary(Op.Div, b.Real(ScalarType.F64, 5), b.Binary(Op.Add, b.Unary(Op.Exp, x), One(b))), [-800, 800, 0.25], x => 5 * SpecialFunctions.Sigmoid(-x)),
        ["exp x/(1 + exp x)"] = (
            (b, x) => b.Binary(Op.Div, b.Unary(Op.Exp, x), b.Binary(Op.Add, One(b), b.Unary(Op.Exp, x))), [800, -800, 1], SpecialFunctions.Sigmoid),
        ["1 − σ(x)"] = ((b, x) => b.Binary(Op.Sub, One(b), b.Unary(Op.Sigmoid, x)), [50, -50, 1], x => SpecialFunctions.Sigmoid(-x)),
        ["exp x − 1"] = ((b, x) => b.Binary(Op.Sub, b.Unary(Op.Exp, x), One(b)), [1e-18, -1e-9, 2], SpecialFunctions.Expm1),
        ["1 − exp x"] = ((b, x) => b.Binary(Op.Sub, One(b), b.Unary(Op.Exp, x)), [1e-18, -1e-9, 2], x => -SpecialFunctions.Expm1(x)),
        ["log(1 + x)"] = ((b, x) => b.Unary(Op.Log, b.Binary(Op.Add, x, One(b))), [1e-18, 3], SpecialFunctions.Log1p),
        ["log(1 − x)"] = ((b, x) => b.Unary(Op.Log, b.Binary(Op.Sub, One(b), x)), [1e-18, -3], x => SpecialFunctions.Log1p(-x)),
        ["1 − cos x"] = ((b, x) => b.Binary(Op.Sub, One(b), b.Unary(Op.Cos, x)), [1e-9, 1], x => 2 * Math.Sin(x / 2) * Math.Sin(x / 2)),
        ["sinh/cosh"] = (
            (b, x) =>
            {
                int up = b.Unary(Op.Exp, x), down = b.Unary(Op.Exp, b.Unary(Op.Neg, x));
                return b.Binary(Op.Div, b.Binary(Op.Sub, up, down), b.Binary(Op.Add, up, down));
            },
            [800, -800, 0.3], Math.Tanh),
        ["log(exp x + exp 2x)"] = (
            (b, x) => b.Unary(Op.Log, b.Binary(Op.Add, b.Unary(Op.Exp, x), b.Unary(Op.Exp, b.Binary(Op.Mul, x, b.Real(ScalarType.F64, 2))))),
            [800, -800, 0.3], x => x + Softplus(x)),
        ["log(1 + exp x + exp x)"] = (
            (b, x) => b.Unary(Op.Log, b.Binary(Op.Add, b.Binary(Op.Add, One(b), b.Unary(Op.Exp, x)), b.Binary(Op.Mul, b.Real(ScalarType.F64, 3), b.Unary(Op.Exp, x)))),
            [800, -800, 0.3], x => Softplus(x + Math.Log(4))),
        ["log(exp x/3)"] = ((b, x) => b.Unary(Op.Log, b.Binary(Op.Div, b.Unary(Op.Exp, x), b.Real(ScalarType.F64, 3))), [800, -800, 1], x => x - Math.Log(3)),
    };

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_exact_where_the_naive_formula_is_not(string name)
    {
        (Formula naive, double[] points, Func<double, double> exact) = Cases[name];
        Function function = Of(naive);
        (Function stable, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(function, stabilize: true);
        Assert.NotEmpty(rewrites);
        foreach (double x in points)
        {
            var inputs = new IrInputs([[x]], []);
            double expected = exact(x), actual = IrInterpreter.Run(IrVerifier.Verify(stable), inputs).Value;
            Assert.True(Math.Abs(actual - expected) <= 1e-14 * Math.Abs(expected) + 1e-300, $"{name} at {x:R}: {actual:R} instead of {expected:R}");
            Assert.True(double.IsFinite(IrInterpreter.Differentiate(stable, inputs).Gradient[0]), $"{name} at {x:R} has no derivative");
        }
    }

    [Fact]
    public void Leaves_everything_alone_if_not_allowed()
    {
        Function function = Of(Cases["log(1 + exp x)"].Naive);
        (Function same, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(function, stabilize: false);
        Assert.Equal(function, same);
        Assert.Empty(rewrites);
    }

    [Fact]
    public void Says_what_it_did_in_the_users_names()
    {
        (_, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(Of(Cases["log(1 + exp x)"].Naive), stabilize: true);
        Assert.Equal([new Rewrite("log(1 + exp z)", "softplus(z)", "no overflow for any finite z")], rewrites);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(800, 3)]
    [InlineData(-800, 3)]
    [InlineData(1, 5)]
    public void Log_of_a_sum_of_exponentials_over_a_loop_is_shifted(double offset, int extent)
    {
        foreach (bool expensive in new[] { false, true })
        {
            Function naive = LogSumExp(expensive);
            (Function stable, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(naive, stabilize: true);
            Assert.Single(rewrites);
            double[] x = Enumerable.Range(0, extent).Select(k => offset + Math.Sin(k + 1.0)).ToArray();
            double[] f = x.Select(v => expensive ? v + Math.Tanh(v) : v).ToArray();
            double expected = f.Max() + Math.Log(f.Sum(v => Math.Exp(v - f.Max())));
            var inputs = new IrInputs([x], [extent]);
            Assert.Equal(expected, IrInterpreter.Run(IrVerifier.Verify(stable), inputs).Value, 12);
            double[] gradient = IrInterpreter.Differentiate(stable, inputs).Gradient;
            Assert.Equal(f.Select((v, k) => Math.Exp(v - expected) * (expensive ? 2 - Math.Pow(Math.Tanh(x[k]), 2) : 1)), gradient, (a, b) => Math.Abs(a - b) <= 1e-12);
        }
    }

    [Fact]
    public void Log_of_a_sum_of_exponentials_keeps_infinities()
    {
        Function stable = ConditionStage.Run(LogSumExp(expensive: false), stabilize: true).Function;
        Assert.Equal(double.NegativeInfinity, IrInterpreter.Run(stable, new IrInputs([[double.NegativeInfinity, double.NegativeInfinity]], [2])).Value);
        Assert.Equal(double.PositiveInfinity, IrInterpreter.Run(stable, new IrInputs([[1, double.PositiveInfinity]], [2])).Value);
        Assert.Equal(double.NaN, IrInterpreter.Run(stable, new IrInputs([[1, double.NaN]], [2])).Value);
        Assert.Equal(double.NegativeInfinity, IrInterpreter.Run(stable, new IrInputs([[]], [0])).Value);
    }

    private static int One(IrBuilder b) => b.Real(ScalarType.F64, 1);

    private static double Softplus(double x) => SpecialFunctions.Softplus(x);

    private static Function Of(Formula formula)
    {
        var b = new IrBuilder();
        int x = b.Argument(0, ScalarType.F64, "z");
        return b.Finish("Formula", ScalarType.F64, [new Argument("z", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1)], [], formula(b, x));
    }

    private static Function LogSumExp(bool expensive)
    {
        var b = new IrBuilder();
        int x = b.AddBuffer("x", BufferKind.Parameter, ScalarType.F64, 0);
        var loop = b.BeginLoop(b.Int(0), b.Extent(0), [b.Real(ScalarType.F64, 0)], [], counterName: "j");
        int f = b.Load(x, loop.Counter);
        if (expensive) f = b.Binary(Op.Add, f, b.Unary(Op.Tanh, f));
        int sum = b.EndLoop(loop, [b.Binary(Op.Add, loop.Carried[0], b.Unary(Op.Exp, f))])[0];
        return b.Finish(
            "LogSumExp", ScalarType.F64, [new Argument("x", ArgumentRole.Parameter, ScalarType.F64, true, 0, x)], [new Extent("x")], b.Unary(Op.Log, sum));
    }
}
