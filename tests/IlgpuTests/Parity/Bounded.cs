namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>A loop whose number of iterations only its condition knows, with a bound.</summary>
public static partial class Bounded
{
    [Loss(MaxTrips = 60)]
    public static double Root([Parameter] double scale, [Parameter] double tolerance, double x)
    {
        double target = scale * scale + x * x, root = target + 1;
        while (Math.Abs(root * root - target) > 1e-9 + 0 * tolerance) root = 0.5 * (root + target / root);
        return root + tolerance * tolerance;
    }
}
