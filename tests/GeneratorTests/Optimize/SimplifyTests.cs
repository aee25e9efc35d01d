using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Optimize;

public sealed class SimplifyTests
{
    private static readonly double[] Special =
        [0.0, -0.0, 1, -1, 0.5, 3, -7.25, double.Epsilon, -1e-310, 1e308, -1e308, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    private static readonly double[] Constants = [0.0, -0.0, 1, -1, 2, -2, 0.5, 0.25, 4, 3, 1e300, double.PositiveInfinity, double.NaN];

    /// <summary>Small random formulas full of constants: every bit must stay, for every special operand.</summary>
    [Fact]
    public void Is_exact_for_every_IEEE_operand()
    {
        for (int seed = 1; seed <= 1500; seed++)
        {
            Function before = RandomFormula(new Random(seed));
            Function after = Simplify.Run(before, fast: false, afterDifferentiation: true);
            foreach (double x in Special)
            {
                foreach (double y in Special)
                {
                    var inputs = new IrInputs([[x], [y]], []);
                    double expected = IrInterpreter.Run(before, inputs).Value, actual = IrInterpreter.Run(after, inputs).Value;
                    bool same = double.IsNaN(expected) ? double.IsNaN(actual) : BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual);
                    Assert.True(same, $"x = {x:R}, y = {y:R}: {expected:R} became {actual:R}\n{IrPrinter.Print(before)}\n{IrPrinter.Print(after)}");
                }
            }
        }
    }

    [Theory]
    [InlineData("x·1", "x")]
    [InlineData("x/1", "x")]
    [InlineData("x−0", "x")]
    [InlineData("x+(−0)", "x")]
    [InlineData("−(−x)", "x")]
    [InlineData("x·(−1)", "neg x")]
    [InlineData("x+(−y)", "sub x, y")]
    [InlineData("x−(−y)", "add x, y")]
    [InlineData("x/8", "mul x, 0.125")]
    [InlineData("pow(x, 2)", "mul x, x")]
    [InlineData("pow(x, 1)", "x")]
    [InlineData("pow(x, 0)", "1.0")]
    [InlineData("pow(x, −1)", "div 1.0, x")]
    [InlineData("pow(x, ½)", "pow x, 0.5")]
    [InlineData("2·(3·x)", "mul x, 6.0")]
    [InlineData("x+0", "add x, 0.0")]
    [InlineData("0·x", "mul x, 0.0")]
    [InlineData("x−x", "sub x, x")]
    [InlineData("x/x", "div x, x")]
    public void Simplifies(string formula, string expected) => Assert.Equal(expected, Text(Formula(formula), fast: false));

    [Theory]
    [InlineData("x+0", "x")]
    [InlineData("0·x", "0.0")]
    [InlineData("x−x", "0.0")]
    [InlineData("x/x", "1.0")]
    [InlineData("pow(x, ½)", "sqrt x")]
    public void Simplifies_more_if_fast(string formula, string expected) => Assert.Equal(expected, Text(Formula(formula), fast: true));

    [Fact]
    public void Equal_indices_become_one_load()
    {
        var b = new IrBuilder();
        int x = b.AddBuffer("x", BufferKind.Parameter, ScalarType.F64, 0);
        var loop = b.BeginLoop(b.Int(0), b.Binary(Op.Sub, b.Extent(0), b.Int(2)), [b.Real(ScalarType.F64, 0)], [], counterName: "i");
        int one = b.Binary(Op.Add, b.Binary(Op.Add, loop.Counter, b.Int(3)), b.Int(-2));
        int same = b.Binary(Op.Sub, b.Binary(Op.Mul, b.Binary(Op.Add, loop.Counter, b.Int(1)), b.Int(2)), b.Binary(Op.Add, loop.Counter, b.Int(1)));
        int sum = b.EndLoop(loop, [b.Binary(Op.Add, loop.Carried[0], b.Binary(Op.Mul, b.Load(x, one), b.Load(x, same)))])[0];
        Function function = b.Finish(
            "F", ScalarType.F64, [new Argument("x", ArgumentRole.Parameter, ScalarType.F64, true, 0, x)], [new Extent("n")], sum);
        Function after = Simplify.Run(function, fast: false, afterDifferentiation: false);
        Equivalence.Check(function, after, new IrInputs([[1, 2, 3, 4, 5]], [5]));
        Assert.Single(IrFacts.Walk(after.Body).OfType<Load>());
    }

