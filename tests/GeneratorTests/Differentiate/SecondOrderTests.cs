using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

/// <summary>Forward mode, and forward over reverse, against dual and hyper-dual numbers.</summary>
public sealed class SecondOrderTests
{
    [Theory]
    [MemberData(nameof(LossGradientTests.Losses), MemberType = typeof(LossGradientTests))]
    public void MatchesHyperDualNumbers(string name, string method)
    {
        Assert.NotEmpty(name);
        Function loss = LossGradientTests.Capture(method);
        Function normalized = OptimizeStage.Normalize(loss, fast: false);
        Function product = DifferentiateStage.HessianVectorProduct(loss), ofNormalized = DifferentiateStage.HessianVectorProduct(normalized);
        Function optimized = OptimizeStage.Run(ofNormalized, fast: false);
        Function tangent = DifferentiateStage.Tangent(normalized), fastTangent = OptimizeStage.Run(tangent, fast: false);
        int compared = 0;
        for (int seed = 1; seed <= 12; seed++)
        {
            IrInputs inputs = RandomInputs.For(loss, seed).WithDirection(loss, seed);
            if (Equivalence.CheckProduct(loss, product, inputs)) compared++;
            Equivalence.CheckProduct(normalized, ofNormalized, inputs);
            Equivalence.CheckProduct(normalized, optimized, inputs);
            Equivalence.CheckTangent(normalized, tangent, inputs);
            Equivalence.CheckTangent(normalized, fastTangent, inputs);
        }

        Assert.True(compared >= 9, $"only {compared} of 12 points are finite");
    }

    /// <summary>Random programs with fixed seeds: loops, branches, local arrays and every operation.</summary>
    [Theory]
    [InlineData(0, 250)]
    [InlineData(250, 500)]
    [InlineData(500, 750)]
    [InlineData(750, 1000)]
    public void RandomProgramsMatchHyperDualNumbers(int from, int to)
    {
        int compared = 0;
        var failures = new List<string>();
        for (int seed = from; seed < to; seed++)
        {
            Function loss = RandomIr.Create(seed);
            try
            {
                IrInputs inputs = RandomInputs.For(loss, seed).WithDirection(loss, seed);
                Function product = DifferentiateStage.HessianVectorProduct(loss);
                if (Equivalence.CheckProduct(loss, product, inputs)) compared++;

                // Constants of type F32 that a pass folds are rounded to single, though all else is done in double here.
                double bound = loss.Values.Any(v => v.Type == ScalarType.F32) ? 1e-6 : Equivalence.Bound;
                Equivalence.CheckProduct(loss, OptimizeStage.Run(product, fast: false), inputs, bound);
                Equivalence.CheckTangent(loss, DifferentiateStage.Tangent(loss), inputs);
            }
            catch (Exception e)
            {
                failures.Add($"seed {seed}: {e.GetType().Name} {e.Message}\n{e.StackTrace}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {to - from} fail; the shortest:\n{failures.MinBy(f => f.Length)}");
        Assert.True(compared >= 0.95 * (to - from), $"only {compared} programs of {to - from} are finite");
    }

    /// <summary>Every operation at ordinary points and near the ends of its domain.</summary>
    [Theory]
    [MemberData(nameof(DerivativeTableTests.Operations), MemberType = typeof(DerivativeTableTests))]
    public void EveryOperationMatchesHyperDualNumbers(string name)
    {
        var op = Enum.Parse<Op>(name);
        Function loss = DerivativeTableTests.Build(op);
        Function product = DifferentiateStage.HessianVectorProduct(loss), tangent = DifferentiateStage.Tangent(loss);
        double[] points = [0.5, -0.5, 0.999, -0.999, 1.001, 2, -3, 7.25];
        int compared = 0;
        foreach (double a in points)
        {
            foreach (double b in op.Arity() > 1 ? points : [0.75])
            {
                IrInputs inputs = new IrInputs([[a], [b], [0.25]], []) { Direction = [[0.8], [-1.3], [0.4]] };
                if (Equivalence.CheckProduct(loss, product, inputs)) compared++;
                Equivalence.CheckTangent(loss, tangent, inputs);
            }
        }

        Assert.True(compared >= 2);
    }

    /// <summary>A residual of exactly zero inside of a branch has no gradient there, but it has curvature, through a quotient too.</summary>
    [Fact]
    public void GuardedProductsMoveWhereTheyAreZero()
    {
        Function loss = DerivativeTableTests.Build((b, p) =>
        {
            int ratio = b.Binary(Op.Div, p[0], p[1]);
            int residual = b.Binary(Op.Sub, ratio, b.Real(ScalarType.F64, 2));
            int square = b.Binary(Op.Mul, residual, residual);
            return b.If(b.Binary(Op.Lt, b.Real(ScalarType.F64, 0), p[0]), () => [square], () => [p[1]])[0];
        });
        Function product = DifferentiateStage.HessianVectorProduct(loss);
        IrInputs inputs = new IrInputs([[6], [3], [0]], []) { Direction = [[1], [0], [0]] };
        Assert.True(Equivalence.CheckProduct(loss, product, inputs));
        double[] actual = IrInterpreter.Run(product, inputs).Gradient;
        Assert.Equal(2.0 / 9, actual[0], 1e-15);
        Assert.Equal(-4.0 / 9, actual[1], 1e-15);
    }

    /// <summary>What does not move along the direction contributes nothing, however steep it is there.</summary>
    [Fact]
    public void RootsThatDoNotMoveDoNotPoison()
    {
        Function loss = DerivativeTableTests.Build((b, p) => b.Binary(Op.Mul, b.Unary(Op.Sqrt, p[0]), b.Binary(Op.Mul, p[1], p[1])));
        Function product = DifferentiateStage.HessianVectorProduct(loss), tangent = DifferentiateStage.Tangent(loss);
        IrInputs inputs = new IrInputs([[0], [3], [0]], []) { Direction = [[0], [1], [0]] };
        Assert.Equal(0, IrInterpreter.Run(product, inputs).Gradient[1]);
        Assert.Equal(0, IrInterpreter.Run(tangent, inputs).Value);
    }

    [Fact]
    public void NormHasNoCurvatureAtZero()
    {
        Function loss = DerivativeTableTests.Build((b, p) => b.Unary(Op.Norm, b.Binary(Op.Add, b.Binary(Op.Mul, p[0], p[0]), b.Binary(Op.Mul, p[1], p[1]))));
        IrInputs inputs = new IrInputs([[0], [0], [0]], []) { Direction = [[1], [2], [0]] };
        Assert.Equal([0, 0, 0], IrInterpreter.Run(DifferentiateStage.HessianVectorProduct(loss), inputs).Gradient);
    }
}
