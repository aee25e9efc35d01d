using Xunit;

namespace SymbolicGD.RuntimeTests.LeastSquares;

public sealed class ResidualObjectiveTests
{
    private readonly Springs objective = new(points: 7, links: 15, seed: 3);
    private readonly double[] point = [.. Enumerable.Range(0, 14).Select(i => Math.Sin(2.5 * i) + (0.1 * i))];

    private int Rows => objective.ResidualCount;

    [Fact]
    public void The_value_is_half_the_sum_of_squares()
    {
        double[] r = Residuals(point);
        Assert.Equal(30, Rows);
        Assert.Equal(2, objective.ResidualsPerExample);
        Assert.Equal(Reduction.Sum, objective.Reduction);
        Assert.Equal(0.5 * r.Sum(v => v * v), objective.Value(point), 1e-12);
        Assert.Equal(0.5 * r[4..6].Sum(v => v * v), objective.Value(point, [2]), 1e-12);
        Assert.Equal(objective.Value(point, [2]) + objective.Value(point, [5]), objective.Gradient(point, [2, 5], new double[14]), 1e-12);
    }

    [Fact]
    public void The_gradient_is_that_of_the_value()
    {
        var gradient = new double[14];
        Assert.Equal(objective.Value(point), objective.Gradient(point, gradient), 1e-12);
        double[] expected = Enumerable.Range(0, 14).Select(j => Difference(j, x => [objective.Value(x)])[0]).ToArray();
        Assert.All(gradient.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
        var rows = new double[15 * 14];
        objective.ExampleGradients(point, rows);
        Assert.All(Enumerable.Range(0, 14), j => Assert.Equal(gradient[j], Enumerable.Range(0, 15).Sum(i => rows[(i * 14) + j]), 1e-12));
    }

    [Fact]
    public void Dense_and_sparse_Jacobians_agree_with_differences()
    {
        double[] dense = new double[Rows * 14], expanded = new double[Rows * 14];
        objective.Jacobian(point, dense);
        SparseMatrix<double> sparse = objective.SparseJacobian(point);
        sparse.CopyTo(expanded);
        Assert.Equal(dense, expanded);
        Assert.InRange(sparse.EntryCount, 1, Rows * 4);            // a link touches the four coordinates of its ends
        for (int j = 0; j < 14; j++)
        {
            double[] column = Difference(j, Residuals);
            for (int i = 0; i < Rows; i++)
            {
                Assert.Equal(column[i], dense[(i * 14) + j], 1e-7);
                Assert.Equal(dense[(i * 14) + j], sparse[i, j]);
            }
        }

        for (int i = 0; i < Rows; i++)
        {
            int[] columns = sparse.ColumnIndices[sparse.RowStarts[i]..sparse.RowStarts[i + 1]].ToArray();
            Assert.Equal(columns.Order(), columns);
        }
    }

    [Fact]
    public void All_products_agree_with_the_dense_Jacobian()
    {
        double[] jacobian = new double[Rows * 14], r = Residuals(point), d = [.. Enumerable.Range(0, 14).Select(i => Math.Cos(i))];
        objective.Jacobian(point, jacobian);
        double[] Times(double[] v) => [.. Enumerable.Range(0, Rows).Select(i => Enumerable.Range(0, 14).Sum(j => jacobian[(i * 14) + j] * v[j]))];
        double[] Transposed(double[] v) => [.. Enumerable.Range(0, 14).Select(j => Enumerable.Range(0, Rows).Sum(i => jacobian[(i * 14) + j] * v[i]))];
        double[] tangent = new double[Rows], product = new double[14], matrix = new double[14 * 14], vector = new double[14], gradient = new double[14];

        objective.JacobianVectorProduct(point, d, tangent);
        Near(Times(d), tangent);
        objective.JacobianTransposedProduct(point, r, product);
        Near(Transposed(r), product);
        objective.Gradient(point, gradient);
        Near(gradient, product);
        objective.GaussNewtonProduct(point, d, product);
        Near(Transposed(Times(d)), product);
        Assert.Equal(objective.Value(point), objective.NormalEquations(point, matrix, vector), 1e-12);
        Near(gradient, vector);
        for (int j = 0; j < 14; j++)
        {
            double[] unit = new double[14];
            unit[j] = 1;
            Near(Transposed(Times(unit)), matrix[(j * 14)..((j + 1) * 14)]);
        }

        SparseMatrix<double> sparse = objective.SparseJacobian(point);
        sparse.Multiply(d, tangent);
        Near(Times(d), tangent);
        sparse.MultiplyTransposed(r, product);
        Near(gradient, product);
    }

    [Fact]
    public void Warm_products_allocate_nothing()
    {
        double[] jacobian = new double[Rows * 14], r = new double[Rows], d = new double[14], product = new double[14], matrix = new double[14 * 14];
        SparseMatrix<double> sparse = objective.SparseJacobian(point);
        Assert.Equal(0, Allocations.Of(() => objective.Residuals(point, r)));
        Assert.Equal(0, Allocations.Of(() => objective.Gradient(point, product)));
        Assert.Equal(0, Allocations.Of(() => objective.Jacobian(point, jacobian)));
        Assert.Equal(0, Allocations.Of(() => objective.SparseJacobian(point, sparse)));
        Assert.Equal(0, Allocations.Of(() => objective.JacobianVectorProduct(point, d, r)));
        Assert.Equal(0, Allocations.Of(() => objective.JacobianTransposedProduct(point, r, product)));
        Assert.Equal(0, Allocations.Of(() => objective.GaussNewtonProduct(point, d, product)));
        Assert.Equal(0, Allocations.Of(() => objective.NormalEquations(point, matrix, product)));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Contains("there are 30 residuals", Assert.Throws<ArgumentException>(() => objective.Residuals(point, new double[29])).Message);
        Assert.Contains("30 rows of 14 parameters need 420", Assert.Throws<ArgumentException>(() => objective.Jacobian(point, new double[419])).Message);
        Assert.Throws<ArgumentException>(() => objective.JacobianVectorProduct(point, new double[13], new double[30]));
        Assert.Throws<ArgumentException>(() => objective.JacobianTransposedProduct(point, new double[29], new double[14]));
        Assert.Throws<ArgumentException>(() => objective.GaussNewtonProduct(point, point, point));
        Assert.Throws<ArgumentException>(() => objective.NormalEquations(point, new double[195], new double[14]));
        var shared = new double[196];
        Assert.Contains("overlaps", Assert.Throws<ArgumentException>(() => objective.NormalEquations(point, shared, shared.AsSpan(0, 14))).Message);
        Assert.Contains("none that SparseJacobian", Assert.Throws<ArgumentException>(() => objective.SparseJacobian(point, objective.SparseExampleGradients(point))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Springs(points: 2, links: 0, seed: 1));
    }

    [Fact]
    public void Any_solver_minimizes_it()
    {
        FitResult<double> fit = new LBfgs { GradientTolerance = 1e-7 }.Minimize(objective, point);
        FitResult<double> marquardt = new LevenbergMarquardt().Minimize(objective, point);
        Assert.True(marquardt.Converged, marquardt.ToString());
        Assert.True(fit.Converged, fit.ToString());
    }

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
    }

    private double[] Residuals(double[] x)
    {
        var r = new double[Rows];
        objective.Residuals(x, r);
        return r;
    }

    private double[] Difference(int parameter, Func<double[], double[]> at)
    {
        const double H = 1e-5;
        double[] ahead = [.. point], behind = [.. point];
        ahead[parameter] += H;
        behind[parameter] -= H;
        return [.. at(ahead).Zip(at(behind), (a, b) => (a - b) / (2 * H))];
    }

    /// <summary>Points in the plane, joined by links; each link has two residuals, which depend on the coordinates of its two ends only.</summary>
    private sealed class Springs : ResidualObjective<double>
    {
        private readonly int[] from;
        private readonly int[] to;

        public Springs(int points, int links, int seed)
            : base(new ParameterLayout(("xy", [points, 2])), links, 2, 0)
        {
            var random = new Random(seed);
            from = [.. Enumerable.Range(0, links).Select(i => i % points)];
            to = [.. from.Select(i => (i + random.Next(1, points)) % points)];
        }

        protected override void ResidualCore(ReadOnlySpan<double> p, int example, Span<double> residuals, Span<double> workspace)
        {
            (int a, int b) = (2 * from[example], 2 * to[example]);
            double dx = p[a] - p[b], dy = p[a + 1] - p[b + 1];
            residuals[0] = (dx * dx) + (dy * dy) - 1;
            residuals[1] = Math.Sin(dx) - (0.3 * dy) + (0.01 * example);
        }

        protected override void ResidualRowCore(ReadOnlySpan<double> p, int example, int output, GradientRow<double> row, Span<double> workspace)
        {
            (int a, int b) = (2 * from[example], 2 * to[example]);
            double dx = p[a] - p[b], dy = p[a + 1] - p[b + 1];
            Span<double> block = row.Range(a, 2);
            (double gx, double gy) = output == 0 ? (2 * dx, 2 * dy) : (Math.Cos(dx), -0.3);
            block[0] += gx;
            block[1] += gy;
            row.Add(b, -gx);
            row.Add(b + 1, -gy);
        }
    }
}
