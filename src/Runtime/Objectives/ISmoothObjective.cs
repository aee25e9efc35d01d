using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// An objective whose second derivatives are bounded everywhere, so that its gradient changes no faster than a known rate. The compiler makes
/// every objective one of which it can prove that; the header of the generated file says how.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ISmoothObjective<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether the objective is shown to be convex, with its constants and data as they are now.</summary>
    bool IsConvex { get; }

    /// <summary>
    /// An L with ‖∇f(x) − ∇f(y)‖ ≤ L·‖x − y‖ for all x and y, computed from the data: the largest eigenvalue of a quadratic form that
    /// bounds f's second derivatives, by a Lanczos iteration of up to 32 passes over the data from a fixed pseudo-random start. It finds
    /// the eigenvalue to 10% except for a share of start vectors that is tiny (Kuczyński and Woźniakowski 1992, theorem 4.2: 10⁻⁷ for a
    /// thousand parameters), and the result is larger by that margin.
    /// </summary>
    T LipschitzBound();
}
