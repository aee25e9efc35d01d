using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>Four vectors that a generated kernel works on together: of four rows, or four that follow each other in an array.</summary>
/// <remarks>
/// The members are inlined, and the four vectors live in registers: the code is that of four variables. Fields, not properties: kernels are long, and each property
/// would count towards what the just-in-time compiler inlines into one method at most.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[SuppressMessage("Design", "CA1051:Do not declare visible instance fields", Justification = "See the remarks.")]
public readonly struct Quad<T>
    where T : unmanaged
{
    /// <summary>The first vector.</summary>
    public readonly Vector512<T> A;

    /// <summary>The second vector.</summary>
    public readonly Vector512<T> B;

    /// <summary>The third vector.</summary>
    public readonly Vector512<T> C;

    /// <summary>The fourth vector.</summary>
    public readonly Vector512<T> D;

    /// <param name="a">The first vector.</param>
    /// <param name="b">The second vector.</param>
    /// <param name="c">The third vector.</param>
    /// <param name="d">The fourth vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad(Vector512<T> a, Vector512<T> b, Vector512<T> c, Vector512<T> d) => (A, B, C, D) = (a, b, c, d);

    /// <summary>Four times the same vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Quad<T>(Vector512<T> vector) => new(vector, vector, vector, vector);

    /// <summary>Stores the vectors one after the other, the first at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T range, int position)
    {
        A.StoreUnsafe(ref range, (nuint)position);
        B.StoreUnsafe(ref range, (nuint)(position + Vector512<T>.Count));
        C.StoreUnsafe(ref range, (nuint)(position + (2 * Vector512<T>.Count)));
        D.StoreUnsafe(ref range, (nuint)(position + (3 * Vector512<T>.Count)));
    }

    /// <summary>Sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator +(Quad<T> x, Quad<T> y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D);

    /// <summary>Differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator -(Quad<T> x, Quad<T> y) => new(x.A - y.A, x.B - y.B, x.C - y.C, x.D - y.D);

    /// <summary>Products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator *(Quad<T> x, Quad<T> y) => new(x.A * y.A, x.B * y.B, x.C * y.C, x.D * y.D);

    /// <summary>Quotients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator /(Quad<T> x, Quad<T> y) => new(x.A / y.A, x.B / y.B, x.C / y.C, x.D / y.D);

    /// <summary>The vectors with the other sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator -(Quad<T> x) => new(-x.A, -x.B, -x.C, -x.D);

    /// <summary>Both masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator &(Quad<T> x, Quad<T> y) => new(x.A & y.A, x.B & y.B, x.C & y.C, x.D & y.D);

    /// <summary>Either mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator |(Quad<T> x, Quad<T> y) => new(x.A | y.A, x.B | y.B, x.C | y.C, x.D | y.D);

    /// <summary>The masks of the other lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> operator ~(Quad<T> x) => new(~x.A, ~x.B, ~x.C, ~x.D);
}

