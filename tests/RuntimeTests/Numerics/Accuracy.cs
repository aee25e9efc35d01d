namespace SymbolicGD.RuntimeTests.Numerics;

/// <summary>Measures errors in units in the last place of the correctly rounded result.</summary>
internal static class Accuracy
{
    /// <summary>Where to sample: evenly from A to B, or evenly in the logarithm where <paramref name="Logarithmic"/> (both of one sign).</summary>
    internal readonly record struct Range(double A, double B, bool Logarithmic = false)
    {
        public double[] Sample(int count, bool single)
        {
            var random = new Random(20_26);
            var points = new double[count];
            for (int i = 0; i < count; i++)
            {
                double t = random.NextDouble();
                double x = Logarithmic ? Math.CopySign(Math.Exp(Math.Log(Math.Abs(A)) + t * (Math.Log(Math.Abs(B)) - Math.Log(Math.Abs(A)))), A) : A + t * (B - A);
                points[i] = single ? (float)x : x;
            }

            return points;
        }
    }

    public static double Ulps(double result, DoubleDouble reference) => Ulps(result, reference, Math.Max(double.Epsilon, Math.BitIncrement(Math.Min(Math.Abs(reference.High), 1e308)) - Math.Min(Math.Abs(reference.High), 1e308)));

    public static double Ulps(float result, DoubleDouble reference)
    {
        float magnitude = Math.Min(MathF.Abs((float)reference.High), 3e38f);
        if (magnitude > Math.Abs(reference.High) && magnitude > 0)
        {
            magnitude = MathF.BitDecrement(magnitude);
        }

        return Ulps(result, reference, Math.Max(float.Epsilon, (double)MathF.BitIncrement(magnitude) - magnitude), float.MaxValue);
    }

    private static double Ulps(double result, DoubleDouble reference, double ulp, double max = double.MaxValue)
    {
        if (double.IsInfinity(result) && Math.Abs(reference.High) >= max && Math.Sign(result) == Math.Sign(reference.High))
        {
            return 0;
        }

        double error = Math.Abs((result - reference.High) - reference.Low) / ulp;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }
}
