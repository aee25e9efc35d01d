using SymbolicGD.RuntimeTests.Parameters;
using Xunit;

namespace SymbolicGD.RuntimeTests.Solvers;

public sealed class SolverTests
{
    private static readonly double[] RosenbrockStart = Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? -1.2 : 1.0).ToArray();

    public static TheoryData<string> Names => ["GradientDescent", "LBfgs", "NewtonCg", "TrustRegion", "NonlinearCg"];

    [Fact]
    public void LBfgs_solves_Rosenbrock_in_1000_dimensions()
    {
        FitResult<double> fit = new LBfgs().Minimize(new Rosenbrock(1000), RosenbrockStart);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.InRange(fit.GradientNormInfinity, 0, 1e-8);
        Assert.True(fit.Converged);
        Assert.All(fit.Parameters, x => Assert.Equal(1, x, 1e-6));
        Assert.Equal(fit.Epochs, fit.History.Count);
        Assert.True(fit.GradientEvaluations < 2 * fit.Epochs, $"{fit.GradientEvaluations} evaluations in {fit.Epochs} iterations");
    }

    [Fact]
    public void Every_deterministic_solver_solves_Rosenbrock_in_1000_dimensions()
    {
        foreach (ISolver solver in new ISolver[] { new LBfgs(), new NewtonCg(), new TrustRegion(), new NonlinearCg() })
        {
            FitResult<double> fit = solver.Minimize(new Rosenbrock(1000), Enumerable.Repeat(0.5, 1000).ToArray());
            Assert.True(fit.StopReason == StopReason.GradientTolerance, fit.ToString());
            Assert.All(fit.Parameters, x => Assert.Equal(1, x, 1e-6));
            Assert.Equal(solver is NewtonCg or TrustRegion, fit.HessianProducts > 0);
            Assert.Equal(fit.HessianProducts > 0, fit.ToString().Contains("Hessian-vector products", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("NewtonCg")]
    [InlineData("TrustRegion")]
    public void Saddle_points_are_left(string name)
    {
        // A saddle at 0, minima at (0, ±1); the start lies beside the stable line of the saddle.
        var saddle = new Function<double>(
            2, x => (0.5 * x[0] * x[0]) + (0.25 * Math.Pow(x[1], 4)) - (0.5 * x[1] * x[1]), x => [x[0], Math.Pow(x[1], 3) - x[1]]);
        FitResult<double> fit = Solver(name).Minimize(saddle, [2, 1e-3]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.Equal(1, Math.Abs(fit.Parameters[1]), 1e-7);
    }

    [Theory]
    [InlineData("NewtonCg", 20)]
    [InlineData("TrustRegion", 25)]
    public void Second_order_takes_few_iterations_on_badly_scaled_bowls(string name, int limit)
    {
        double[] scale = [1, 1e2, 1e4, 1e6];
        var bowl = new Function<double>(
            4, x => x.Zip(scale, (v, s) => s * (Math.Cosh(v - 1) - 1)).Sum(), x => x.Zip(scale, (v, s) => s * Math.Sinh(v - 1)).ToArray());
        FitResult<double> fit = Solver(name).Minimize(bowl, [3, 2, 0, -1]);
        Assert.True(fit.Converged || fit.StopReason == StopReason.LineSearchFailed, fit.ToString());
        Assert.All(fit.Parameters, x => Assert.Equal(1, x, 1e-6));
        Assert.InRange(fit.Epochs, 1, limit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(30)]
    public void LBfgs_works_with_any_memory(int memory)
    {
        FitResult<double> fit = new LBfgs { Memory = memory }.Minimize(new Rosenbrock(10), RosenbrockStart.AsSpan(0, 10));
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Quadratics_end_at_their_minimum(string name)
    {
        double[] scale = [1, 3, 10, 30];
        var quadratic = new Function<double>(
            4, x => x.Zip(scale, (v, s) => 0.5 * s * (v - s) * (v - s)).Sum(), x => x.Zip(scale, (v, s) => s * (v - s)).ToArray());
        FitResult<double> fit = Solver(name).Minimize(quadratic, [100, -100, 50, 0]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.All(fit.Parameters.Zip(scale), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
        Assert.Equal(fit.Parameters.Length, fit.Parameters.Zip(scale).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_over_examples_are_solved_in_floats_too(string name)
    {
        FitResult<float> fit = Solver(name).Minimize(LeastSquares<float>.Create(300, 3, seed: 1), new float[4]);
        Assert.True(fit.StopReason is StopReason.GradientTolerance or StopReason.LineSearchFailed, fit.ToString());
        float[] expected = [1, 2, 3, 0.5f];
        Assert.All(fit.Parameters.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 0.05f));
        Assert.InRange(fit.GradientNormInfinity, 0, 1e-3f);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_minimum_far_above_zero_is_found_although_rounding_hides_the_decrease(string name)
    {
        var offset = new Function<double>(2, x => 1e6 + (x[0] * x[0]) + (2 * x[1] * x[1]), x => [2 * x[0], 4 * x[1]]);
        FitResult<double> fit = Solver(name).Minimize(offset, [1, -2]);
        Assert.True(fit.StopReason == StopReason.GradientTolerance, fit.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scale_of_value_and_parameters_does_not_matter(string name)
    {
        foreach (double s in new[] { 1e-6, 1, 1e6 })
        {
            var scaled = new Function<double>(2, x => s * (Math.Pow(x[0] - 3, 2) + Math.Pow(x[1] + 1, 2)), x => [2 * s * (x[0] - 3), 2 * s * (x[1] + 1)]);
            FitResult<double> fit = Solver(name).Minimize(scaled, [1000, 1000], new FitOptions { GradientTolerance = 1e-7 * s });
            Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
            Assert.InRange(fit.Epochs, 1, 60);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_back_out_of_regions_without_a_value(string name)
    {
        var barrier = new Function<double>(1, x => x[0] <= 0 ? double.NaN : x[0] - Math.Log(x[0]), x => [x[0] <= 0 ? double.NaN : 1 - (1 / x[0])]);
        FitResult<double> fit = Solver(name).Minimize(barrier, [1e-3]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.Equal(1, fit.Parameters[0], 1e-7);
        var wall = new Function<double>(1, x => x[0] > 1 ? double.PositiveInfinity : -x[0], x => [-1]);
        Assert.InRange(Solver(name).Minimize(wall, [0], new FitOptions { Epochs = 50 }).Parameters[0], 0.9, 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_start_that_is_not_finite_is_reported_with_its_value(string name)
    {
        FitResult<double> fit = Solver(name).Minimize(new Rosenbrock(2), [double.NaN, 1]);
        Assert.Equal(StopReason.NonFinite, fit.StopReason);
        Assert.Contains("stopped at the start", fit.Message);
        Assert.Contains("parameter x[0] = NaN", fit.Message);
        Assert.Empty(fit.History);
        Assert.Contains("NonFinite", fit.StopReason.ToString());
        Assert.NotEmpty(fit.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_that_does_not_belong_to_the_value_is_reported(string name)
    {
        var wrong = new Function<double>(1, x => x[0] * x[0], x => [-2 * x[0]]);
        FitResult<double> fit = Solver(name).Minimize(wrong, [1]);
        Assert.Equal(StopReason.LineSearchFailed, fit.StopReason);
        Assert.Contains("the gradient does not belong to the value", fit.Message);
        Assert.Equal([1], fit.Parameters);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_start_at_the_minimum_takes_no_step(string name)
    {
        FitResult<double> fit = Solver(name).Minimize(new Rosenbrock(2), [1, 1]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.Equal(0, fit.Epochs);
        Assert.Equal(1, fit.GradientEvaluations);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Limits_tolerances_and_cancellation_end_the_run(string name)
    {
        var rosenbrock = new Rosenbrock(2);
        Assert.Equal(StopReason.EpochLimit, Solver(name).Minimize(rosenbrock, [-1.2, 1], new FitOptions { Epochs = 3 }).StopReason);
        Assert.Equal(StopReason.ValueTolerance, Solver(name).Minimize(rosenbrock, [-1.2, 1], new FitOptions { ValueTolerance = 0.5 }).StopReason);
        Assert.Equal(StopReason.Cancelled, Solver(name).Minimize(rosenbrock, [-1.2, 1], null, new CancellationToken(true)).StopReason);
        Assert.Equal(
            StopReason.TimeLimit, Solver(name).Minimize(rosenbrock, [-1.2, 1], new FitOptions { TimeLimit = TimeSpan.FromTicks(1) }).StopReason);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Early_stopping_restores_the_best_validation_point(string name)
    {
        var bowl = new Function<double>(2, x => (0.25 * Math.Pow(x[0], 4)) + (5 * x[1] * x[1]), x => [Math.Pow(x[0], 3), 10 * x[1]]);
        var validation = new Function<double>(2, x => Math.Abs(x[0] - 1), _ => new double[2]);
        FitResult<double> fit = Solver(name).Minimize(bowl, [10, 3], new FitOptions { Validation = validation, Patience = 2 });
        Assert.Equal(StopReason.EarlyStopping, fit.StopReason);
        Assert.Equal(fit.History.Min(e => e.ValidationValue), fit.ValidationValue);
        Assert.Equal(fit.ValidationValue, Math.Abs(fit.Parameters[0] - 1));
        Assert.Equal(bowl.Value(fit.Parameters), fit.Value);
    }

    [Fact]
    public void Values_never_rise_and_iterations_allocate_nothing()
    {
        var objective = new Rosenbrock(100);
        int entry = System.Runtime.CompilerServices.Unsafe.SizeOf<FitEpoch>();
        foreach (ISolver solver in new ISolver[] { new LBfgs(), new GradientDescent(), new NewtonCg(), new TrustRegion(), new NonlinearCg() })
        {
            FitResult<double> Run(int iterations) =>
                solver.Minimize(objective, RosenbrockStart.AsSpan(0, 100), new FitOptions { Epochs = iterations, GradientTolerance = 0 });

            Assert.All(Run(60).History.Zip(Run(60).History.Skip(1)), pair => Assert.True(pair.Second.Value <= pair.First.Value));
            Assert.InRange(Allocations.Between(30, 60, n => Run(n)), 0, (30 * entry) + 512);          // the history is all that grows
        }
    }

    [Fact]
    public void A_constant_learning_rate_is_followed_and_its_schedule_too()
    {
        var slope = new Function<double>(1, x => x[0], _ => [1]);
        var fixedRate = new GradientDescent { LearningRate = 0.5 };
        Assert.Equal(-1.5, fixedRate.Minimize(slope, [0], new FitOptions { Epochs = 3 }).Parameters[0]);
        Assert.Equal(-0.875, fixedRate.Minimize(slope, [0], new FitOptions { Epochs = 3, Schedule = Schedule.Exponential(0.5) }).Parameters[0]);
        FitResult<double> diverged = new GradientDescent { LearningRate = 10 }.Minimize(new Rosenbrock(2), [-1.2, 1]);
        Assert.Equal(StopReason.NonFinite, diverged.StopReason);
        Assert.Contains("smaller learning rate", diverged.Message);
        Assert.True(double.IsFinite(diverged.Value));
    }

    [Fact]
    public void Starts_may_be_arrays_spans_views_or_collection_expressions()
    {
        var objective = new Rosenbrock(2);
        double[] array = [-1.2, 1];
        ReadOnlySpan<double> span = array;
        var view = new View<double>(objective.Layout, array);
        double[] expected = new LBfgs().Minimize(objective, array).Parameters;
        Assert.Equal(expected, new LBfgs().Minimize(objective, span).Parameters);
        Assert.Equal(expected, new LBfgs().Minimize(objective, view).Parameters);
        Assert.Equal(expected, new LBfgs().Minimize(objective, [-1.2, 1]).Parameters);
    }

    [Fact]
    public void Properties_that_make_no_sense_are_named_with_their_value()
    {
        Check(new LBfgs { Memory = 0 }, "Memory is 0");
        Check(new LBfgs { Scaling = (LBfgsScaling)7 }, "Scaling is 7; it must be Scalar or Diagonal");
        Check(new LBfgs { Curvature = 1 }, "Curvature is 1");
        Check(new LBfgs { SufficientDecrease = 0.7 }, "SufficientDecrease is 0.7");
        Check(new LBfgs { GradientTolerance = -1 }, "GradientTolerance is -1");
        Check(new NewtonCg { MaxInnerIterations = 0 }, "MaxInnerIterations is 0");
        Check(new NewtonCg { Curvature = 0 }, "Curvature is 0");
        Check(new TrustRegion { InitialRadius = -1 }, "InitialRadius is -1");
        Check(new TrustRegion { AcceptanceRatio = 0.3 }, "AcceptanceRatio is 0.3");
        Check(new NonlinearCg { Curvature = 0.6 }, "Curvature is 0.6");
        Check(new GradientDescent { LearningRate = 0 }, "LearningRate is 0");
        Check(new GradientDescent { MaxIterations = 0 }, "MaxIterations is 0");
        Check(new GradientDescent { ValueTolerance = double.NaN }, "ValueTolerance is NaN");

        static void Check(ISolver solver, string expected) =>
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => solver.Minimize(new Rosenbrock(2), [1.0, 1])).Message);
    }

    private static ISolver Solver(string name) => name switch
    {
        "GradientDescent" => new GradientDescent(),
        "LBfgs" => new LBfgs(),
        "NewtonCg" => new NewtonCg(),
        "TrustRegion" => new TrustRegion(),
        "NonlinearCg" => new NonlinearCg(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such solver"),
    };
}
