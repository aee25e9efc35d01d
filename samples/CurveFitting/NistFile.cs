using System.Globalization;
using System.Text.RegularExpressions;

namespace CurveFitting;

/// <summary>A nonlinear regression as a file of the NIST Statistical Reference Datasets states it, with its certified result.</summary>
/// <param name="Name">The name of the problem.</param>
/// <param name="Starts">Two starting points, the first far from the solution.</param>
/// <param name="Parameters">The certified parameters, to 11 digits.</param>
/// <param name="StandardErrors">Their certified standard deviations.</param>
/// <param name="SquareSum">The certified sum of the squared residuals.</param>
/// <param name="X">The predictor.</param>
/// <param name="Y">The response.</param>
public sealed partial record NistFile(
    string Name, double[][] Starts, double[] Parameters, double[] StandardErrors, double SquareSum, double[] X, double[] Y)
{
    /// <summary>The digits to which the certificates are stated.</summary>
    public const double CertifiedDigits = 11;

    private const string SquareSumLine = "Residual Sum of Squares:";

    /// <exception cref="FormatException">The file is not of this form.</exception>
    public static NistFile Read(string name, TextReader reader)
    {
        string[] lines = reader.ReadToEnd().Split('\n');
        double[][] parameters = [.. lines.Where(line => ParameterLine().IsMatch(line)).Select(line => Numbers(line[(line.IndexOf('=') + 1)..]))];
        string? sum = lines.FirstOrDefault(line => line.StartsWith(SquareSumLine, StringComparison.Ordinal));
        int last = Array.FindLastIndex(lines, line => line.StartsWith("Data:", StringComparison.Ordinal));
        double[][] data = [.. lines.Skip(last + 1).Where(line => !string.IsNullOrWhiteSpace(line)).Select(Numbers)];
        if (last < 0 || sum is null || data.Length == 0 || parameters.Length == 0 || parameters.Any(row => row.Length != 4) || data.Any(row => row.Length != 2))
        {
            throw new FormatException($"{name} has not the form of a nonlinear regression with one predictor.");
        }

        return new NistFile(
            name, [Column(parameters, 0), Column(parameters, 1)], Column(parameters, 2), Column(parameters, 3), Numbers(sum[SquareSumLine.Length..])[0],
            Column(data, 1), Column(data, 0));
    }

    /// <summary>The decimal digits to which every one of some values is right: −log₁₀ of the largest relative error, 0 or more.</summary>
    public static double Digits(ReadOnlySpan<double> values, ReadOnlySpan<double> certified)
    {
        double worst = Math.Pow(10, -CertifiedDigits);
        for (int i = 0; i < certified.Length; i++)
        {
            double error = Math.Abs((values[i] - certified[i]) / certified[i]);
            worst = error <= worst ? worst : error;            // NaN is the worst of all
        }

        return double.IsNaN(worst) ? 0 : Math.Max(0, -Math.Log10(worst));
    }

    private static double[] Numbers(string line) =>
        [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(part => double.Parse(part, CultureInfo.InvariantCulture))];

    private static double[] Column(double[][] rows, int column) => [.. rows.Select(row => row[column])];

    [GeneratedRegex(@"^\s*b\d+ =")]
    private static partial Regex ParameterLine();
}
