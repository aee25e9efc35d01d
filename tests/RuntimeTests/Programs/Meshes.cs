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

    /// <summary>An array that the parameters alone decide, and a few numbers of it for each example.</summary>
    [Residual]
    public static void Table([Parameter, Shape("knots")] ReadOnlySpan<double> knots, [Parameter] double scale, double x, [Output] Span<double> residuals)
    {
        Span<double> heights = stackalloc double[knots.Length];
        for (int k = 0; k < knots.Length; k++) heights[k] = Math.Sin(scale * (k + 1));
        residuals[0] = scale * x + heights[0] + heights[^1] * x;
        residuals[1] = x * heights[^1] + knots[0] * scale;
    }

    /// <summary>A residual that no parameter moves: a model before its terms are written.</summary>
    [Residual]
    public static double Constant([Parameter] double unused, double x) => x - Math.Floor(0 * unused);
}
