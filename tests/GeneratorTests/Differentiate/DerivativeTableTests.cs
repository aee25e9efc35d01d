using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

/// <summary>Every rule of the table against the dual numbers' own calculus: at ordinary points, ties, zeros and infinities.</summary>
public sealed class DerivativeTableTests
{
    private static readonly double[] s_points =
        [0, -0.0, 1, -1, 0.5, -0.5, 2, -3, 0.9999, -0.9999, 1.0001, 7.25, -7.25, 1e-8, -1e-8, 1e-300, 40, -40, 1e8, -1e8, 1e300, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    public static TheoryData<string> Operations
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (Op op in Enum.GetValues<Op>())
            {
                if (IsReal(op)) data.Add(op.ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void MatchesDualNumbers(string name)
    {
        var op = Enum.Parse<Op>(name);
        Function loss = Build(op);
        Function gradient = IrVerifier.Verify(DifferentiateStage.Gradient(loss));
        int arity = op.Arity(), compared = 0;

        // The reference polygamma functions climb to large arguments one by one.
        double[] points = op is Op.LogGamma or Op.Digamma or Op.Trigamma or Op.Polygamma ? [0.5, 1, 1.5, 2, 7.25, 40, -0.5, -2.25] : s_points;
        foreach (double a in points)
        {
            foreach (double b in arity > 1 ? s_points : [0.75])
            {
                foreach (double c in arity > 2 ? [0.25, double.PositiveInfinity] : new[] { 0.25 })
                {
                    // Where a/b rounds up to an integer the dual numbers take one quotient too many; the table recovers it from the remainder.
                    if (op == Op.Rem && a % b != 0 && Math.Round(a / b) == a / b) continue;
                    Compare(loss, gradient, new([[a], [b], [c]], []));
                    compared++;
                }
            }
        }

        Assert.True(compared >= points.Length);
    }

    /// <summary>At a tie a constant operand wins, whichever side it stands on, else the first.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ExtremaResolveTies(bool max)
    {
        Op op = max ? Op.Max : Op.Min;
        Assert.Equal([1, 0, 0], Gradient((b, p) => b.Binary(op, p[0], p[1]), 2, 2, 0));
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Binary(op, p[0], b.Real(ScalarType.F64, 2)), 2, 0, 0));
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Binary(op, b.Real(ScalarType.F64, 2), p[0]), 2, 0, 0));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(2.0)]
    [InlineData(3.0)]
    [InlineData(-1.0)]
    [InlineData(0.5)]
    [InlineData(1.5)]
    [InlineData(-2.5)]
    [InlineData(4.0)]
    public void PowersWithConstantExponent(double exponent)
    {
        Function loss = Build((b, p) => b.Binary(Op.Pow, p[0], b.Real(ScalarType.F64, exponent)));
        Function gradient = IrVerifier.Verify(DifferentiateStage.Gradient(loss));
        foreach (double a in s_points) Compare(loss, gradient, new([[a], [0], [0]], []));
    }

    /// <summary>A slope of zero at points where the chain rule would give 0 · ∞.</summary>
    [Fact]
    public void SingularPointsAreAsDocumented()
    {
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Unary(Op.Abs, p[0]), 0, 0, 0));
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Unary(Op.Norm, b.Binary(Op.Add, b.Binary(Op.Mul, p[0], p[0]), b.Binary(Op.Mul, p[1], p[1]))), 0, 0, 0));
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Binary(Op.Hypot, p[0], p[1]), 0, 0, 0));
        Assert.Equal([double.PositiveInfinity, 0, 0], Gradient((b, p) => b.Unary(Op.Sqrt, p[0]), 0, 0, 0));
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Binary(Op.Pow, p[0], p[1]), 0, 2, 0));
    }

    /// <summary>max(0, log x) at x = 0: the logarithm is infinite, lost, and leaves no NaN behind.</summary>
    [Fact]
    public void OperandsThatLoseDoNotPoison()
    {
        Assert.Equal([0, 0, 0], Gradient((b, p) => b.Binary(Op.Max, b.Real(ScalarType.F64, 0), b.Unary(Op.Log, p[0])), 0, 0, 0));
        Assert.Equal([0, 1, 0], Gradient((b, p) => b.Select(b.Binary(Op.Lt, b.Real(ScalarType.F64, 0), p[0]), b.Binary(Op.Mul, p[0], b.Unary(Op.Log, p[0])), p[1]), 0, 5, 0));
        Assert.Equal([0, 1, 0], Gradient((b, p) => b.Select(b.Binary(Op.Lt, p[0], b.Real(ScalarType.F64, 30)), b.Unary(Op.Log1p, b.Unary(Op.Exp, p[0])), p[1]), 800, 5, 0));
        Assert.Equal([0, 1, 0], Gradient((b, p) => b.Binary(Op.Max, b.Binary(Op.Div, p[1], b.Unary(Op.Sqrt, p[0])), b.Binary(Op.Add, p[1], b.Real(ScalarType.F64, 1))), 0, -5, 0));
    }

    /// <summary>A value that a branch not taken would have used.</summary>
    [Fact]
    public void UnusedInvalidOperationsDoNotPoison()
    {
        Function Loss(bool loop) => Build((b, p) =>
        {
            int log = b.Unary(Op.Log, p[0]);
            if (!loop) return b.If(b.Binary(Op.Lt, b.Real(ScalarType.F64, 0), p[0]), () => [b.Binary(Op.Mul, log, p[1])], () => [p[1]])[0];
            IrBuilder.OpenLoop none = b.BeginLoop(b.Int(3), b.Int(2), [p[1]], []);
            return b.EndLoop(none, [b.Binary(Op.Add, none.Carried[0], log)])[0];
        });
        Assert.Equal([0, 1, 0], Gradient(Loss(loop: false), 0, 5, 0));
        Assert.Equal([0, 1, 0], Gradient(Loss(loop: true), 0, 5, 0));
    }

    [Fact]
    public void ConversionsKeepTheirSlope()
    {
        Function loss = Build((b, p) => b.Convert(b.Unary(Op.Sin, b.Convert(p[0], ScalarType.F32)), ScalarType.F64));
        Assert.Equal(Math.Cos(0.7), Gradient(loss, 0.7, 0, 0)[0], 7);
    }

    /// <summary>Long programs neither overflow the stack nor take quadratic time: in a row, in a loop, over an array.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ManyStatements(bool loop)
    {
        const int Statements = 5000;
        Function loss = Build((b, p) =>
        {
            int array = b.AddBuffer("t", BufferKind.Local, ScalarType.F64);
            b.Alloc(array, b.Int(Statements));
            IrBuilder.OpenLoop? open = loop ? b.BeginLoop(b.Int(0), b.Int(2), [p[0]], [array]) : null;
            int value = open is null ? p[0] : open.Carried[0];
            for (int s = 0; s < Statements; s++)
            {
                value = b.Binary(s % 2 == 0 ? Op.Add : Op.Mul, s % 3 == 0 ? b.Unary(Op.Sin, value) : value, p[1]);
                b.Store(array, b.Int(s), value);
            }

            value = b.Binary(Op.Add, value, b.Load(array, b.Int(Statements / 2)));
            return open is null ? value : b.EndLoop(open, [value])[0];
        });
        Function gradient = IrVerifier.Verify(DifferentiateStage.Gradient(loss));
        Compare(loss, gradient, new([[0.5], [0.9], [0]], []));
    }

    private static bool IsReal(Op op) => op is not (Op.Const or Op.Argument or Op.Extent or Op.Lt or Op.Le or Op.Eq or Op.Ne or Op.And or Op.Or or Op.Not or Op.Convert);

    internal static Function Build(Op op) => Build((b, p) => op switch
    {
        Op.Select => b.Select(b.Binary(Op.Lt, p[0], p[1]), p[1], p[2]),
        Op.Chain => b.Let(Op.Chain, ScalarType.F64, p[0], p[1], p[2]),
        Op.Polygamma => b.Let(Op.Polygamma, ScalarType.F64, p[0], payload: 2),
        _ => op.Arity() switch { 1 => b.Unary(op, p[0]), 2 => b.Binary(op, p[0], p[1]), _ => b.Fma(p[0], p[1], p[2]) },
    });

    internal static Function Build(Func<IrBuilder, int[], int> body)
    {
        var b = new IrBuilder();
        int[] p = [.. "pqr".Select((name, k) => b.Argument(k, ScalarType.F64, name.ToString()))];
        int result = body(b, p);
        return IrVerifier.Verify(b.Finish("F", ScalarType.F64, "pqr".Select(n => new Argument(n.ToString(), ArgumentRole.Parameter, ScalarType.F64, false, -1, -1)), [], result));
    }

    private static double[] Gradient(Func<IrBuilder, int[], int> body, params double[] at) => Gradient(Build(body), at);

    private static double[] Gradient(Function loss, params double[] at)
    {
        Function gradient = IrVerifier.Verify(DifferentiateStage.Gradient(loss));
        return IrInterpreter.Run(gradient, new([.. at.Select(v => new[] { v })], [])).Gradient;
    }

    private static void Compare(Function loss, Function gradient, IrInputs inputs)
    {
        DualOutcome expected = IrInterpreter.Differentiate(loss, inputs);
        if (double.IsNaN(expected.Value)) return; // no value, no slope: the runtime stops there
        double[] actual = IrInterpreter.Run(gradient, inputs).Gradient;
        for (int k = 0; k < actual.Length; k++)
        {
            double e = expected.Gradient[k], a = actual[k];
            bool agree = double.IsFinite(e) ? Math.Abs(a - e) <= 1e-13 * (Math.Abs(e) + expected.Magnitude[k]) : e.Equals(a);
            Assert.True(agree, $"∂{k} at ({string.Join(", ", inputs.Arguments.Select(v => v[0]))}): {a:R} instead of {e:R}\n{IrPrinter.Print(gradient)}");
        }
    }
}
