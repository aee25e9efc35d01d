using Xunit;

namespace SymbolicGD.RuntimeTests.Solvers;

/// <summary>Gradient descent without a learning rate on objectives that know a Lipschitz constant of their gradient.</summary>
public sealed class SmoothDescentTests
{
    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(5, 100.0)]
    [InlineData(200, 1e4)]
    public void Lipschitz_bound_is_the_largest_eigenvalue_and_a_margin(int length, double condition)
    {
        var objective = new Quadratic(length, condition);
        double largest = length == 1 ? 1 : condition;
        Assert.InRange(objective.LipschitzBound(), largest, 1.12 * largest);
        Assert.Equal(objective.LipschitzBound(), objective.LipschitzBound());
    }

    [Fact]
    public void Converges_without_a_learning_rate()
    {
        var objective = new Quadratic(200, 1e4);
        FitResult<double> fit = new GradientDescent().Minimize(objective, new double[200]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.All(fit.Parameters, p => Assert.Equal(1, p, 6));

        // Steepest descent takes a multiple of the condition number, the accelerated one of its root.
        Assert.InRange(fit.Steps, 1, 8000);
        FitResult<double> plain = new GradientDescent { LearningRate = 1e-4 }.Minimize(objective, new double[200], new FitOptions { Epochs = (int)fit.Steps });
        Assert.True(plain.GradientNorm > 1e3 * fit.GradientNorm);
    }

    [Fact]
    public void A_bound_that_is_too_small_is_doubled()
    {
        FitResult<double> fit = new GradientDescent().Minimize(new Quadratic(50, 100, claimed: 1e-3), new double[50]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
    }

    [Fact]
    public void Without_convexity_every_step_goes_down()
    {
        FitResult<double> fit = new GradientDescent().Minimize(new Quadratic(50, 100, isConvex: false), new double[50]);
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.All(fit.History.Zip(fit.History.Skip(1)), pair => Assert.True(pair.Second.Value <= pair.First.Value));
    }

    [Fact]
    public void Objectives_without_a_bound_say_so() => Assert.Throws<NotSupportedException>(() => new NoBound().Ask());

    /// <summary>½ Σ λᵢ(xᵢ − 1)², λ from 1 to the condition number.</summary>
    private sealed class Quadratic(int length, double condition, double? claimed = null, bool isConvex = true)
        : HostObjective<double>(new ParameterLayout(("x", [length])), 0), ISmoothObjective<double>
    {
        public bool IsConvex => isConvex;

        public double LipschitzBound() => claimed ?? LargestCurvature();

        protected override void CurvatureCore(ReadOnlySpan<double> direction, Span<double> product, Span<double> workspace)
        {
            for (int i = 0; i < length; i++) product[i] = Eigenvalue(i) * direction[i];
        }

        protected override double ValueCore(ReadOnlySpan<double> parameters, Span<double> workspace) => GradientCore(parameters, new double[length], workspace);

        protected override double GradientCore(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> workspace)
        {
            double sum = 0;
            for (int i = 0; i < length; i++)
            {
                double d = parameters[i] - 1;
                gradient[i] = Eigenvalue(i) * d;
                sum += 0.5 * Eigenvalue(i) * d * d;
            }

            return sum;
        }

        private double Eigenvalue(int i) => length == 1 ? 1 : Math.Pow(condition, (double)i / (length - 1));
    }

    private sealed class NoBound() : HostObjective<double>(new ParameterLayout(("x", [])), 0)
    {
        public double Ask() => LargestCurvature();

        protected override double ValueCore(ReadOnlySpan<double> parameters, Span<double> workspace) => 0;

        protected override double GradientCore(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> workspace) => 0;
    }
}
