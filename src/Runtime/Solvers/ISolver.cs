using System.Numerics;

namespace SymbolicGD;

/// <summary>A method that minimizes objectives.</summary>
public interface ISolver
{
    /// <summary>Minimizes <paramref name="objective"/>, starting at <paramref name="start"/>.</summary>
    /// <param name="objective">What is minimized.</param>
    /// <param name="start">The first point, as long as the parameter vector; it is copied, not changed.</param>
    /// <param name="options">How long, and on what; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the run at the next step. The result so far is returned; nothing is thrown.</param>
    /// <exception cref="ArgumentException">The start has another length than the parameter vector, or an option does not fit.</exception>
    FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
