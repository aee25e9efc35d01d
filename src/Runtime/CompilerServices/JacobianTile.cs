using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>
/// Where a generated kernel puts the residuals of some examples and the entries of their Jacobian: of each number those of all examples side by side,
/// so that a vector of examples is stored at once.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct JacobianTile<T>
    where T : unmanaged
{
    /// <summary>The most examples.</summary>
    internal const int Examples = 64;

    // A block of more lanes than there are examples begins before the first one.
    private const int Lead = 16;
    private const int Stride = Lead + Examples;

    private readonly Span<T> _values;

    internal JacobianTile(Span<T> values) => _values = values;

    /// <summary>The elements for so many numbers of each example.</summary>
    internal static int LengthFor(int numbers) => checked((numbers * Stride) + Lead);

    /// <summary>Sets a number of the example at a position, and of those after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int number, int position, Vector512<T> values) =>
        values.StoreUnsafe(ref MemoryMarshal.GetReference(_values.Slice((number * Stride) + Lead + position, Vector512<T>.Count)));

    /// <summary>The same number of all examples.</summary>
    internal ReadOnlySpan<T> Of(int number) => _values.Slice((number * Stride) + Lead, Examples);
}
