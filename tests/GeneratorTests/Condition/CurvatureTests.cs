using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Header;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Condition;

/// <summary>What is proved of losses, and that the bound on their second derivatives is one.</summary>
public sealed class CurvatureTests
{
    private const string Linear = "double z = b; for (int j = 0; j < x.Length; j++) z += w[j] * x[j];";
    private const string Arguments = """[Parameter, Shape("d")] ReadOnlySpan<double> w, [Parameter] double b, [Constant] double c, [Shape("d")] ReadOnlySpan<double> x, double y""";

    /// <summary>Per loss: its body after z = b + w·x, what the header says first, and whether there is a bound L.</summary>
    private static readonly Dictionary<string, (string Body, string Says, bool IsSmooth)> Cases = new()
    {
        ["least squares"] = ("return (z - y) * (z - y);", "convex in (w, b)", true),
        ["half of least squares"] = ("double r = z - y; return 0.5 * r * r;", "convex in (w, b)", true),
        ["minus least squares"] = ("double r = z - y; return -0.5 * r * r;", "curvature not shown convex in (w, b)", true),
        ["logistic"] = ("return Math.Log(1 + Math.Exp(z)) - y * z;", "convex in (w, b)", true),
        ["ridge"] = ("double p = 0; foreach (double v in w) p += v * v; return (z - y) * (z - y) + c * p;", "convex in (w, b) where c ≥ 0", true),
        ["strong"] = ("double p = 0; foreach (double v in w) p += v * v; return Math.Abs(z - y) + 0.1 * p + c * b * b;", "convex in (w, b) where c ≥ 0, strongly where c > 0", false),
        ["strong without condition"] = ("return (z - y) * (z - y) + 0.5 * TensorPrimitives.SumOfSquares(w) + b * b;", "convex in (w, b), strongly", true),
        ["cross-entropy of labels"] = ("double s = Sym.Sigmoid(z); return -y * Math.Log(s) - (1 - y) * Math.Log(1 - s);", "convex in (w, b) where 0 ≤ y ≤ 1", true),
        ["hinge"] = ("return Math.Max(0, 1 - y * z);", "convex in (w, b)", false),
        ["squared hinge"] = ("double h = Math.Max(0, 1 - y * z); return h * h;", "convex in (w, b)", true),
        ["huber"] = ("return Sym.Huber(z - y, 1.5);", "convex in (w, b)", true),
        ["pseudo-huber"] = ("double r = z - y; return Math.Sqrt(4 + r * r);", "convex in (w, b)", true),
        ["log cosh"] = ("return Math.Log(Math.Cosh(z - y));", "convex in (w, b)", true),
        ["absolute"] = ("return Math.Abs(z - y);", "convex in (w, b)", false),
        ["poisson"] = ("return Math.Exp(z) - y * z;", "convex in (w, b)", false),
        ["norm"] = ("return (z - y) * (z - y) + 0.3 * TensorPrimitives.Norm(w);", "convex in (w, b)", false),
        ["weighted"] = ("return Math.Exp(y) * (z - y) * (z - y);", "convex in (w, b)", true),
        ["max of affine"] = ("return Math.Max(z, Math.Max(-z, 2 * z - y));", "convex in (w, b)", false),
        ["sine"] = ("return Math.Sin(z) + Math.Tanh(z) + Sym.Sigmoid(z) + Math.Atan(z) + Sym.Erf(z);", "curvature not shown convex in (w, b)", true),
        ["product"] = ("return b * w[0] + y;", "curvature not shown convex in (w, b)", true),
        ["fourth power"] = ("double r = z - y; return Math.Pow(r, 4);", "convex in (w, b)", false),
        ["sigmoid loss"] = ("double r = Sym.Sigmoid(z) - y; return r * r;", "", false),
        ["branch on data"] = ("return y > 0 ? (z - y) * (z - y) : Sym.Softplus(z);", "convex in (w, b)", true),
        ["branch on parameters"] = ("return z > 0 ? z : 2 * z * z;", "", false),
        ["minus of max"] = ("return -Math.Max(z, 0);", "", false),
        ["quotient"] = ("return (z - y) * (z - y) / (1 + y * y) + y / (1 + b * b);", "", false),
        ["terms of a log-sum-exp"] = ("return Math.Log(Math.Exp(z) + 0.5 * Math.Exp(-2 * z) + 3) - y * z;", "convex in (w, b)", true),
        ["affine"] = ("return z * y + 1;", "convex in (w, b)", false),
    };

