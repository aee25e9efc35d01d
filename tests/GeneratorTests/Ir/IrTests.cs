using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Ir;

public sealed class IrTests
{
    /// <summary>Σ over examples of (log(1 + exp z) − label·z), z = bias + w·x, and the l2 penalty inside.</summary>
    internal static Function Logistic()
    {
        var b = new IrBuilder();
        int w = b.AddBuffer("w", BufferKind.Parameter, ScalarType.F64, 0);
        int x = b.AddBuffer("x", BufferKind.Data, ScalarType.F64, 3);
        int label = b.AddBuffer("label", BufferKind.Data, ScalarType.F64, 4);
        int zero = b.Int(0);
        IrBuilder.OpenLoop examples = b.BeginLoop(zero, b.Argument(-1, ScalarType.I32, "n"), [b.Real(ScalarType.F64, 0)], [], isExamples: true, counterName: "example");
        int bias = b.Argument(1, ScalarType.F64, "bias");
        IrBuilder.OpenLoop features = b.BeginLoop(zero, b.Extent(0), [bias], [], counterName: "j");
        int product = b.Binary(Op.Mul, b.Load(w, features.Counter), b.Load(x, features.Counter));
        int z = b.EndLoop(features, [b.Binary(Op.Add, features.Carried[0], product)])[0];
        b.SetName(z, "z");
        int naive = b.Unary(Op.Log, b.Binary(Op.Add, b.Real(ScalarType.F64, 1), b.Unary(Op.Exp, z)));
        int loss = b.Binary(Op.Sub, naive, b.Binary(Op.Mul, b.Load(label, zero), z));
        IrBuilder.OpenLoop penalty = b.BeginLoop(zero, b.Extent(0), [loss], [], counterName: "k");
        int wk = b.Load(w, penalty.Counter);
        int term = b.Binary(Op.Mul, b.Argument(2, ScalarType.F64, "l2"), b.Binary(Op.Mul, wk, wk));
        int total = b.EndLoop(penalty, [b.Binary(Op.Add, penalty.Carried[0], term)])[0];
        int sum = b.EndLoop(examples, [b.Binary(Op.Add, examples.Carried[0], total)])[0];
        return b.Finish(
            "Logistic", ScalarType.F64,
            [
                new Argument("w", ArgumentRole.Parameter, ScalarType.F64, true, 0, w),
                new Argument("bias", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1),
                new Argument("l2", ArgumentRole.Constant, ScalarType.F64, false, -1, -1),
                new Argument("x", ArgumentRole.Data, ScalarType.F64, true, 0, x),
                new Argument("label", ArgumentRole.Data, ScalarType.F64, false, -1, label),
            ],
            [new Extent("features")], sum);
    }

    internal static IrInputs LogisticInputs() =>
        new([[0.5, -0.25], [0.125], [0.1], [1, 2, 3, 4, -1, 0.5], [1, 0, 1]], [2], ExampleCount: 3, Seed: 1.0 / 3);

    private sealed class Copy(Function source) : IrRewriter(source);

    [Fact]
    public void CopyPrintsAlike()
    {
        Function function = Logistic();
        Assert.Equal(IrPrinter.Print(function), IrPrinter.Print(IrVerifier.Verify(new Copy(function).Run())));
    }

    [Fact]
    public void PrintsLogistic() => Snapshot.Match(IrPrinter.Print(IrVerifier.Verify(Logistic())), "Ir");

    [Fact]
    public void InterpretsLogistic()
    {
        IrInputs inputs = LogisticInputs();
        double expected = 0;
        double[] gradient = [0, 0, 0];
        for (int i = 0; i < 3; i++)
        {
            double x0 = inputs.Arguments[3][2 * i], x1 = inputs.Arguments[3][(2 * i) + 1], y = inputs.Arguments[4][i];
            double z = 0.125 + (0.5 * x0) - (0.25 * x1), s = (1 / (1 + Math.Exp(-z))) - y;
            expected += Math.Log(1 + Math.Exp(z)) - (y * z) + (0.1 * (0.25 + 0.0625));
            gradient[0] += ((s * x0) + (0.2 * 0.5)) / 3;
            gradient[1] += ((s * x1) - (0.2 * 0.25)) / 3;
            gradient[2] += s / 3;
        }

        DualOutcome outcome = IrInterpreter.Differentiate(Logistic(), inputs);
        Assert.Equal(expected, outcome.Value, 14);
        Assert.Equal(expected, IrInterpreter.Run(Logistic(), inputs).Value, 14);
        for (int k = 0; k < 3; k++) Assert.Equal(gradient[k], outcome.Gradient[k], 14);
        Assert.All(outcome.Gradient.Zip(outcome.Magnitude), pair => Assert.True(Math.Abs(pair.First) <= pair.Second * (1 + 1e-14)));
    }

    [Fact]
    public void VerifierRejectsStaleLoad()
    {
        var b = new IrBuilder();
        int a = b.AddBuffer("a", BufferKind.Local, ScalarType.F64);
        int zero = b.Int(0);
        b.Alloc(a, b.Int(1));
        int before = b.Load(a, zero);
        b.Store(a, zero, b.Real(ScalarType.F64, 1));
        Function good = b.Finish("F", ScalarType.F64, [], [], before);
        IrVerifier.Verify(good);
        int version = good.Body.Items.OfType<Load>().Single().Version;
        Function bad = good with
        {
            Values = new(good.Values.Items.Add(new ValueInfo(ScalarType.F64, null))),
            Body = new Region(new(good.Body.Items.Items.Add(new Load(good.Values.Count, a, version, zero)))),
        };
        Assert.Contains("written over", Assert.Throws<IrVerificationException>(() => IrVerifier.Verify(bad)).Message);
    }

    [Fact]
    public void VerifierRejectsUseOutsideItsRegion()
    {
        Function function = Logistic();
        int inner = IrFacts.Walk(function.Body).OfType<Load>().First().Id;
        Assert.Throws<IrVerificationException>(() => IrVerifier.Verify(function with { Result = inner }));
    }

    [Fact]
    public void VerifierRejectsMixedTypes()
    {
        var b = new IrBuilder();
        int sum = b.Let(Op.Add, ScalarType.F64, b.Real(ScalarType.F64, 1), b.Int(1));
        Function function = b.Finish("F", ScalarType.F64, [], [], sum);
        Assert.Contains("does not go from", Assert.Throws<IrVerificationException>(() => IrVerifier.Verify(function)).Message);
    }

    [Fact]
    public void VerifierRejectsDataOutsideExamples()
    {
        var b = new IrBuilder();
        int x = b.AddBuffer("x", BufferKind.Data, ScalarType.F64, 0);
        int value = b.Load(x, b.Int(0));
        Function function = b.Finish("F", ScalarType.F64, [new Argument("x", ArgumentRole.Data, ScalarType.F64, false, -1, x)], [], value);
        Assert.Contains("outside the loop over examples", Assert.Throws<IrVerificationException>(() => IrVerifier.Verify(function)).Message);
    }

    [Fact]
    public void FreeValuesAreThoseFromOutside()
    {
        Function function = Logistic();
        Loop examples = function.Body.Items.OfType<Loop>().Single();
        Loop features = examples.Body.Items.OfType<Loop>().First();
        Assert.Empty(IrFacts.FreeValues(features));
        Assert.All(IrFacts.FreeValues(examples), id => Assert.Contains(function.Body.Items, item => IrFacts.Definitions(item).Contains(id)));
    }
}
