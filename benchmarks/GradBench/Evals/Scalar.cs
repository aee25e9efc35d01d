using SymbolicGD;

namespace GradBench.Evals;

/// <summary>Evals of one function of one vector.</summary>
internal static class Scalar
{
    internal static Prepared Primal(HostObjective<double> objective, double[] point)
    {
        double value = 0;
        return new Prepared(() => value = objective.Value(point), () => value);
    }

    internal static Prepared Gradient(HostObjective<double> objective, double[] point)
    {
        double[] gradient = new double[point.Length];
        return new Prepared(() => objective.Gradient(point, gradient), () => Json.Array(gradient));
    }
}
