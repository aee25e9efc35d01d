using SymbolicGD;

namespace UserTypes;

/// <summary>A point or a direction in space: the user's own type.</summary>
public readonly record struct Vec3(double X, double Y, double Z)
{
    public double Squared => Dot(this, this);

    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vec3 operator *(double s, Vec3 a) => new(s * a.X, s * a.Y, s * a.Z);

    public static double Dot(Vec3 a, Vec3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vec3 Cross(Vec3 a, Vec3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
}

/// <summary>
/// A robot's arm, seen by a camera: from markers on its joints, some of them seen wrongly, find how each joint is bent and how the arm is turned.
/// </summary>
public static partial class Arm
{
    /// <summary>The negative logarithm of the probability of one marker: near its joint, or anywhere.</summary>
    [Loss(Order = 2)]
    public static double Misfit(
        [Parameter, Shape("joints")] ReadOnlySpan<double> bend, [Parameter, Shape("space")] ReadOnlySpan<double> turn,
        [Constant, Shape("joints")] ReadOnlySpan<int> parent, [Constant, Shape("joints")] ReadOnlySpan<double> length,
        [Shape("space")] ReadOnlySpan<double> marker, int joint, double quality)
    {
        double weight = Weight(quality);
        if (weight == 0) return 0;

        (Vec3 tip, _) = Reach(parent, length, bend, joint);
        Vec3 miss = Rotate(new Vec3(turn[0], turn[1], turn[2]), tip) - new Vec3(marker[0], marker[1], marker[2]);
        return -weight * Math.Log(0.95 * NormalCdf(2 - 4 * Soft(miss.Squared)) + 0.05);

        static double Weight(double quality) => quality switch
        {
            <= 0 => 0,
            < 1 and var q => q * q * (3 - 2 * q),
            _ => 1,
        };

        // The distance, smoothed near 0: Newton's method for the square root, until it stands still.
        static double Soft(double squared)
        {
            double s = squared + 0.01, root = 0.5 * (1 + s);
            for (int i = 0; i < 30; i++)
            {
                double next = 0.5 * (root + s / root);
                double step = Math.Abs(next - root);
                root = next;
                if (step <= 1e-15 * root) break;
            }

            return root;
        }
    }

    /// <summary>Where a joint is, and in which direction the arm goes on: the joint that it hangs on says where it starts.</summary>
    [Recursion(MaxDepth = 4)]
    public static (Vec3 Tip, double Angle) Reach(ReadOnlySpan<int> parent, ReadOnlySpan<double> length, ReadOnlySpan<double> bend, int joint)
    {
        if (parent[joint] < 0) return (new Vec3(0, 0, length[joint]), bend[joint]);
        (Vec3 start, double angle) = Reach(parent, length, bend, parent[joint]);
        angle += bend[joint];
        (double sin, double cos) = Math.SinCos(angle);
        return (start + length[joint] * new Vec3(cos, sin, 0.1), angle);
    }

    /// <summary>Turns a point about an axis, by the axis's length (Rodrigues); about no axis at all it stays.</summary>
    public static Vec3 Rotate(Vec3 axis, Vec3 p)
    {
        double squared = axis.Squared;

        // The terms up to the second order, since second derivatives are taken here too.
        Vec3 first = Vec3.Cross(axis, p);
        if (squared < 1e-12) return p + first + 0.5 * Vec3.Cross(axis, first);
        double angle = Math.Sqrt(squared);
        Vec3 k = (1 / angle) * axis;
        return Math.Cos(angle) * p + Math.Sin(angle) * Vec3.Cross(k, p) + (1 - Math.Cos(angle)) * Vec3.Dot(k, p) * k;
    }

    /// <summary>Φ(x), by a series that is not worth differentiating term by term.</summary>
    public static double NormalCdf(double x)
    {
        if (x > 8) return 1;
        if (x < -8) return 0;
        double sum = x, term = x;
        for (int i = 3; i < 200; i += 2)
        {
            term *= x * x / i;
            sum += term;
        }

        return 0.5 + sum * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
    }

    [Derivative(of: nameof(NormalCdf))]
    private static double NormalCdfDerivative(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
}
