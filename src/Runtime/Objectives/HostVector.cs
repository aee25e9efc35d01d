using System.Numerics;
using System.Numerics.Tensors;

namespace SymbolicGD;

/// <summary>A vector in host memory, 64-byte aligned and not moved by the garbage collector.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class HostVector<T> : VectorHandle<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> buffer;

    /// <summary>Creates a vector of zeros.</summary>
    /// <param name="length">The number of elements, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public HostVector(int length)
        : base(length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        buffer = new AlignedBuffer<T>(length);
    }

    /// <summary>Creates a vector with the elements of <paramref name="values"/>, which are copied.</summary>
    public HostVector(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(buffer.Span);

    /// <summary>The elements, writable.</summary>
    public Span<T> AsSpan() => buffer.Span;

    /// <inheritdoc/>
    public override void CopyFrom(ReadOnlySpan<T> source)
    {
        CheckLength(source.Length, nameof(source));
        source.CopyTo(buffer.Span);
    }

    /// <inheritdoc/>
    public override void CopyFrom(VectorHandle<T> source) => Elements(source, nameof(source)).CopyTo(buffer.Span);

    /// <inheritdoc/>
    public override void CopyTo(Span<T> destination)
    {
        if (destination.Length < Length)
        {
            throw new ArgumentException($"The destination has {destination.Length} elements; the vector has {Length}.", nameof(destination));
        }

        buffer.Span.CopyTo(destination);
    }

    /// <inheritdoc/>
    public override void Fill(T value) => buffer.Span.Fill(value);

    /// <inheritdoc/>
    public override T Dot(VectorHandle<T> other) => VectorKernels.Dot(buffer.Span, Elements(other, nameof(other)));

    /// <inheritdoc/>
    public override T Norm() => VectorKernels.Norm<T>(buffer.Span);

    /// <inheritdoc/>
    public override T NormInfinity() => VectorKernels.NormInfinity<T>(buffer.Span);

    /// <inheritdoc/>
    public override void AddScaled(T scale, VectorHandle<T> x) =>
        VectorKernels.SetToSum(buffer.Span, buffer.Span, scale, Elements(x, nameof(x)));

    /// <inheritdoc/>
    public override void Scale(T scale) => VectorKernels.Scale(buffer.Span, scale);

    /// <inheritdoc/>
    public override void SetToSum(VectorHandle<T> a, T scale, VectorHandle<T> b) =>
        VectorKernels.SetToSum(buffer.Span, Elements(a, nameof(a)), scale, Elements(b, nameof(b)));

    /// <inheritdoc/>
    public override void SetToProduct(VectorHandle<T> a, VectorHandle<T> b) =>
        TensorPrimitives.Multiply(Elements(a, nameof(a)), Elements(b, nameof(b)), buffer.Span);

    /// <inheritdoc/>
    public override void SetToQuotient(VectorHandle<T> a, VectorHandle<T> b) =>
        TensorPrimitives.Divide(Elements(a, nameof(a)), Elements(b, nameof(b)), buffer.Span);

    /// <summary>The elements of a handle that an objective in host memory was given.</summary>
    /// <exception cref="ArgumentException">The vector does not lie in host memory.</exception>
    internal static Span<T> Unwrap(VectorHandle<T> handle, string name)
    {
        ArgumentNullException.ThrowIfNull(handle, name);
        return handle is HostVector<T> host
            ? host.buffer.Span
            : throw new ArgumentException(
                $"{name} is a {handle.GetType().Name}, which does not lie in host memory; create it with the CreateVector of this objective.", name);
    }

    private Span<T> Elements(VectorHandle<T> other, string name)
    {
        Span<T> elements = Unwrap(other, name);
        CheckLength(elements.Length, name);
        return elements;
    }

    private void CheckLength(int length, string name)
    {
        if (length != Length)
        {
            throw new ArgumentException($"{name} has {length} elements; this vector has {Length}.", name);
        }
    }
}
