using System.Globalization;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>A gradient costs more than its loss's <c>MaxOverhead</c> allows.</summary>
internal sealed class CostExceededException(double overhead, double limit) : Exception(string.Format(
    CultureInfo.InvariantCulture, "{0:0.##} times the operations of the loss, more than MaxOverhead = {1:0.##} allows", overhead, limit));

/// <summary>How much more a gradient, with the value, computes than the loss alone.</summary>
internal static class CostContract
{
    /// <summary>What lengths and trip counts that are not known at build time count as; the examples too.</summary>
    private const double Trips = 100;

    public static double Overhead(Function loss, Function gradient) => HeaderCost.Total(gradient, Trips) / Math.Max(1, HeaderCost.Total(loss, Trips));
}
