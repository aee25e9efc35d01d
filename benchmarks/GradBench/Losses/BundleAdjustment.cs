using SymbolicGD;

namespace GradBench.Losses;

/// <summary>The eval <c>ba</c>: how far the projections of points in space are from where cameras saw them.</summary>
internal static partial class BundleAdjustment
{
    /// <summary>The weighted reprojection error of one observation, in two directions.</summary>
    /// <param name="cameras">One per row: rotation (angle times axis), center, focal length, principal point, two radial distortions.</param>
    /// <param name="points">One per row.</param>
    /// <param name="weights">One per observation.</param>
    /// <param name="camera">Who observed.</param>
    /// <param name="point">What was observed.</param>
    /// <param name="feature">Where it was observed.</param>
    /// <param name="observation">The index of the observation.</param>
    /// <param name="residuals">Two.</param>
    [Residual(MaxOverhead = 3.5)]
    internal static void Reprojection(
        [Parameter, Shape("cameras", "camera parameters")] ReadOnlyMatrix<double> cameras,
        [Parameter, Shape("points", "coordinates")] ReadOnlyMatrix<double> points,
        [Parameter, Shape("observations")] ReadOnlySpan<double> weights,
        int camera,
        int point,
        [Shape("feature")] ReadOnlySpan<double> feature,
        [Example] int observation,
        [Output] Span<double> residuals)
    {
        ReadOnlySpan<double> c = cameras.Row(camera), p = points.Row(point);
        var seen = Rotate(new Vector(c[0], c[1], c[2]), new Vector(p[0] - c[3], p[1] - c[4], p[2] - c[5]));
        double x = seen.X / seen.Z, y = seen.Y / seen.Z;
        double square = x * x + y * y;
        double distortion = 1 + c[9] * square + c[10] * square * square;
        residuals[0] = weights[observation] * (x * distortion * c[6] + c[7] - feature[0]);
        residuals[1] = weights[observation] * (y * distortion * c[6] + c[8] - feature[1]);
    }

    /// <summary>1 − w²: keeps the weights near one.</summary>
    [Residual]
    internal static double Weight([Parameter, Shape("observations")] ReadOnlySpan<double> weights, [Example] int observation) =>
        1 - weights[observation] * weights[observation];

    /// <summary>Rodrigues' formula; for no rotation at all, its first order.</summary>
    private static Vector Rotate(Vector rotation, Vector point)
    {
        double square = Vector.Dot(rotation, rotation);
        if (square == 0) return point + Vector.Cross(rotation, point);
        double angle = Math.Sqrt(square), cosine = Math.Cos(angle), sine = Math.Sin(angle);
        Vector axis = (1 / angle) * rotation;
        return cosine * point + sine * Vector.Cross(axis, point) + Vector.Dot(axis, point) * (1 - cosine) * axis;
    }

    private readonly record struct Vector(double X, double Y, double Z)
    {
        public static Vector operator +(Vector a, Vector b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        public static Vector operator *(double s, Vector a) => new(s * a.X, s * a.Y, s * a.Z);

        public static double Dot(Vector a, Vector b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

        public static Vector Cross(Vector a, Vector b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
    }
}
