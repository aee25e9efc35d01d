using System.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

/// <summary>The update pass at every length around the width of a vector, against the scalar form of the rule.</summary>
public sealed class FusedStepTests
{
    public static TheoryData<int> Lengths => [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Vectors_and_tail_apply_the_rule_to_every_element(int n)
    {
        Check<double>(n, GradientTransform<double>.None, 0);
        Check<float>(n, GradientTransform<float>.None, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Clipping_is_by_norm_first_and_then_by_value(int n)
    {
        Check(n, new GradientTransform<double>(0.5, double.PositiveInfinity), 1e-15);
        Check(n, new GradientTransform<double>(double.PositiveInfinity, 0.2), 1e-15);
        Check(n, new GradientTransform<double>(1.5, 0.1), 1e-15);
        Check(n, new GradientTransform<double>(1e6, double.PositiveInfinity), 1e-15);
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, double.NaN)]
    [InlineData(1, double.NegativeInfinity)]
    public void A_step_that_is_not_finite_changes_nothing(double value, double element)
    {
        var objective = new Function<double>(20, _ => value, _ => Enumerable.Repeat(1.0, 19).Append(element).ToArray());
        using VectorHandle<double> p = objective.CreateVector(), state = objective.CreateVector();
        p.Fill(3);
        var rule = new MomentumStruct<double>(0.1, 0.9);
        rule.Prepare(1, 1);
        StepOutcome<double> outcome = objective.Step(p, state, rule, GradientTransform<double>.None);
        Assert.False(outcome.Applied);
        Assert.Equal(value, outcome.Value);
        Assert.Equal(3, p.NormInfinity());
        Assert.Equal(0, state.NormInfinity());
    }

    private static void Check<T>(int n, GradientTransform<T> transform, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] gradient = Enumerable.Range(0, n).Select(i => T.CreateChecked(Math.Sin(1 + i))).ToArray();
        var objective = new Function<T>(n, _ => T.One, _ => gradient);
        using VectorHandle<T> p = objective.CreateVector(), state = objective.CreateVector();
        p.Fill(T.One);
        state.Fill(T.CreateChecked(0.25));
        var rule = new MomentumStruct<T>(T.CreateChecked(0.1), T.CreateChecked(0.5));
        rule.Prepare(1, 1);

        StepOutcome<T> outcome = objective.Step(p, state, rule, transform);

        double norm = Math.Sqrt(gradient.Sum(g => double.CreateChecked(g * g)));
        double scale = Math.Min(1, double.CreateChecked(transform.MaxNorm) / norm), limit = double.CreateChecked(transform.MaxValue);
        Assert.True(outcome.Applied);
        Assert.Equal(norm, double.CreateChecked(outcome.GradientNorm), Math.Max(1e-14, tolerance) * norm);
        var found = new T[n];
        var velocity = new T[n];
        p.CopyTo(found);
        state.CopyTo(velocity);
        for (int i = 0; i < n; i++)
        {
            double g = Math.Clamp(scale * double.CreateChecked(gradient[i]), -limit, limit), v = 0.125 + g;
            Assert.Equal(v, double.CreateChecked(velocity[i]), Math.Max(1e-15, tolerance));
            Assert.Equal(1 - (0.1 * v), double.CreateChecked(found[i]), Math.Max(1e-15, tolerance));
        }
    }
}
