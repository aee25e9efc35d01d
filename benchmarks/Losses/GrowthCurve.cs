using SymbolicGD;

namespace Benchmarks.Losses;

/// <summary>Least squares with the logistic growth curve: three parameters, and all the work in scalars of one example.</summary>
public static partial class GrowthCurve
{
    [Loss]
    public static double SquaredResidual([Parameter] double a, [Parameter] double b, [Parameter] double c, double x, double y)
    {
        double r = y - a / (1 + Math.Exp(b - c * x));
        return r * r;
    }
}
