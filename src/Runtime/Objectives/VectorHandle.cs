using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A vector that lives where its objective computes: host memory, or a device. The operations are those that solvers need
/// to iterate without bringing vectors to the host.
/// </summary>
/// <remarks>
/// The vectors of one operation have the same length and lie in the same place; else it throws an <see cref="ArgumentException"/>. On a device,
/// what gives numbers (<see cref="CopyTo"/>, <see cref="Dot"/>, <see cref="Norm"/>, <see cref="NormInfinity"/>) waits for all work before it; the rest
/// is queued. A solver or optimizer disposes the vectors that it creates; dispose your own before their device.
/// </remarks>
public abstract class VectorHandle<T>(int length) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of elements.</summary>
    public int Length { get; } = length;

    /// <summary>Overwrites this vector with <paramref name="source"/>, of the same length.</summary>
    public abstract void CopyFrom(ReadOnlySpan<T> source);

    /// <summary>Overwrites this vector with <paramref name="source"/>, of the same length.</summary>
    public abstract void CopyFrom(VectorHandle<T> source);

    /// <summary>Copies this vector to host memory of at least its length.</summary>
    public abstract void CopyTo(Span<T> destination);

    /// <summary>Sets every element to <paramref name="value"/>.</summary>
    public abstract void Fill(T value);

    /// <summary>Σᵢ this[i]·other[i].</summary>
    public abstract T Dot(VectorHandle<T> other);

    /// <summary>The Euclidean norm, computed so that it neither overflows nor underflows early.</summary>
    public abstract T Norm();

    /// <summary>maxᵢ |this[i]|; NaN if any element is.</summary>
    public abstract T NormInfinity();

    /// <summary>this ← this + scale·x.</summary>
    public abstract void AddScaled(T scale, VectorHandle<T> x);

    /// <summary>this ← scale·this.</summary>
    public abstract void Scale(T scale);

    /// <summary>this ← a + scale·b; any of the three may be the same vector.</summary>
    public abstract void SetToSum(VectorHandle<T> a, T scale, VectorHandle<T> b);

    /// <summary>this[i] ← a[i]·b[i]; any of the three may be the same vector.</summary>
    public abstract void SetToProduct(VectorHandle<T> a, VectorHandle<T> b);

    /// <summary>this[i] ← a[i]/b[i]; any of the three may be the same vector. Divisions by zero give infinities and NaN, as they do for numbers.</summary>
    public abstract void SetToQuotient(VectorHandle<T> a, VectorHandle<T> b);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what a device holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