    private const string Softmax = """
        [Loss]
        public static double CrossEntropy(
            [Parameter, Shape("classes")] ReadOnlySpan<double> w, [Parameter, Shape("classes")] ReadOnlySpan<double> b, double x, [Constant] double c)
        {
            Span<double> logits = stackalloc double[b.Length];
            for (int k = 0; k < logits.Length; k++) logits[k] = b[k] + w[k] * x;
            return LSE - logits[0] + c * TensorPrimitives.SumOfSquares(w);
        }
        """;

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Says_what_it_can_prove(string name)
    {
        (string body, string says, bool isSmooth) = Cases[name];
        Function loss = LossOf($$"""[Loss] public static double F({{Arguments}}) { {{Linear}} {{body}} }""");
        Check(loss, says, isSmooth);
    }

    [Theory]
    [InlineData("Sym.LogSumExp(logits)")]
    [InlineData("Naive(logits)")]
    public void Softmax_regression_is_convex_and_smooth(string logSumExp)
    {
        string helper = "static double Naive(ReadOnlySpan<double> f) { double sum = 0; foreach (double v in f) sum += Math.Exp(v); return Math.Log(sum); }\n";
        Check(LossOf(helper + Softmax.Replace("LSE", logSumExp, StringComparison.Ordinal)), "convex in (w, b) where c ≥ 0", true);
    }

    [Fact]
    public void Losses_of_the_samples()
    {
        Check(LossOf(Losses.Spam), "convex in (w, bias) where l2 ≥ 0", true);
        Check(LossOf(Losses.Houses), "convex in (weights, intercept)", true);
        Check(LossOf(Losses.Softmax), "convex in (b, w)", true);
        foreach (string other in new[] { Losses.Rosenbrock, Losses.Growth, Losses.Network }) Check(LossOf(other), "", false);
    }

    private static Function LossOf(string method)
    {
        LossSpec spec = CaptureDriver.Loss(Losses.InClass(method));
        return OptimizeStage.Normalize(ConditionStage.Run(spec.Function, spec.Stabilize).Function, spec.IsFast);
    }

    private static void Check(Function loss, string says, bool isSmooth)
    {
        CurvatureCertificate certificate = ConditionStage.Certify(loss);
        string first = CurvatureText.Lines(loss, certificate).Select(l => $"{l.Label} {l.Text}").First();
        Assert.Equal(says.Length == 0 ? CurvatureCertificate.None.Convexity : certificate.Convexity, certificate.Convexity);
        if (says.Length > 0) Assert.Equal(says, first);
        Assert.Equal(isSmooth, certificate.Majorant is not null);
        if (certificate.Majorant is not { } majorant) return;
        IrVerifier.Verify(majorant);
        var random = new Random(7);
        for (int seed = 0; seed < 20; seed++)
        {
            // Constants, weights and labels are within the bounds that a proof takes; |second derivative along v| ≤ that of the majorant.
            IrInputs inputs = RandomInputs.OfSize(loss, seed, 3, 4) with { Seed = 1 };
            inputs = inputs with { Arguments = [.. inputs.Arguments.Select((values, a) => certificate.Bounds.Any(b => b.Argument == a) ? values.Select(v => Math.Abs(v) % 1).ToArray() : values)] };
            double[][] direction = [.. inputs.Arguments.Select(values => values.Select(_ => random.NextDouble() - 0.5).ToArray())];
            double second = Along(loss, inputs, direction), bound = Along(majorant, inputs, direction);
            Assert.True(Math.Abs(second) <= bound * (1 + 1e-9) + 1e-12, $"{first}, seed {seed}: {second} exceeds {bound}\n{IrPrinter.Print(majorant)}");
            if (certificate.Convexity != Convexity.NotShown) Assert.True(second >= -1e-9 * bound, $"{first}, seed {seed}: {second} is not convex");
        }
    }

    /// <summary>vᵀ∇²f·v by dual numbers over dual numbers.</summary>
    private static double Along(Function function, IrInputs inputs, double[][] direction) => IrInterpreter<Dual<Dual<Plain>>>.Run(
        function, inputs, (argument, index, value) => function.Arguments[argument].Role != ArgumentRole.Parameter
            ? Dual<Dual<Plain>>.From(value)
            : new Dual<Dual<Plain>>(
                new Dual<Plain>(new Plain(value), new Plain(direction[argument][index]), 1, true),
                new Dual<Plain>(new Plain(direction[argument][index]), new Plain(0), 1, true), 1, true)).Value.Tangent.Tangent.Value;
}
