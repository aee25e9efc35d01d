using Xunit;

namespace SymbolicGD.RuntimeTests.Programs;

/// <summary>Losses compiled with second-order products: solvers that need them, and the pattern of the sparse Hessian.</summary>
public sealed class SecondOrderTests
{
    public static TheoryData<string> Solvers => ["LBfgs", "NewtonCg", "TrustRegion", "NonlinearCg"];

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Every_solver_finds_the_minimum_of_Rosenbrock_in_1000_dimensions(string name)
    {
        ISolver solver = name switch
        {
            "LBfgs" => new LBfgs { MaxIterations = 20_000 },
            "NewtonCg" => new NewtonCg { MaxIterations = 20_000 },
            "TrustRegion" => new TrustRegion { MaxIterations = 20_000 },
            _ => new NonlinearCg { MaxIterations = 50_000 },
        };
        var objective = new Functions.RosenbrockObjective(x: 1000);
        double[] start = new double[1000];
        for (int i = 0; i < start.Length; i++) start[i] = i % 2 == 0 ? -1.2 : 1;
        FitResult<double> fit = solver.Minimize(objective, start);
        Assert.True(fit.Converged, fit.ToString());

        // The function has a second minimum, near (−1, 1, 1, …), with the value 3.99.
        Assert.True(fit.Value < 1e-6 || Math.Abs(fit.Value - 3.9866) < 1e-2, fit.ToString());
    }

    [Fact]
    public void The_Hessian_of_Rosenbrock_is_tridiagonal_and_costs_three_products()
    {
        var objective = new Functions.RosenbrockObjective(x: 100);
        double[] point = Points(100);
        SparseMatrix<double> hessian = objective.SparseHessian(point);
        Assert.Equal((3 * 100) - 2, hessian.EntryCount);
        Assert.InRange(objective.HessianColorCount, 1, 3);
        for (int i = 0; i + 1 < 100; i++) Assert.Equal(-400 * point[i], hessian[i, i + 1], 1e-12);
    }

    [Fact]
    public void Sparse_and_dense_Hessians_agree()
    {
        Agree(new Functions.RosenbrockObjective(x: 30), isSparse: true);
        Agree(new Functions.ChainObjective(x: 30), isSparse: true);
        Agree(new Functions.ProductObjective(x: 12), isSparse: false);
        int[] from = [0, 3, 5, 7, 7, 2], to = [1, 4, 6, 8, 9, 2];
        Agree(new Functions.GraphObjective(from, to, new double[] { 1, 2, 0.5, 1.5, 1, 0.1 }, x: 10), isSparse: true);
    }

    [Fact]
    public void Products_agree_with_differences_of_gradients()
    {
        GradientCheck.Run(new Functions.ChainObjective(x: 9), Points(11));
        var objective = new Functions.RosenbrockObjective(x: 40);
        double[] point = Points(40), direction = Points(40), product = new double[40], ahead = new double[40], behind = new double[40];
        objective.HessianVectorProduct(point, direction, product);
        const double H = 1e-5;
        objective.Gradient(point.Select((p, i) => p + (H * direction[i])).ToArray(), ahead);
        objective.Gradient(point.Select((p, i) => p - (H * direction[i])).ToArray(), behind);
        for (int i = 0; i < 40; i++) Assert.Equal((ahead[i] - behind[i]) / (2 * H), product[i], 1e-4);
        double along = objective.DirectionalDerivative(point, direction), difference = objective.Value(point.Select((p, i) => p + (H * direction[i])).ToArray())
            - objective.Value(point.Select((p, i) => p - (H * direction[i])).ToArray());
        Assert.Equal(difference / (2 * H), along, 1e-4);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(70)]
    public void Sums_that_are_read_while_they_grow_grow_in_order(int n)
    {
        var objective = new Functions.RunningObjective(x: n);
        double[] point = Points(n), gradient = new double[n];
        double value = Functions.Running(point);
        Assert.Equal(value, objective.Value(point), 1e-12 * n * n);
        Assert.Equal(value, objective.Gradient(point, gradient), 1e-12 * n * n);
        GradientCheck.Run(objective, point);
    }

    private static double[] Points(int n)
    {
        var random = new Random(n);
        return [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5)];
    }

    private static void Agree(HostObjective<double> objective, bool isSparse)
    {
        int n = objective.Layout.Length;
        double[] point = Points(n), dense = new double[n * n];
        objective.Hessian(point, dense);
        SparseMatrix<double> sparse = objective.SparseHessian(point);
        Assert.Equal(isSparse, sparse.EntryCount < n * n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) Assert.Equal(dense[(i * n) + j], sparse[i, j], 1e-9 * (1 + Math.Abs(dense[(i * n) + j])));
        }
    }
}
