namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>A value with its derivatives by all parameters: the tests' own way to derivatives, which shares nothing with the product.</summary>
internal readonly record struct Dual(double Value, double[] Partials)
{
    public static Dual Variable(double value, int index, int count)
    {
        var partials = new double[count];
        partials[index] = 1;
        return new Dual(value, partials);
    }

    public static implicit operator Dual(double value) => new(value, []);

    public static Dual operator +(Dual a, Dual b) => Combine(a.Value + b.Value, a, 1, b, 1);

    public static Dual operator -(Dual a, Dual b) => Combine(a.Value - b.Value, a, 1, b, -1);

    public static Dual operator -(Dual a) => Chain(-a.Value, a, -1);

    public static Dual operator *(Dual a, Dual b) => Combine(a.Value * b.Value, a, b.Value, b, a.Value);

    public static Dual operator /(Dual a, Dual b) => Combine(a.Value / b.Value, a, 1 / b.Value, b, -a.Value / b.Value / b.Value);

    public static Dual Exp(Dual a) => Chain(Math.Exp(a.Value), a, Math.Exp(a.Value));

    public static Dual Sin(Dual a) => Chain(Math.Sin(a.Value), a, Math.Cos(a.Value));

    public static Dual Cos(Dual a) => Chain(Math.Cos(a.Value), a, -Math.Sin(a.Value));

    public static Dual Atan(Dual a) => Chain(Math.Atan(a.Value), a, 1 / (1 + (a.Value * a.Value)));

    /// <summary>A number to a variable power.</summary>
    public static Dual Pow(double x, Dual power) => Chain(Math.Pow(x, power.Value), power, Math.Pow(x, power.Value) * Math.Log(x));

    /// <summary>A variable to a constant power.</summary>
    public static Dual Pow(Dual a, double power) => Chain(Math.Pow(a.Value, power), a, power * Math.Pow(a.Value, power - 1));

    private static Dual Chain(double value, Dual a, double slope) => new(value, Array.ConvertAll(a.Partials, p => p * slope));

    private static Dual Combine(double value, Dual a, double slopeA, Dual b, double slopeB)
    {
        var partials = new double[Math.Max(a.Partials.Length, b.Partials.Length)];
        for (int i = 0; i < partials.Length; i++)
        {
            partials[i] = (i < a.Partials.Length ? slopeA * a.Partials[i] : 0) + (i < b.Partials.Length ? slopeB * b.Partials[i] : 0);
        }

        return new Dual(value, partials);
    }
}
