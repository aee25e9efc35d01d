using System.Numerics;

namespace SymbolicGD;

/// <summary>An objective of any element type. See <see cref="IObjective{T}"/>.</summary>
public interface IObjective
{
    /// <summary>The named blocks of the parameter vector.</summary>
    ParameterLayout Layout { get; }
}

/// <summary>
/// A differentiable function of one flat parameter vector. Solvers see nothing else of a model.
/// </summary>
/// <remarks>
/// Vectors are held by handle, so that a device's vectors can stay on the device. An objective may be called from several
/// threads at once; each call works in a workspace of its own.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IObjective<T> : IObjective
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a vector as long as the parameter vector, all zeros, where this objective computes.</summary>
    VectorHandle<T> CreateVector();

    /// <summary>The value at <paramref name="parameters"/>.</summary>
    T Value(VectorHandle<T> parameters);

    /// <summary>The value at <paramref name="parameters"/>; <paramref name="gradient"/> is overwritten with the gradient there.</summary>
    T Gradient(VectorHandle<T> parameters, VectorHandle<T> gradient);

    /// <summary>
    /// One fused optimizer step: evaluates value and gradient and, if both are finite, updates
    /// <paramref name="parameters"/> in place by <paramref name="rule"/>.
    /// </summary>
    /// <param name="parameters">The point, updated in place.</param>
    /// <param name="state">The rule's state: <c>TRule.StateCount</c> blocks of <c>Layout.Length</c> values.</param>
    /// <param name="rule">The update rule, already prepared for this step.</param>
    /// <param name="transform">What is done to the gradient before the rule sees it.</param>
    StepOutcome<T> Step<TRule>(VectorHandle<T> parameters, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>;

    /// <summary>Creates a vector of the given length, all zeros, where this objective computes.</summary>
    VectorHandle<T> CreateVector(int length);
}

/// <summary>An objective that is a mean or sum over examples and can be evaluated on a batch of them.</summary>
public interface IExampleObjective<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of examples.</summary>
    int ExampleCount { get; }

    /// <summary>Whether a value is the mean of the losses of its examples or their sum.</summary>
    Reduction Reduction { get; }

    /// <summary>The value over the examples whose indices are in <paramref name="batch"/>.</summary>
    T Value(VectorHandle<T> parameters, ReadOnlySpan<int> batch);

    /// <summary>The value over a batch; <paramref name="gradient"/> is overwritten with its gradient.</summary>
    T Gradient(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> gradient);

    /// <summary>One fused optimizer step on a batch. See <see cref="IObjective{T}.Step"/>.</summary>
    StepOutcome<T> Step<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>;

    /// <summary>The same, told of the batch that is likely to come next: its data may be fetched meanwhile. The result does not depend on it.</summary>
    /// <param name="parameters">The point, updated in place.</param>
    /// <param name="batch">The indices of the examples of this step.</param>
    /// <param name="state">The rule's state, as for <see cref="IObjective{T}.Step"/>.</param>
    /// <param name="rule">The update rule, already prepared for this step.</param>
    /// <param name="transform">What is done to the gradient before the rule sees it.</param>
    /// <param name="next">The indices of the examples of the next step; empty if nobody knows. They are not checked.</param>
    StepOutcome<T> Step<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform, ReadOnlySpan<int> next)
        where TRule : struct, IUpdateRule<T> => Step(parameters, batch, state, rule, transform);
}

/// <summary>What is done to a gradient before an update rule sees it.</summary>
/// <param name="MaxNorm">The gradient is scaled down to this Euclidean norm if it is longer; infinite: not at all.</param>
/// <param name="MaxValue">Each element is clamped to ±this; infinite: not at all. Applied after the norm.</param>
public readonly record struct GradientTransform<T>(T MaxNorm, T MaxValue)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether a step on a batch updates rows of the parameters that the batch does not touch: see <see cref="FitOptions.UpdateAllRows"/>.</summary>
    public bool UpdatesAllRows { get; init; }

    /// <summary>Leaves the gradient as it is.</summary>
    public static GradientTransform<T> None => new(T.PositiveInfinity, T.PositiveInfinity);
}

/// <summary>What a fused step saw.</summary>
/// <param name="Value">The value at the point before the step.</param>
/// <param name="GradientNorm">The Euclidean norm of the gradient there, before any clipping.</param>
/// <param name="Applied">False if value or gradient was not finite: the parameters are then unchanged.</param>
public readonly record struct StepOutcome<T>(T Value, T GradientNorm, bool Applied)
    where T : unmanaged, IFloatingPointIeee754<T>;
