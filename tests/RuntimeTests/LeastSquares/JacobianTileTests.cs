using System.Numerics;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using SymbolicGD.RuntimeTests.Programs;
using Xunit;

namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>Objectives that compute residuals and Jacobian for many examples at once, at lengths around those of blocks and tiles.</summary>
public sealed class JacobianTileTests
{
    private const int Nodes = 6;

    public static TheoryData<int> Lengths => [1, 3, 7, 8, 9, 63, 64, 65, 128, 200];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void All_products_agree_with_the_method_and_with_differences(int examples)
    {
        (Meshes.SpringObjective objective, int[] from, int[] to, double[] rest, double[] point) = Springs(examples);
        int n = point.Length, m = 2 * examples;
        double[] residuals = new double[m], together = new double[m], again = new double[m], one = new double[2];
        double[] jacobian = new double[m * n], dense = new double[m * n];
        objective.Residuals(point, residuals);
        objective.Jacobian(point, jacobian, together);
        Assert.Equal(residuals, together);
        for (int i = 0; i < examples; i++)
        {
            Meshes.Spring(new ReadOnlyMatrix<double>(point.AsSpan(0, 2 * Nodes), Nodes, 2), point[^1], from[i], to[i], rest[i], one);
            Assert.Equal(one[0], residuals[2 * i], 1e-14);
            Assert.Equal(one[1], residuals[(2 * i) + 1], 1e-14);
        }

        SparseMatrix<double> sparse = objective.SparseJacobian(point);
        sparse.CopyTo(dense);
        Assert.Equal(jacobian, dense);
        for (int i = 0; i < m; i++)
        {
            int[] columns = sparse.ColumnIndices[sparse.RowStarts[i]..sparse.RowStarts[i + 1]].ToArray();
            Assert.Equal(columns.Order().Distinct(), columns);
        }

        // At another point, into the same matrix.
        double[] other = [.. point.Select(p => (1.25 * p) - 0.1)];
        objective.SparseJacobian(other, sparse, again);
        objective.Jacobian(other, jacobian);
        objective.Residuals(other, residuals);
        sparse.CopyTo(dense);
        Assert.Equal(jacobian, dense);
        Assert.Equal(residuals, again);
        Differ(objective, other, jacobian);

        double[] d = [.. point.Select((_, j) => Math.Cos(j))], product = new double[m], transposed = new double[n], gradient = new double[n];
        objective.JacobianVectorProduct(other, d, product);
        objective.JacobianTransposedProduct(other, residuals, transposed);
        objective.Gradient(other, gradient);
        for (int i = 0; i < m; i++) Assert.Equal(Enumerable.Range(0, n).Sum(j => jacobian[(i * n) + j] * d[j]), product[i], 1e-12);
        for (int j = 0; j < n; j++) Assert.Equal(gradient[j], transposed[j], 1e-11);
        double[] example = new double[n], sum = new double[n];
        for (int i = 0; i < examples; i++)
        {
            objective.ExampleGradient(other, i, example);
            for (int j = 0; j < n; j++) sum[j] += example[j];
        }

        for (int j = 0; j < n; j++) Assert.Equal(gradient[j], sum[j], 1e-11);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rows_with_the_same_columns_are_those_of_the_sparse_form(int examples)
    {
        float[] time = [.. Enumerable.Range(0, examples).Select(i => 0.1f * (i % 17))], seen = [.. time.Select(t => 2 - t)];
        var objective = new Meshes.DecayObjective(time, seen);
        float[] point = [1.5f, 0.7f], jacobian = new float[2 * examples], dense = new float[2 * examples], residuals = new float[examples];
        objective.Jacobian(point, jacobian, residuals);
        objective.SparseJacobian(point).CopyTo(dense);
        Assert.Equal(dense, jacobian);
        for (int i = 0; i < examples; i++)
        {
            float decay = MathF.Exp(-0.7f * time[i]);
            Assert.Equal((1.5f * decay) - seen[i], residuals[i], 1e-5f);
            Assert.Equal(decay, jacobian[2 * i], 1e-6f);
            Assert.Equal(-1.5f * time[i] * decay, jacobian[(2 * i) + 1], 1e-5f);
        }
    }

    /// <summary>Adjoints of an array from before the examples belong to one example each.</summary>
    [Theory]
    [MemberData(nameof(Lengths))]
    public void What_the_parameters_alone_decide_is_differentiated_for_each_example(int examples)
    {
        double[] x = [.. Enumerable.Range(0, examples).Select(i => 0.3 * (i % 5))], point = [0.4, 1.5, -0.6, 0.8];
        var objective = new Meshes.TableObjective(x, knots: 3);
        double[] jacobian = new double[objective.ResidualCount * point.Length];
        objective.Jacobian(point, jacobian);
        Differ(objective, point, jacobian);
    }

    [Fact]
    public void A_row_without_entries_is_zero()
    {
        var objective = new Meshes.ConstantObjective(new double[] { 1, 2, 3 });
        double[] jacobian = [7, 7, 7], residuals = new double[3];
        objective.Jacobian([0.5], jacobian, residuals);
        Assert.Equal([0, 0, 0], jacobian);
        Assert.Equal([1, 2, 3], residuals);
        Assert.Equal(0, objective.SparseJacobian([0.5]).Values.ToArray().Sum());
    }

    [Fact]
    public void Warm_calls_allocate_nothing_and_wrong_lengths_are_refused()
    {
        (Meshes.SpringObjective objective, _, _, _, double[] point) = Springs(100);
        double[] residuals = new double[200], jacobian = new double[200 * point.Length];
        SparseMatrix<double> sparse = objective.SparseJacobian(point);
        Assert.Equal(0, Allocations.Of(() => objective.SparseJacobian(point, sparse, residuals)));
        Assert.Equal(0, Allocations.Of(() => objective.Jacobian(point, jacobian, residuals)));
        Assert.Contains("199", Assert.Throws<ArgumentException>(() => objective.Jacobian(point, jacobian, new double[199])).Message);
        Assert.Contains("199", Assert.Throws<ArgumentException>(() => objective.SparseJacobian(point, sparse, new double[199])).Message);
    }

    /// <summary>What a tile holds number by number leaves it example by example.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(63)]
    [InlineData(64)]
    public void Numbers_leave_a_tile_example_by_example(int examples)
    {
        Turn<double>(examples);
        Turn<float>(examples);

        static void Turn<T>(int examples)
            where T : unmanaged, INumber<T>
        {
            const int Numbers = 10;
            var tile = new JacobianTile<T>(new T[JacobianTile<T>.LengthFor(Numbers)]);
            for (int number = 0; number < Numbers; number++)
            {
                for (int k = 0; k < 64; k += Vector512<T>.Count) tile.Set(number, k, Vector512<T>.Indices + Vector512.Create(T.CreateChecked((100 * number) + k)));
            }

            for (int first = 0; first < 3; first++)
            {
                for (int count = 1; count <= Numbers - first; count++)
                {
                    T[] written = new T[(count * examples) + 1];
                    tile.CopyExamples(first, count, examples, written);
                    for (int i = 0; i < count * examples; i++) Assert.Equal(T.CreateChecked((100 * (first + (i % count))) + (i / count)), written[i]);
                    Assert.Equal(T.Zero, written[^1]);
                }
            }
        }
    }

    [Fact]
    public void A_number_beyond_a_tile_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Set(2, 64));
        Assert.Throws<InvalidOperationException>(() => Set(0, -17));