    private static Function RandomFormula(Random random)
    {
        var b = new IrBuilder();
        var values = new List<int> { b.Argument(0, ScalarType.F64, "x"), b.Argument(1, ScalarType.F64, "y") };
        int Any() => random.Next(3) == 0 ? b.Real(ScalarType.F64, Constants[random.Next(Constants.Length)]) : values[random.Next(values.Count)];
        Op[] binary = [Op.Add, Op.Sub, Op.Mul, Op.Div, Op.Min, Op.Max];
        Op[] unary = [Op.Neg, Op.Abs, Op.Sqrt, Op.Floor, Op.Ceiling, Op.Sign, Op.Detach, Op.Norm];
        for (int n = random.Next(2, 7); n > 0; n--)
        {
            values.Add(random.Next(8) switch
            {
                0 or 1 => b.Unary(unary[random.Next(unary.Length)], Any()),
                2 => b.Select(b.Binary(random.Next(2) == 0 ? Op.Lt : Op.Ne, Any(), Any()), Any(), Any()),
                3 => b.Select(b.Unary(Op.Not, b.Binary(Op.Le, Any(), Any())), Any(), Any()),
                _ => b.Binary(binary[random.Next(binary.Length)], Any(), Any()),
            });
        }

        return Finish(b, values[^1]);
    }

    private static Function Formula(string text)
    {
        var b = new IrBuilder();
        int x = b.Argument(0, ScalarType.F64, "x"), y = b.Argument(1, ScalarType.F64, "y");
        int C(double value) => b.Real(ScalarType.F64, value);
        return Finish(b, text switch
        {
            "x·1" => b.Binary(Op.Mul, x, C(1)),
            "x/1" => b.Binary(Op.Div, x, C(1)),
            "x−0" => b.Binary(Op.Sub, x, C(0)),
            "x+(−0)" => b.Binary(Op.Add, x, C(-0.0)),
            "−(−x)" => b.Unary(Op.Neg, b.Unary(Op.Neg, x)),
            "x·(−1)" => b.Binary(Op.Mul, x, C(-1)),
            "x+(−y)" => b.Binary(Op.Add, x, b.Unary(Op.Neg, y)),
            "x−(−y)" => b.Binary(Op.Sub, x, b.Unary(Op.Neg, y)),
            "x/8" => b.Binary(Op.Div, x, C(8)),
            "pow(x, 2)" => b.Binary(Op.Pow, x, C(2)),
            "pow(x, 1)" => b.Binary(Op.Pow, x, C(1)),
            "pow(x, 0)" => b.Binary(Op.Pow, x, C(0)),
            "pow(x, −1)" => b.Binary(Op.Pow, x, C(-1)),
            "pow(x, ½)" => b.Binary(Op.Pow, x, C(0.5)),
            "2·(3·x)" => b.Binary(Op.Mul, C(2), b.Binary(Op.Mul, C(3), x)),
            "x+0" => b.Binary(Op.Add, x, C(0)),
            "0·x" => b.Binary(Op.Mul, x, C(0)),
            "x−x" => b.Binary(Op.Sub, x, x),
            _ => b.Binary(Op.Div, x, x),
        });
    }

    private static Function Finish(IrBuilder b, int result) => b.Finish(
        "F", ScalarType.F64,
        [new Argument("x", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1), new Argument("y", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1)], [], result);

    /// <summary>The right side of the last operation.</summary>
    private static string Text(Function function, bool fast)
    {
        Function after = DeadCode.Run(Simplify.Run(function, fast, afterDifferentiation: false));
        string[] lines = IrPrinter.Print(after).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim()).ToArray();
        string result = lines[^1]["return ".Length..];
        string? definition = lines.FirstOrDefault(l => l.StartsWith(result + " = ", StringComparison.Ordinal) && !l.Contains("= argument", StringComparison.Ordinal));
        return definition is null ? result : definition[(result.Length + 3)..].Replace("mul 0.0, x", "mul x, 0.0").Replace("mul 0.125, x", "mul x, 0.125").Replace("mul 6.0, x", "mul x, 6.0").Replace("add 0.0, x", "add x, 0.0");
    }
}