/// <summary>Functions of <see cref="Quad{T}"/>, named as those of <see cref="Vector512"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Quad
{
    /// <summary>Four vectors that follow each other, the first at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Load<T>(ref T range, int position)
        where T : unmanaged
        => new(
            Vector512.LoadUnsafe(ref range, (nuint)position),
            Vector512.LoadUnsafe(ref range, (nuint)(position + Vector512<T>.Count)),
            Vector512.LoadUnsafe(ref range, (nuint)(position + (2 * Vector512<T>.Count))),
            Vector512.LoadUnsafe(ref range, (nuint)(position + (3 * Vector512<T>.Count))));

    /// <summary>Four values, each in all lanes of its vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Broadcast<T>(ref T values)
        where T : unmanaged
        => new(Vector512.Create(values), Vector512.Create(Unsafe.Add(ref values, 1)), Vector512.Create(Unsafe.Add(ref values, 2)), Vector512.Create(Unsafe.Add(ref values, 3)));

    /// <summary>The integers from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Positions<T>(int first)
        where T : unmanaged, INumberBase<T>
    {
        return new(At(0), At(1), At(2), At(3));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<T> At(int vector) => Vector512.Create(T.CreateTruncating(first + (vector * Vector512<T>.Count))) + Vector512<T>.Indices;
    }

    /// <summary>x·y + z, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<double> FusedMultiplyAdd(Quad<double> x, Quad<double> y, Quad<double> z) => new(
        Vector512.FusedMultiplyAdd(x.A, y.A, z.A), Vector512.FusedMultiplyAdd(x.B, y.B, z.B), Vector512.FusedMultiplyAdd(x.C, y.C, z.C), Vector512.FusedMultiplyAdd(x.D, y.D, z.D));

    /// <inheritdoc cref="FusedMultiplyAdd(Quad{double}, Quad{double}, Quad{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> FusedMultiplyAdd(Quad<float> x, Quad<float> y, Quad<float> z) => new(
        Vector512.FusedMultiplyAdd(x.A, y.A, z.A), Vector512.FusedMultiplyAdd(x.B, y.B, z.B), Vector512.FusedMultiplyAdd(x.C, y.C, z.C), Vector512.FusedMultiplyAdd(x.D, y.D, z.D));

    /// <summary>z − x·y, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<double> MultiplyAddNegated(Quad<double> x, Quad<double> y, Quad<double> z) => new(
        Lanes.MultiplyAddNegated(x.A, y.A, z.A), Lanes.MultiplyAddNegated(x.B, y.B, z.B), Lanes.MultiplyAddNegated(x.C, y.C, z.C), Lanes.MultiplyAddNegated(x.D, y.D, z.D));

    /// <inheritdoc cref="MultiplyAddNegated(Quad{double}, Quad{double}, Quad{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> MultiplyAddNegated(Quad<float> x, Quad<float> y, Quad<float> z) => new(
        Lanes.MultiplyAddNegated(x.A, y.A, z.A), Lanes.MultiplyAddNegated(x.B, y.B, z.B), Lanes.MultiplyAddNegated(x.C, y.C, z.C), Lanes.MultiplyAddNegated(x.D, y.D, z.D));

    /// <summary>x·y − z, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<double> MultiplySubtract(Quad<double> x, Quad<double> y, Quad<double> z) => new(
        Lanes.MultiplySubtract(x.A, y.A, z.A), Lanes.MultiplySubtract(x.B, y.B, z.B), Lanes.MultiplySubtract(x.C, y.C, z.C), Lanes.MultiplySubtract(x.D, y.D, z.D));

    /// <inheritdoc cref="MultiplySubtract(Quad{double}, Quad{double}, Quad{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> MultiplySubtract(Quad<float> x, Quad<float> y, Quad<float> z) => new(
        Lanes.MultiplySubtract(x.A, y.A, z.A), Lanes.MultiplySubtract(x.B, y.B, z.B), Lanes.MultiplySubtract(x.C, y.C, z.C), Lanes.MultiplySubtract(x.D, y.D, z.D));

    /// <summary>The absolute values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Abs<T>(Quad<T> x)
        where T : unmanaged
        => new(Vector512.Abs(x.A), Vector512.Abs(x.B), Vector512.Abs(x.C), Vector512.Abs(x.D));

    /// <summary>The square roots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Sqrt<T>(Quad<T> x)
        where T : unmanaged
        => new(Vector512.Sqrt(x.A), Vector512.Sqrt(x.B), Vector512.Sqrt(x.C), Vector512.Sqrt(x.D));

    /// <summary>The smaller ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Min<T>(Quad<T> x, Quad<T> y)
        where T : unmanaged
        => new(Vector512.Min(x.A, y.A), Vector512.Min(x.B, y.B), Vector512.Min(x.C, y.C), Vector512.Min(x.D, y.D));

    /// <summary>The larger ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Max<T>(Quad<T> x, Quad<T> y)
        where T : unmanaged
        => new(Vector512.Max(x.A, y.A), Vector512.Max(x.B, y.B), Vector512.Max(x.C, y.C), Vector512.Max(x.D, y.D));

    /// <summary>A mask of the lanes where x is less than y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> LessThan<T>(Quad<T> x, Quad<T> y)
        where T : unmanaged
        => new(Vector512.LessThan(x.A, y.A), Vector512.LessThan(x.B, y.B), Vector512.LessThan(x.C, y.C), Vector512.LessThan(x.D, y.D));

    /// <summary>A mask of the lanes where x is at most y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> LessThanOrEqual<T>(Quad<T> x, Quad<T> y)
        where T : unmanaged
        => new(Vector512.LessThanOrEqual(x.A, y.A), Vector512.LessThanOrEqual(x.B, y.B), Vector512.LessThanOrEqual(x.C, y.C), Vector512.LessThanOrEqual(x.D, y.D));

    /// <summary>A mask of the lanes where x is y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Equals<T>(Quad<T> x, Quad<T> y)
        where T : unmanaged
        => new(Vector512.Equals(x.A, y.A), Vector512.Equals(x.B, y.B), Vector512.Equals(x.C, y.C), Vector512.Equals(x.D, y.D));

    /// <summary>x in the lanes of the mask, y in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> ConditionalSelect<T>(Quad<T> mask, Quad<T> x, Quad<T> y)
        where T : unmanaged
        => new(
            Vector512.ConditionalSelect(mask.A, x.A, y.A), Vector512.ConditionalSelect(mask.B, x.B, y.B),
            Vector512.ConditionalSelect(mask.C, x.C, y.C), Vector512.ConditionalSelect(mask.D, x.D, y.D));

    /// <summary><paramref name="to"/> and all four, in two chains that do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> AddAll<T>(Quad<T> x, Vector512<T> to)
        where T : unmanaged
        => (to + x.A + x.C) + (x.B + x.D);

    /// <summary><paramref name="to"/> and all four products, in two chains of fused multiply-adds that do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AddProducts(Quad<double> x, Quad<double> y, Vector512<double> to) =>
        Vector512.FusedMultiplyAdd(x.C, y.C, Vector512.FusedMultiplyAdd(x.A, y.A, to)) + Vector512.FusedMultiplyAdd(x.D, y.D, x.B * y.B);

    /// <inheritdoc cref="AddProducts(Quad{double}, Quad{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddProducts(Quad<float> x, Quad<float> y, Vector512<float> to) =>
        Vector512.FusedMultiplyAdd(x.C, y.C, Vector512.FusedMultiplyAdd(x.A, y.A, to)) + Vector512.FusedMultiplyAdd(x.D, y.D, x.B * y.B);

    /// <summary>The sum of the four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Sum<T>(Quad<T> x)
        where T : unmanaged
        => (x.A + x.B) + (x.C + x.D);

    /// <summary>The largest of the four vectors, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Max<T>(Quad<T> x)
        where T : unmanaged
        => Vector512.Max(Vector512.Max(x.A, x.B), Vector512.Max(x.C, x.D));

    /// <summary>The smallest of the four vectors, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Min<T>(Quad<T> x)
        where T : unmanaged
        => Vector512.Min(Vector512.Min(x.A, x.B), Vector512.Min(x.C, x.D));
}
