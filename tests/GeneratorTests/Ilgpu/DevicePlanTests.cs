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

    [Fact]
    public void Loops_in_a_branch_that_all_threads_take_are_shared_out()
    {
        string kernels = Kernels(File.ReadAllText(Path.Combine(Repository.Root, "benchmarks/Losses/Functions.cs")));
        string gradient = kernels[kernels.IndexOf("void GradientKernel", StringComparison.Ordinal)..kernels.IndexOf("void ProductKernel", StringComparison.Ordinal)];
        string branch = gradient[gradient.IndexOf("if (t1 >= 1)", StringComparison.Ordinal)..gradient.IndexOf("else", StringComparison.Ordinal)];
        Assert.Contains("for (int i = thread; i < t3; i += threads)", branch, StringComparison.Ordinal);
        Assert.Contains("GridSum(", branch, StringComparison.Ordinal);
    }

    [Fact]
    public void Those_in_a_branch_that_a_computed_array_decides_are_not()
    {
        string kernels = Kernels(
            """
            using System;
            using SymbolicGD;

            public static partial class Gate
            {
                [Loss]
                public static double Sum([Parameter] ReadOnlySpan<double> x)
                {
                    Span<double> squares = stackalloc double[x.Length];
                    for (int i = 0; i < x.Length; i++) squares[i] = x[i] * x[i];
                    double sum = 0;
                    if (squares[0] > 1)
                    {
                        for (int i = 0; i < x.Length; i++)
                        {
                            squares[i] = squares[i] * x[i];
                        }
                    }

                    for (int i = 0; i < x.Length; i++) sum += squares[i];
                    return sum;
                }
            }
            """);
        string value = kernels[kernels.IndexOf("void ValueKernel", StringComparison.Ordinal)..kernels.IndexOf("void GradientKernel", StringComparison.Ordinal)];
        Assert.Contains("if (thread == 0)", value[..value.IndexOf("> 1.0", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Equal(2, Count(value, " = thread; i"));
    }

    [Fact]
    public void Sums_that_are_read_while_they_grow_are_not_shared_out()
    {
        string kernels = Kernels(
            """
            using System;
            using SymbolicGD;

            public static partial class Running
            {
                [Loss]
                public static double Totals([Parameter] ReadOnlySpan<double> x)
                {
                    double total = 0, squares = 0;
                    for (int i = 0; i < x.Length; i++)
                    {
                        total += x[i];
                        squares += total * total;
                    }

                    return squares;
                }
            }
            """);
        Assert.DoesNotContain("i = thread", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_share_the_elements_of_a_matrix()
    {
        string kernels = Kernels(OverMatrix("sum += w[k, j] * w[k, j] * w[k, j];"));
        Assert.Equal(2, Count(kernels, " = thread; e"));
        Assert.Equal(2, Count(kernels, "int k = e / columns;"));
    }

    [Theory]
    [InlineData("a[columns * k + j] += w[k, j]", "e")]
    [InlineData("a[rows * k + j] += w[k, j]", "j")]
    [InlineData("a[k + columns * j] += w[k, j]", "k2")]
    [InlineData("a[columns * k + j + 1] += w[k, j]", "e")]
    [InlineData("a[columns * k + 2 * j] += w[k, j]", "j")]
    [InlineData("a[j] += w[k, j]", "j")]
    [InlineData("a[k + j] += w[k, j]", "j")]
    public void Iterations_are_independent_where_their_elements_are(string body, string shared)
    {
        string kernels = Kernels(OverMatrix(body + ";"));
        string value = kernels[kernels.IndexOf("void ValueKernel", StringComparison.Ordinal)..kernels.IndexOf("void GradientKernel", StringComparison.Ordinal)];
        string loops = value[(value.IndexOf("shared[aAt + e] = 0", StringComparison.Ordinal) + 1)..];
        string first = loops[(loops.IndexOf(" = thread; ", StringComparison.Ordinal) + " = thread; ".Length)..];
        Assert.StartsWith(shared, first, StringComparison.Ordinal);
    }

    private static string OverMatrix(string body) =>
        $$"""
        using System;
        using SymbolicGD;

        public static partial class Matrices
        {
            [Loss]
            public static double Sum([Parameter, Shape("rows", "columns")] ReadOnlyMatrix<double> w)
            {
                int rows = w.Rows, columns = w.Columns;
                Span<double> a = stackalloc double[3 * rows * columns];
                double sum = 0;
                for (int k = 0; k < rows; k++)
                {
                    for (int j = 0; j < columns; j++) {{body}}
                }

                for (int k = 0; k < a.Length; k++) sum += a[k] * a[k];
                return sum;
            }
        }
        """;

    private static string Kernels(string source)
    {
        IReadOnlyDictionary<string, string> files = EmittedKernelTests.Generate(source, withIlgpu: true, out _);
        return string.Join("\n", files.Where(f => f.Key.EndsWith("Objective.Ilgpu.g.cs", StringComparison.Ordinal)).Select(f => f.Value));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
