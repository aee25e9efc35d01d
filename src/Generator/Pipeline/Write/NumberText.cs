using System.Globalization;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The only place where numbers become C# text: invariant culture, round-trip, with NaN, infinities and −0.</summary>
internal static class NumberText
{
    public static string Integer(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>For people: at most 15 significant digits, so that what was computed from the user's 0.005 reads 0.005.</summary>
    public static double Readable(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value)) return value;
#pragma warning disable RS0030 // The one place that the ban is for.
        return double.Parse(value.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
#pragma warning restore RS0030
    }

    public static string Real(double value, ScalarType type)
    {
        string name = type == ScalarType.F32 ? "float" : "double";
        if (double.IsNaN(value)) return name + ".NaN";
        if (double.IsPositiveInfinity(value)) return name + ".PositiveInfinity";
        if (double.IsNegativeInfinity(value)) return name + ".NegativeInfinity";
#pragma warning disable RS0030 // The one place that the ban is for.
        string digits = type == ScalarType.F32
            ? ((float)value).ToString("R", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
#pragma warning restore RS0030
        if (value == 0 && BitConverter.DoubleToInt64Bits(value) < 0) digits = "-0.0";
        if (type == ScalarType.F32) return digits + "f";
        return digits.IndexOfAny(['.', 'E', 'e']) < 0 ? digits + ".0" : digits;
    }
}
