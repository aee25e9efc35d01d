using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    // As many numbers of as many examples are turned around in registers.
    private const int Side = 4;

    private readonly Span<T> _values;

    // Where the last vector begins.
    private readonly uint _last;

    internal JacobianTile(Span<T> values)
    {
        _values = values;
        _last = (uint)(values.Length - Vector512<T>.Count);
    }

    /// <summary>The elements for so many numbers of each example.</summary>
    internal static int LengthFor(int numbers) => checked((numbers * Stride) + Lead);

    /// <summary>Sets a number of the example at a position, and of those after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int number, int position, Vector512<T> values)
    {
        uint at = (uint)((number * Stride) + Lead + position);
        if (at > _last) ThrowPosition();
        values.StoreUnsafe(ref MemoryMarshal.GetReference(_values), at);
    }

    private static void ThrowPosition() => throw new InvalidOperationException("A number is written outside of its tile.");

    /// <summary>The same number of all examples.</summary>
    internal ReadOnlySpan<T> Of(int number) => _values.Slice((number * Stride) + Lead, Examples);

    /// <summary>Writes some numbers of the first examples, example by example.</summary>
    /// <param name="number">The first number.</param>
    /// <param name="count">How many numbers, at least one.</param>
    /// <param name="examples">How many examples.</param>
    /// <param name="destination">As long as both together.</param>
    internal void CopyExamples(int number, int count, int examples, Span<T> destination)
    {
        ref T source = ref MemoryMarshal.GetReference(_values.Slice((number * Stride) + Lead, ((count - 1) * Stride) + examples));
        ref T target = ref MemoryMarshal.GetReference(destination[..(count * examples)]);
        if (count < Side || examples < Side)
        {
            for (int e = 0; e < count; e++)
            {
                ref T from = ref Unsafe.Add(ref source, e * Stride), to = ref Unsafe.Add(ref target, e);
                for (int k = 0; k < examples; k++) Unsafe.Add(ref to, (nint)k * count) = Unsafe.Add(ref from, k);
            }

            return;
        }

        // The last squares do some of what those before have done again.
        for (int k = 0; k < examples; k += Side)
        {
            int example = Math.Min(k, examples - Side);
            ref T from = ref Unsafe.Add(ref source, example), to = ref Unsafe.Add(ref target, example * count);
            for (int e = 0; e < count; e += Side)
            {
                int first = Math.Min(e, count - Side);
                Turn(ref Unsafe.Add(ref from, first * Stride), ref Unsafe.Add(ref to, first), count);
            }
        }
    }

    /// <summary>Four numbers of four examples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref T from, ref T to, int count)
    {
        if (typeof(T) == typeof(double) && Avx.IsSupported)
        {
            ref double number = ref Unsafe.As<T, double>(ref from), example = ref Unsafe.As<T, double>(ref to);
            Vector256<double> a = Vector256.LoadUnsafe(ref number), b = Vector256.LoadUnsafe(ref number, Stride);
            Vector256<double> c = Vector256.LoadUnsafe(ref number, 2 * Stride), d = Vector256.LoadUnsafe(ref number, 3 * Stride);
            Vector256<double> ab02 = Avx.UnpackLow(a, b), ab13 = Avx.UnpackHigh(a, b), cd02 = Avx.UnpackLow(c, d), cd13 = Avx.UnpackHigh(c, d);
            Avx.Permute2x128(ab02, cd02, 0x20).StoreUnsafe(ref example);
            Avx.Permute2x128(ab13, cd13, 0x20).StoreUnsafe(ref example, (nuint)count);
            Avx.Permute2x128(ab02, cd02, 0x31).StoreUnsafe(ref example, 2 * (nuint)count);
            Avx.Permute2x128(ab13, cd13, 0x31).StoreUnsafe(ref example, 3 * (nuint)count);
        }
        else if (typeof(T) == typeof(float) && Sse.IsSupported)
        {
            ref float number = ref Unsafe.As<T, float>(ref from), example = ref Unsafe.As<T, float>(ref to);
            Vector128<float> a = Vector128.LoadUnsafe(ref number), b = Vector128.LoadUnsafe(ref number, Stride);
            Vector128<float> c = Vector128.LoadUnsafe(ref number, 2 * Stride), d = Vector128.LoadUnsafe(ref number, 3 * Stride);
            Vector128<float> ab01 = Sse.UnpackLow(a, b), ab23 = Sse.UnpackHigh(a, b), cd01 = Sse.UnpackLow(c, d), cd23 = Sse.UnpackHigh(c, d);
            Sse.MoveLowToHigh(ab01, cd01).StoreUnsafe(ref example);
            Sse.MoveHighToLow(cd01, ab01).StoreUnsafe(ref example, (nuint)count);
            Sse.MoveLowToHigh(ab23, cd23).StoreUnsafe(ref example, 2 * (nuint)count);
            Sse.MoveHighToLow(cd23, ab23).StoreUnsafe(ref example, 3 * (nuint)count);
        }
        else
        {
            for (int k = 0; k < Side; k++)
            {
                ref T number = ref Unsafe.Add(ref from, k), example = ref Unsafe.Add(ref to, k * count);
                example = number;
                Unsafe.Add(ref example, 1) = Unsafe.Add(ref number, Stride);
                Unsafe.Add(ref example, 2) = Unsafe.Add(ref number, 2 * Stride);
                Unsafe.Add(ref example, 3) = Unsafe.Add(ref number, 3 * Stride);
            }
        }
    }
}
