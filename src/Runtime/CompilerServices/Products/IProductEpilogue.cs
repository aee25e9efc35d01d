using System.ComponentModel;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>
/// What is made of the sums of a product while they are in the first cache: a bias and an activation, or the slope of one. A product is
/// compiled anew for each implementation, so that it costs no call.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IProductEpilogue<T>
    where T : unmanaged
{
    /// <summary>What takes the place of some finished sums of one row of the result.</summary>
    /// <param name="sums">The sums at <paramref name="column"/> and after it.</param>
    /// <param name="row">Their row.</param>
    /// <param name="column">The column of the first of them, a multiple of the number of lanes.</param>
    /// <param name="count">How many lanes are columns of the result; what is made of the others is dropped.</param>
    Vector512<T> Apply(Vector512<T> sums, int row, int column, int count);
}

/// <summary>The sums as they are.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct PlainProduct<T> : IProductEpilogue<T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public Vector512<T> Apply(Vector512<T> sums, int row, int column, int count) => sums;
}
