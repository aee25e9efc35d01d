using System.Numerics;

namespace SymbolicGD;

/// <summary>Base of the generated objectives that compute in host memory and have no examples.</summary>
/// <remarks>
/// A generated class implements <see cref="ValueCore"/> and <see cref="GradientCore"/>; argument checks, workspaces,
/// vector handles and the update pass of a step are here.
/// </remarks>
public abstract class HostObjective<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <param name="layout">The named blocks of the parameter vector.</param>
    /// <param name="workspaceLength">How many values of scratch a call needs.</param>
    protected HostObjective(ParameterLayout layout, int workspaceLength) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ParameterLayout Layout => throw new NotImplementedException();

    /// <summary>The value at <paramref name="parameters"/> (length <c>Layout.Length</c>).</summary>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public T Value(ReadOnlySpan<T> parameters) => throw new NotImplementedException();

    /// <summary>The value; <paramref name="gradient"/> is overwritten with the gradient.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    public T Gradient(ReadOnlySpan<T> parameters, Span<T> gradient) => throw new NotImplementedException();

    /// <summary>The value at valid parameters. Workspace content is undefined on entry.</summary>
    protected abstract T ValueCore(ReadOnlySpan<T> parameters, Span<T> workspace);

    /// <summary>The value and gradient at valid parameters; <paramref name="gradient"/> has undefined content on entry.</summary>
    protected abstract T GradientCore(ReadOnlySpan<T> parameters, Span<T> gradient, Span<T> workspace);
}
