using SymbolicGD.Generator.Ir;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

public class LossCaptureTests
{
    private const string HousePrices = """
        namespace Demo;
        public static partial class HousePrices
        {
            /// <summary>Squared
            /// error.</summary>
            [Loss]
            public static float SquaredError(
                [Parameter] ReadOnlySpan<float> weights, [Parameter] float intercept,
                ReadOnlySpan<float> features, float price)
            {
                float error = intercept + TensorPrimitives.Dot(weights, features) - price;
                return error * error;
            }
        }
        """;

    private const string Spam = """
        public static partial class Spam
        {
            [Loss]
            public static double NegativeLogLikelihood(
                [Parameter, Shape("features")] ReadOnlySpan<double> w, [Parameter] double bias, [Constant] double l2,
                [Shape("features")] ReadOnlySpan<double> x, double label)
            {
                double z = bias;
                for (int j = 0; j < x.Length; j++) z += w[j] * x[j];
                double penalty = 0;
                foreach (double wj in w) penalty += wj * wj;
                return Math.Log(1 + Math.Exp(z)) - label * z + l2 * penalty;
            }
        }
        """;

    private const string Rosenbrock = """
        public static partial class Functions
        {
            [Loss]
            public static double Rosenbrock([Parameter] ReadOnlySpan<double> x)
            {
                double sum = 0;
                for (int i = 0; i + 1 < x.Length; i++)
                {
                    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
                    sum += 100 * a * a + b * b;
                }
                return sum;
            }
        }
        """;

    private const string Growth = """
        public static partial class Growth
        {
            [Loss]
            public static double Squared([Parameter] double a, [Parameter] double b, [Parameter] double c, double x, double y)
            {
                double r = y - a / (1 + Math.Exp(b - c * x));
                return r * r;
            }
        }
        """;

    [Fact]
    public void Signature_and_extents_of_house_prices()
    {
        LossSpec spec = CaptureDriver.Loss(HousePrices);
        Assert.Equal("Demo", spec.Namespace);
        Assert.Equal([new ContainingType("class", "HousePrices")], spec.ContainingTypes);
        Assert.Equal("SquaredErrorObjective", spec.ClassName);
        Assert.Equal("Squared error.", spec.Summary);
        Assert.True(spec.IsMean);
        Assert.Equal([new Extent("weights")], spec.Function.Extents);
        Assert.Equal([0, -1, 0, -1], spec.Function.Arguments.Select(a => a.Extent));
        Assert.Equal([0, -1, 1, 2], spec.Function.Arguments.Select(a => a.Buffer));
        var examples = Assert.Single(spec.Function.Body.Items.OfType<Loop>());
        Assert.True(examples.IsExamples);
        Assert.Equal(examples.Carried[0].Result, spec.Function.Result);
        var dot = Assert.Single(examples.Body.Items.OfType<Loop>());
        AssertIsSum(dot.Body, dot.Carried[0]);
    }

    [Fact]
    public void Loops_of_spam_are_reductions()
    {
        Function function = CaptureDriver.Loss(Spam).Function;
        Assert.Equal([new Extent("features")], function.Extents);
        var examples = Assert.Single(function.Body.Items.OfType<Loop>());
        Loop[] loops = [.. examples.Body.Items.OfType<Loop>()];
        Assert.Equal(2, loops.Length);
        foreach (Loop loop in loops) AssertIsSum(loop.Body, Assert.Single(loop.Carried));
        Assert.Equal("z", function.Values[loops[0].Carried[0].Id].Name);
        Assert.Equal("penalty", function.Values[loops[1].Carried[0].Id].Name);
        Assert.Equal("j", function.Values[loops[0].Counter].Name);
    }

    [Fact]
    public void Rosenbrock_has_no_examples_and_loads_each_element_once()
    {
        Function function = CaptureDriver.Loss(Rosenbrock).Function;
        var loop = Assert.Single(function.Body.Items.OfType<Loop>());
        Assert.False(loop.IsExamples);
        Assert.Equal(loop.Carried[0].Result, function.Result);
        Assert.Equal(2, loop.Body.Items.OfType<Load>().Count());
        AssertIsSum(loop.Body, loop.Carried[0]);
    }

    [Fact]
    public void Growth_curve_is_straight_line()
    {
        Function function = CaptureDriver.Loss(Growth).Function;
        var loop = Assert.Single(function.Body.Items.OfType<Loop>());
        Assert.DoesNotContain(loop.Body.Items, i => i is Loop or If);
        Assert.Single(loop.Body.Items.OfType<Let>(), l => l.Op == Op.Exp);
    }

    [Fact]
    public void Comments_and_spaces_change_nothing()
    {
        string edited = "// a comment\n\n" + Spam.Replace("double penalty", "/* here */\n\n   double   penalty", StringComparison.Ordinal) + "class Other { }";
        Assert.Equal(CaptureDriver.Loss(Spam), CaptureDriver.Loss(edited));
        Assert.NotEqual(CaptureDriver.Loss(Spam), CaptureDriver.Loss(Spam.Replace("1 + Math", "2 + Math", StringComparison.Ordinal)));
    }

    [Fact]
    public void Attribute_is_read()
    {
        LossSpec spec = CaptureDriver.Loss(Growth.Replace("[Loss]", "[Loss(Reduction = Reduction.Sum, MathMode = MathMode.Fast, Stabilize = false, Name = \"Curve\")]", StringComparison.Ordinal));
        Assert.Equal((false, true, false, "CurveObjective", ""), (spec.IsMean, spec.IsFast, spec.Stabilize, spec.ClassName, spec.Namespace));
    }

    [Fact]
    public void Extents_have_different_names()
    {
        Function function = CaptureDriver.Loss("""
            public static partial class Model
            {
                [Loss]
                public static double F([Parameter] ReadOnlySpan<double> w, [Shape("w")] ReadOnlySpan<double> x, ReadOnlySpan<double> y) =>
                    w[0] * x[0] + TensorPrimitives.Dot(x, y);
            }
            """).Function;
        Assert.Equal([new Extent("wLength"), new Extent("w")], function.Extents);
        Assert.Equal([0, 1, 1], function.Arguments.Select(a => a.Extent));
    }

    private static void AssertIsSum(Region body, Carried carried)
    {
        Let next = Assert.Single(body.Items.OfType<Let>(), l => l.Id == carried.Next);
        Assert.Equal(Op.Add, next.Op);
        Assert.Contains(carried.Id, next.Operands);
        Assert.DoesNotContain(body.Items.OfType<Let>(), l => l != next && l.Operands.Contains(carried.Id));
    }
}