        static void Set(int number, int position) => new JacobianTile<double>(new double[JacobianTile<double>.LengthFor(2)]).Set(number, position, Vector512<double>.Zero);
    }

    /// <summary>The last springs join a node with itself; there two entries of a row are one element.</summary>
    private static (Meshes.SpringObjective Objective, int[] From, int[] To, double[] Lengths, double[] Point) Springs(int examples)
    {
        var random = new Random(examples);
        int[] from = [.. Enumerable.Range(0, examples).Select(_ => random.Next(Nodes))], to = [.. from.Select((f, i) => i % 10 == 9 ? f : (f + 1 + random.Next(Nodes - 1)) % Nodes)];
        double[] rest = [.. from.Select(_ => random.NextDouble() + 0.5)], point = [.. Enumerable.Range(0, (2 * Nodes) + 1).Select(_ => random.NextDouble() * 3)];
        return (new Meshes.SpringObjective(from: from, to: to, rest: rest, nodes: Nodes, space: 2), from, to, rest, point);
    }

    private static void Differ(ResidualObjective<double> objective, double[] point, double[] jacobian)
    {
        const double Step = 1e-6;
        int m = objective.ResidualCount, n = point.Length;
        double[] above = new double[m], below = new double[m];
        for (int j = 0; j < n; j++)
        {
            double[] moved = [.. point];
            moved[j] += Step;
            objective.Residuals(moved, above);
            moved[j] -= 2 * Step;
            objective.Residuals(moved, below);
            for (int i = 0; i < m; i++) Assert.Equal((above[i] - below[i]) / (2 * Step), jacobian[(i * n) + j], 1e-7);
        }
    }
}
