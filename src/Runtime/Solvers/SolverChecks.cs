using System.Globalization;

namespace SymbolicGD;

/// <summary>Checks of the properties of solvers.</summary>
internal static class SolverChecks
{
    public static void Positive(double value, string property) =>
        Require(value > 0 && double.IsFinite(value), property, value, "must be finite and above 0");

    public static void Between(double value, double low, double high, string property) =>
        Require(value > low && value < high, property, value, string.Create(CultureInfo.InvariantCulture, $"must lie between {low} and {high}"));

    /// <summary>Of a search for a step that lowers the value: c₁ of the sufficient decrease.</summary>
    public static void LineSearch(double sufficientDecrease) => Between(sufficientDecrease, 0, 0.5, "SufficientDecrease");

    /// <summary>Of a search for a step that lowers the value and flattens the slope: c₁ and c₂.</summary>
    public static void LineSearch(double sufficientDecrease, double curvature, double mostCurvature = 1)
    {
        LineSearch(sufficientDecrease);
        Between(curvature, sufficientDecrease, mostCurvature, "Curvature");
    }

    public static void InnerIterations(int? limit) => Require(limit is null or > 0, "MaxInnerIterations", limit ?? 0, "must be 1 or more");

    public static void Tolerances(double? gradient, double value, int maxIterations)
    {
        Require(gradient is null or >= 0, "GradientTolerance", gradient ?? 0, "must be 0 or more");
        Require(value >= 0, "ValueTolerance", value, "must be 0 or more");
        Require(maxIterations > 0, "MaxIterations", maxIterations, "must be 1 or more");
    }

    public static void Require(bool holds, string property, double value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(property, value, string.Create(CultureInfo.InvariantCulture, $"{property} is {value}; it {rule}."));
        }
    }
}
