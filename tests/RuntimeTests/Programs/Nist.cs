namespace SymbolicGD.RuntimeTests.Programs;

/// <summary>The models of NIST's nonlinear regressions as a user writes them, each in the formula of its certificate.</summary>
public static partial class Nist
{
    [Residual]
    public static double Misra1a([Parameter] double b1, [Parameter] double b2, double x, double y) => y - (b1 * (1 - Math.Exp(-b2 * x)));

    [Residual]
    public static double Misra1b([Parameter] double b1, [Parameter] double b2, double x, double y) => y - (b1 * (1 - Math.Pow(1 + (b2 * x / 2), -2)));

    [Residual]
    public static double Misra1c([Parameter] double b1, [Parameter] double b2, double x, double y) => y - (b1 * (1 - Math.Pow(1 + (2 * b2 * x), -0.5)));

    [Residual]
    public static double Chwirut2([Parameter] double b1, [Parameter] double b2, [Parameter] double b3, double x, double y) =>
        y - (Math.Exp(-b1 * x) / (b2 + (b3 * x)));

    [Residual]
    public static double DanWood([Parameter] double b1, [Parameter] double b2, double x, double y) => y - (b1 * Math.Pow(x, b2));

    [Residual]
    public static double Lanczos3(
        [Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, [Parameter] double b5, [Parameter] double b6, double x, double y) =>
        y - ((b1 * Math.Exp(-b2 * x)) + (b3 * Math.Exp(-b4 * x)) + (b5 * Math.Exp(-b6 * x)));

    /// <summary>Gauss1 and Gauss2: two peaks on an exponential.</summary>
    [Residual]
    public static double Gauss([Parameter, Shape("eight")] ReadOnlySpan<double> b, double x, double y)
    {
        double u = (x - b[3]) / b[4], v = (x - b[6]) / b[7];
        return y - ((b[0] * Math.Exp(-b[1] * x)) + (b[2] * Math.Exp(-u * u)) + (b[5] * Math.Exp(-v * v)));
    }

    [Residual]
    public static double Kirby2(
        [Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, [Parameter] double b5, double x, double y) =>
        y - ((b1 + (b2 * x) + (b3 * x * x)) / (1 + (b4 * x) + (b5 * x * x)));

    [Residual]
    public static double Hahn1([Parameter, Shape("seven")] ReadOnlySpan<double> b, double x, double y)
    {
        double above = b[0] + (x * (b[1] + (x * (b[2] + (x * b[3]))))), below = 1 + (x * (b[4] + (x * (b[5] + (x * b[6])))));
        return y - (above / below);
    }

    [Residual]
    public static double MGH17(
        [Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, [Parameter] double b5, double x, double y) =>
        y - (b1 + (b2 * Math.Exp(-x * b4)) + (b3 * Math.Exp(-x * b5)));

    [Residual]
    public static double Roszman1([Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, double x, double y) =>
        y - (b1 - (b2 * x) - (Math.Atan(b3 / (x - b4)) / Math.PI));

    [Residual]
    public static double Enso([Parameter, Shape("nine")] ReadOnlySpan<double> b, double x, double y)
    {
        double t = 2 * Math.PI * x;
        double model = b[0] + (b[1] * Math.Cos(t / 12)) + (b[2] * Math.Sin(t / 12));
        model += (b[4] * Math.Cos(t / b[3])) + (b[5] * Math.Sin(t / b[3]));
        model += (b[7] * Math.Cos(t / b[6])) + (b[8] * Math.Sin(t / b[6]));
        return y - model;
    }

    /// <summary>The generated objective of a data set.</summary>
    internal static ResidualObjective<double> Create(string name, double[] x, double[] y) => name switch
    {
        "Misra1a" => new Misra1aObjective(x, y),
        "Misra1b" => new Misra1bObjective(x, y),
        "Misra1c" => new Misra1cObjective(x, y),
        "Chwirut2" => new Chwirut2Objective(x, y),
        "DanWood" => new DanWoodObjective(x, y),
        "Lanczos3" => new Lanczos3Objective(x, y),
        "Gauss1" or "Gauss2" => new GaussObjective(x, y, eight: 8),
        "Kirby2" => new Kirby2Objective(x, y),
        "Hahn1" => new Hahn1Objective(x, y, seven: 7),
        "MGH17" => new MGH17Objective(x, y),
        "Roszman1" => new Roszman1Objective(x, y),
        "ENSO" => new EnsoObjective(x, y, nine: 9),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
