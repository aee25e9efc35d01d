namespace SymbolicGD.RuntimeTests.Programs;

/// <summary>Residuals whose rows of the Jacobian have entries where integers of the example say.</summary>
public static partial class Meshes
{
    /// <summary>A spring between two nodes, which may be one, and how far it leans; the second residual uses some of the first one's parameters.</summary>
    [Residual]
    public static void Spring(
        [Parameter, Shape("nodes", "space")] ReadOnlyMatrix<double> at, [Parameter] double stiffness, int from, int to, double rest, [Output] Span<double> residuals)
    {
        double dx = at[to, 0] - at[from, 0], dy = at[to, 1] - at[from, 1], square = dx * dx + dy * dy;
        residuals[0] = square > 0 ? stiffness * (Math.Sqrt(square) - rest) : -rest;
        residuals[1] = Math.Sin(dx) * rest;
    }

    /// <summary>A decay, with the same two columns in every row.</summary>
    [Residual]
    public static float Decay([Parameter] float scale, [Parameter] float rate, float time, float seen) => scale * MathF.Exp(-rate * time) - seen;
}
