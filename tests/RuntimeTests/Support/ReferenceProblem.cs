using System.Text.Json;
using Xunit;

namespace SymbolicGD.RuntimeTests;

/// <summary>The two problems of <c>Reference/pytorch-optimizers.json</c>.</summary>
internal static class ReferenceProblem
{
    public static HostObjective<double> Create(JsonElement reference, string name)
    {
        if (name == "rosenbrock2d")
        {
            return new Rosenbrock(2);
        }

        JsonElement problem = reference.GetProperty("problems").GetProperty(name);
        double[][] x = problem.GetProperty("X").EnumerateArray().Select(row => row.Doubles()).ToArray();
        double[] y = problem.GetProperty("y").Doubles();
        return new Function<double>(
            5,
            p => x.Index().Average(row => Softplus(Margin(p, row.Item)) - (y[row.Index] * Margin(p, row.Item))),
            p =>
            {
                var gradient = new double[5];
                for (int i = 0; i < x.Length; i++)
                {
                    double s = (1 / (1 + Math.Exp(-Margin(p, x[i]))) - y[i]) / x.Length;
                    for (int j = 0; j < 4; j++)
                    {
                        gradient[j] += s * x[i][j];
                    }

                    gradient[4] += s;
                }

                return gradient;
            });
    }

    /// <summary>‖Δx‖∞ ≤ 10⁻¹²·max(1, ‖x‖∞).</summary>
    public static void AssertNear(double[] expected, ReadOnlySpan<double> found, int step)
    {
        double scale = Math.Max(1, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - found[i]) <= 1e-12 * scale, $"step {step}, x[{i}]: expected {expected[i]:R}, found {found[i]:R}");
        }
    }

    private static double Margin(double[] p, double[] row) => (p[0] * row[0]) + (p[1] * row[1]) + (p[2] * row[2]) + (p[3] * row[3]) + p[4];

    private static double Softplus(double z) => Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
}
