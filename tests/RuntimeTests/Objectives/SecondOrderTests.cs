using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

public sealed class SecondOrderTests
{
    private static readonly double[] Point = [0.3, -0.8, 1.1, 0.2, -0.4, 0.9];

    [Fact]
    public void The_product_is_the_derivative_of_the_gradient()
    {
        var objective = new Rosenbrock(6);
        double[] direction = [1, -2, 0.5, 0, 3, -1], product = new double[6], gradient = new double[6];
        objective.HessianVectorProduct(Point, direction, product);
        double[] expected = Difference(h =>
        {
            objective.Gradient(Point.Zip(direction, (x, d) => x + (h * d)).ToArray(), gradient);
            return [.. gradient];
        });
        Assert.All(product.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        Assert.Equal(6, product.Length);
    }

    [Fact]
    public void The_directional_derivative_is_gradient_times_direction()
    {
        var objective = new Rosenbrock(6);
        double[] direction = [1, -2, 0.5, 0, 3, -1];
        double expected = Difference(h => [objective.Value(Point.Zip(direction, (x, d) => x + (h * d)).ToArray())])[0];
        Assert.Equal(expected, objective.DirectionalDerivative(Point, direction), 1e-5);
    }

    [Fact]
    public void Hessian_diagonal_and_sparse_Hessian_agree_with_products()
    {
        var objective = new Rosenbrock(6);
        double[] hessian = new double[36], diagonal = new double[6], column = new double[6];
        objective.Hessian(Point, hessian);
        objective.HessianDiagonal(Point, diagonal);
        SparseMatrix<double> sparse = objective.SparseHessian(Point);
        for (int j = 0; j < 6; j++)
        {
            double[] unit = new double[6];
            unit[j] = 1;
            objective.HessianVectorProduct(Point, unit, column);
            Assert.Equal(column[j], diagonal[j]);
            for (int i = 0; i < 6; i++)
            {
                Assert.Equal(column[i], hessian[(i * 6) + j], 1e-12);
                Assert.Equal(column[i], sparse[i, j]);
            }
        }

        Assert.Equal(3, objective.HessianColorCount);             // a band of three
        Assert.Equal(16, sparse.EntryCount);
        Assert.Equal("6 × 6, 16 entries (44.444 %)", sparse.ToString());
    }

    [Fact]
    public void A_sparse_Hessian_can_be_refilled_without_allocating()
    {
        var objective = new Rosenbrock(6);
        SparseMatrix<double> sparse = objective.SparseHessian(new double[6]);
        Assert.Equal(0, Allocations.Of(() => objective.SparseHessian(Point, sparse)));
        Assert.Equal(objective.SparseHessian(Point).Values, sparse.Values);
        Assert.Contains("another pattern", Assert.Throws<ArgumentException>(() => objective.SparseHessian(Point, new Rosenbrock(6).SparseHessian(Point))).Message);
    }

    [Theory]
    [InlineData(1, 12, 20, 3)]
    [InlineData(2, 30, 25, 4)]
    [InlineData(3, 30, 60, 3)]
    [InlineData(4, 60, 40, 5)]
    [InlineData(5, 25, 200, 2)]
    [InlineData(6, 40, 8, 9)]
    public void Any_pattern_is_recovered_to_the_last_bit(int seed, int n, int cliques, int size)
    {
        var random = new Random(seed);
        var terms = Enumerable.Range(0, cliques).Select(_ => Enumerable.Range(0, random.Next(1, size + 1)).Select(_ => random.Next(n)).Distinct().ToArray()).ToArray();
        Recovers(new Quadratic(n, terms, seed));
    }

    [Fact]
    public void A_parameter_that_meets_all_others_costs_one_more_color()
    {
        int[][] arrow = [.. Enumerable.Range(1, 5000).Select(i => new[] { 0, i })];
        var objective = new Quadratic(5001, arrow, seed: 7);
        Assert.Equal(2, objective.HessianColorCount);
        SparseMatrix<double> hessian = objective.SparseHessian(new double[5001]);
        Assert.Equal(5001 + (2 * 5000), hessian.EntryCount);
        Assert.Equal(objective.Element(0, 4711), hessian[4711, 0]);
        Assert.Equal(objective.Element(4711, 4711), hessian[4711, 4711]);
        Assert.Equal(0, hessian[1, 2]);
    }

    [Fact]
    public void Without_a_pattern_the_Hessian_is_dense()
    {
        LeastSquares<double> objective = LeastSquares<double>.Create(30, 3, seed: 4);
        double[] hessian = new double[16], diagonal = new double[4], point = new double[4];
        objective.Hessian(point, hessian);
        objective.HessianDiagonal(point, diagonal);
        SparseMatrix<double> sparse = objective.SparseHessian(point);
        Assert.Equal(16, sparse.EntryCount);
        Assert.Equal(4, objective.HessianColorCount);
        Assert.Equal(hessian, sparse.Values);
        Assert.Equal([hessian[0], hessian[5], hessian[10], hessian[15]], diagonal);
        Assert.Equal(hessian[1], hessian[4]);
        objective.SparseHessian(point, sparse);
        Assert.Equal(hessian, sparse.Values);
    }

    [Fact]
    public void Batches_have_products_too()
    {
        LeastSquares<double> objective = LeastSquares<double>.Create(30, 3, seed: 4);
        double[] point = new double[4], direction = [1, 2, 3, 4], all = new double[4], halves = new double[4], product = new double[4];
        objective.HessianVectorProduct(point, direction, all);
        foreach (int[] half in new[] { Enumerable.Range(0, 15).ToArray(), Enumerable.Range(15, 15).ToArray() })
        {
            objective.HessianVectorProduct(point, half, direction, product);
            halves = halves.Zip(product, (a, b) => a + (0.5 * b)).ToArray();
        }

        Assert.All(all.Zip(halves), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Throws<ArgumentException>(() => objective.HessianVectorProduct(point, [], direction, product));
        Assert.Throws<ArgumentOutOfRangeException>(() => objective.HessianVectorProduct(point, [30], direction, product));
    }

    [Fact]
    public void First_order_objectives_name_the_remedy()
    {
        var objective = new FirstOrder();
        Assert.False(objective.HasSecondOrder);
        Assert.True(new Rosenbrock(2).HasSecondOrder);
        Check(() => objective.HessianVectorProduct([1], [1], new double[1]));
        Check(() => objective.HessianDiagonal([1], new double[1]));
        Check(() => objective.Hessian([1], new double[1]));
        Check(() => objective.SparseHessian([1]));
        Check(() => new NewtonCg().Minimize(objective, [1.0]));
        Check(() => new TrustRegion().Minimize(objective, [1.0]));
        Assert.Equal(2, objective.DirectionalDerivative([1], [1]));

        static void Check(Action action)
        {
            string message = Assert.Throws<InvalidOperationException>(action).Message;
            Assert.Contains("FirstOrder has first derivatives only", message);
            Assert.Contains("[Loss(Order = 2)]", message);
        }
    }

    [Fact]
    public void Lengths_and_overlaps_are_checked()
    {
        var objective = new Rosenbrock(6);
        double[] d = new double[6];
        Assert.Contains("direction has 5", Assert.Throws<ArgumentException>(() => objective.HessianVectorProduct(Point, new double[5], d)).Message);
        Assert.Contains("overlaps", Assert.Throws<ArgumentException>(() => objective.HessianVectorProduct(Point, d, d)).Message);
        Assert.Contains("hessian has 35", Assert.Throws<ArgumentException>(() => objective.Hessian(Point, new double[35])).Message);
        Assert.Contains("parameters has 2", Assert.Throws<ArgumentException>(() => objective.SparseHessian([1, 2])).Message);
        Assert.Contains("direction has 1", Assert.Throws<ArgumentException>(() => objective.DirectionalDerivative(Point, [1])).Message);
        SparseMatrix<double> sparse = objective.SparseHessian(Point);
        Assert.Throws<ArgumentException>(() => sparse.Multiply(new double[5], d));
        Assert.Throws<ArgumentException>(() => sparse.Multiply(d, d));
        Assert.Throws<ArgumentException>(() => sparse.CopyTo(new double[35]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sparse[6, 0]);
    }

    [Fact]
    public void Warm_products_allocate_nothing()
    {
        var objective = new Rosenbrock(6);
        double[] direction = new double[6], product = new double[6], hessian = new double[36];
        LeastSquares<double> dense = LeastSquares<double>.Create(30, 5, seed: 4);
        Assert.Equal(0, Allocations.Of(() => objective.HessianVectorProduct(Point, direction, product)));
        Assert.Equal(0, Allocations.Of(() => objective.HessianDiagonal(Point, product)));
        Assert.Equal(0, Allocations.Of(() => objective.DirectionalDerivative(Point, direction)));
        Assert.Equal(0, Allocations.Of(() => dense.Hessian(Point, hessian)));
    }

    private static void Recovers(Quadratic objective)
    {
        int n = objective.Layout.Length;
        SparseMatrix<double> hessian = objective.SparseHessian(new double[n]);
        double[] diagonal = new double[n];
        objective.HessianDiagonal(new double[n], diagonal);
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(objective.Element(i, i), diagonal[i]);
            for (int j = 0; j < n; j++)
            {
                Assert.Equal(objective.Element(i, j), hessian[i, j]);
            }
        }

        Assert.InRange(objective.HessianColorCount, 1, n);
    }

    private static double[] Difference(Func<double, double[]> at)
    {
        const double H = 1e-5;
        return at(H).Zip(at(-H), (a, b) => (a - b) / (2 * H)).ToArray();
    }

    /// <summary>½·xᵀHx with small whole numbers in H, so that sums are exact in any order.</summary>
    private sealed class Quadratic : HostObjective<double>, ITwiceDifferentiable<double>
    {
        private readonly Dictionary<(int, int), double> elements = [];
        private readonly int[][] terms;

        public Quadratic(int n, int[][] terms, int seed)
            : base(new ParameterLayout(("x", [n])), 0)
        {
            this.terms = terms;
            var random = new Random(seed);
            foreach (int[] term in terms)
            {
                foreach (int i in term)
                {
                    foreach (int j in term.Where(j => j <= i))
                    {
                        double value = random.Next(1, 100);
                        elements[(i, j)] = elements[(j, i)] = value;
                    }
                }
            }
        }

        public double Element(int i, int j) => elements.GetValueOrDefault((i, j));

        protected override double ValueCore(ReadOnlySpan<double> parameters, Span<double> workspace) => throw new NotSupportedException();

        protected override double GradientCore(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> workspace) => throw new NotSupportedException();

        protected override void HessianVectorProductCore(
            ReadOnlySpan<double> parameters, ReadOnlySpan<double> direction, Span<double> product, Span<double> workspace)
        {
            product.Clear();
            foreach (((int i, int j), double value) in elements)
            {
                product[i] += value * direction[j];
            }
        }

        protected override void RecordHessianCliques(HessianCliques cliques)
        {
            foreach (int[] term in terms)
            {
                foreach (int i in term)
                {
                    cliques.Add(i);
                    cliques.Add(i);                                // twice is as good as once
                }

                cliques.Close();
            }

            cliques.Close();                                       // an empty term
        }
    }

    private sealed class FirstOrder() : HostObjective<double>(new ParameterLayout(("x", [1])), 0)
    {
        protected override double ValueCore(ReadOnlySpan<double> x, Span<double> workspace) => x[0] * x[0];

        protected override double GradientCore(ReadOnlySpan<double> x, Span<double> gradient, Span<double> workspace)
        {
            gradient[0] = 2 * x[0];
            return x[0] * x[0];
        }
    }
}
