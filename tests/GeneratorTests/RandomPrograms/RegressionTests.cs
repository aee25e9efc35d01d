using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>What random programs have found, cut down to its core.</summary>
public sealed class RegressionTests
{
    /// <summary>The state's last value is unused, but what it starts from enters through the iterations.</summary>
    [Fact]
    public void StateWhoseEndIsUnused() => Check("""
        double t = TensorPrimitives.Dot(w, w), s = p;
        foreach (double e in w)
        {
            t /= 1 + (e * e);
            s += Math.Sin(t);
        }

        return s;
        """);

    /// <summary>An array of data is overwritten and must be brought back for what was read of it before: later iterations must not see that.</summary>
    [Fact]
    public void PassiveArrayOverwrittenInASum() => Check("""
        double[] h = new double[x.Length], g = new double[x.Length];
        for (int i = 0; i < g.Length; i++) g[i] = Math.Tanh((1 + h[i]) * w[0]);
        double s = 0;
        for (int i = 0; i < w.Length; i++)
        {
            double z = p;
            for (int j = 0; j < h.Length; j++)
            {
                h[j] = (0.5 * h[j]) + x[j];
                z = Math.Sin(z * w[i]);
            }

            s += z * h[0];
        }

        return s + h[0] + TensorPrimitives.Sum((ReadOnlySpan<double>)g);
        """);

    /// <summary>Neighbouring elements get their derivative many times over: no store may replace the additions.</summary>
    [Fact]
    public void NeighboursInANestedLoop() => Check("""
        double s = p;
        foreach (double e in w)
        {
            if (e * s < 1) s = Math.Sin((s * e) + TensorPrimitives.Dot(w[1..], w[..^1]));
        }

        return s;
        """);

    /// <summary>Iterations that need nothing of one another, and record runs of unknown length one behind the other: their reverse may not go forwards.</summary>
    [Fact]
    public void RunsOfUnknownLengthInIndependentIterations() => Check("""
        double[] h = new double[w.Length];
        for (int i = 0; i < h.Length; i++)
        {
            double s = p * w[i];
            int k = 0;
            while (Math.Abs(s) > 0.1)
            {
                s *= 0.5 + (0.3 * Math.Sin(w[i] * s));
                if (++k > i + 1) break;
            }

            h[i] = s;
        }

        return TensorPrimitives.SumOfSquares((ReadOnlySpan<double>)h);
        """);

    /// <summary>An array is recorded whose length comes from data: no bound of it is known, but it is the same in all iterations.</summary>
    [Fact]
    public void RecordedArrayWhoseLengthIsData() => Check("""
        double s = p;
        int k = 0;
        while (k < 3 && Math.Abs(s) > 0.01)
        {
            double[] h = new double[n + 1];
            for (int j = 0; j < h.Length; j++) h[j] = Math.Sin(s * w[j]);
            for (int j = 1; j < h.Length; j++) h[j] = Math.Tanh(h[j] + (h[j - 1] * p));
            s = Math.Cos(s) + TensorPrimitives.SumOfSquares((ReadOnlySpan<double>)h);
            k++;
        }

        return s;
        """);

    /// <summary>The same where the number of records is known.</summary>
    [Fact]
    public void RecordedArrayWhoseLengthIsDataInCountedLoops() => Check("""
        double s = p;
        for (int i = 0; i < w.Length; i++)
        {
            for (int m = 0; m < x.Length; m++)
            {
                double[] h = new double[n + 1];
                for (int j = 0; j < h.Length; j++) h[j] = Math.Sin(s * w[j]);
                for (int j = 1; j < h.Length; j++) h[j] = Math.Tanh(h[j] + (h[j - 1] * w[i]));
                s = Math.Cos(s) + (x[m] * TensorPrimitives.SumOfSquares((ReadOnlySpan<double>)h));
            }
        }

        return s;
        """);

    private static void Check(string body)
    {
        Function loss = CaptureDriver.Loss($$"""
            public static partial class C
            {
                [Loss]
                public static double L([Parameter, Shape("a")] ReadOnlySpan<double> w, [Parameter] double p, [Shape("b")] ReadOnlySpan<double> x, int n)
                {
            {{body}}
                }
            }
            """).Function;
        for (int seed = 0; seed < 5; seed++)
        {
            IrInputs inputs = RandomInputs.For(loss, seed);
            Assert.True(Equivalence.CheckGradient(loss, DifferentiateStage.Gradient(loss), inputs));
            Function normal = OptimizeStage.Normalize(loss, fast: false);
            Assert.True(Equivalence.CheckGradient(loss, OptimizeStage.Run(DifferentiateStage.Gradient(normal), fast: false), inputs));
        }
    }
}
