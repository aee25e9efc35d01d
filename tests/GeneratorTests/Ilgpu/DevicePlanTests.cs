using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>What the threads of a group do together, read from the kernels that are emitted.</summary>
public sealed class DevicePlanTests
{
    [Fact]
    public void A_single_layer_is_a_product_of_matrices()
    {
        string kernels = Kernels(File.ReadAllText(Path.Combine(Repository.Root, "benchmarks/Losses/SoftmaxRegression.cs")));
        Assert.Equal(2, Count(kernels, "// wImage = w · image, for all examples of the tile"));
        Assert.Equal(1, Count(kernels, "// gradient_w += wSignal · imageᵀ, over the examples of the tile"));

        // Each group has a copy of the sums, no thread one of its own.
        Assert.DoesNotContain("OwnSums", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Products_are_not_added_to_a_matrix_whose_rows_data_choose()
    {
        string kernels = Kernels(
            """
            using System;
            using SymbolicGD;

            public static partial class Tied
            {
                [Loss]
                public static float Next([Parameter, Shape("words", "width")] ReadOnlyMatrix<float> table, int word, int next)
                {
                    Span<float> row = stackalloc float[table.Columns], scores = stackalloc float[table.Rows];
                    for (int k = 0; k < row.Length; k++) row[k] = MathF.Tanh(table[word, k]);
                    for (int w = 0; w < scores.Length; w++)
                    {
                        float score = 0;
                        for (int k = 0; k < row.Length; k++) score += table[w, k] * row[k];
                        scores[w] = score;
                    }

                    return Sym.LogSumExp(scores) - scores[next];
                }
            }
            """);
        Assert.Contains("// tableRow = table · row", kernels, StringComparison.Ordinal);
        Assert.DoesNotContain("// gradient_table +=", kernels, StringComparison.Ordinal);
        Assert.Contains("DeviceKernels.Add(partials, tableOwnSums", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Matrices_of_a_few_elements_are_no_products()
    {
        string kernels = Kernels(
            """
            using System;
            using SymbolicGD;

            public static partial class Small
            {
                [Loss]
                public static double Misfit([Parameter, Shape(2, 3)] ReadOnlyMatrix<double> a, [Shape(3)] ReadOnlySpan<double> x, [Shape(2)] ReadOnlySpan<double> y)
                {
                    double sum = 0;
                    for (int i = 0; i < 2; i++)
                    {
                        double dot = 0;
                        for (int j = 0; j < 3; j++) dot += a[i, j] * x[j];
                        sum += (dot - y[i]) * (dot - y[i]);
                    }

                    return sum;
                }
            }
            """);
        Assert.DoesNotContain("DeviceKernels.Product", kernels, StringComparison.Ordinal);
    }

    private static string Kernels(string source)
    {
        IReadOnlyDictionary<string, string> files = EmittedKernelTests.Generate(source, withIlgpu: true, out _);
        return string.Join("\n", files.Where(f => f.Key.EndsWith("Objective.Ilgpu.g.cs", StringComparison.Ordinal)).Select(f => f.Value));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
