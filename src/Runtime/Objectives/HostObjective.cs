using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD;

/// <summary>
/// An objective that computes in host memory: the base of generated objectives, and of those that are written by hand.
/// It checks arguments, keeps workspaces and offers every operation over spans and over vector handles.
/// </summary>
/// <remarks>May be called from several threads at once; each call works in a workspace of its own. A warm objective allocates nothing.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract partial class HostObjective<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Pool<Workspace<T>> pool;
    private readonly int length;
    private readonly bool needsNoWorkspace;

    /// <param name="layout">The named blocks of the parameter vector.</param>
    /// <param name="workspaceLength">How many elements of scratch memory a call needs.</param>
    protected HostObjective(ParameterLayout layout, int workspaceLength)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNegative(workspaceLength);
        Layout = layout;
        WorkspaceLength = workspaceLength;
        length = layout.Length;

        // An evaluation over examples may have parts, whose sums lie in the workspace.
        needsNoWorkspace = workspaceLength == 0 && this is not ExampleObjective<T>;
        pool = new Pool<Workspace<T>>(() => new Workspace<T>(workspaceLength, layout.Length));
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <summary>
    /// How many bytes one record of a loop may take whose trip count is not known beforehand (a <c>while</c>), in one call. To need more is an
    /// <see cref="InvalidOperationException"/> that names the loop. The default is 1 GiB.
    /// </summary>
    public long TapeLimit { get; set; } = 1L << 30;

    /// <summary>The value at <paramref name="parameters"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector.</exception>
    public T Value(ReadOnlySpan<T> parameters)
    {
        CheckLength(parameters.Length, length, nameof(parameters));
        if (needsNoWorkspace)
        {
            return ValueCore(parameters, []);
        }

        Workspace<T> workspace = pool.Rent();
        T value = ValueAt(parameters, workspace);
        pool.Return(workspace);
        return value;
    }

    /// <summary>The value at <paramref name="parameters"/>; <paramref name="gradient"/> is overwritten with the gradient there.</summary>
    /// <exception cref="ArgumentException">An argument is not as long as the parameter vector, or the two overlap.</exception>
    public T Gradient(ReadOnlySpan<T> parameters, Span<T> gradient)
    {
        CheckGradient(parameters, gradient);
        if (needsNoWorkspace)
        {
            return GradientCore(parameters, gradient, []);
        }

        Workspace<T> workspace = pool.Rent();
        T value = GradientAt(parameters, gradient, workspace);
        pool.Return(workspace);
        return value;
    }

    /// <inheritdoc/>
    public T Value(VectorHandle<T> parameters) => Value(HostVector<T>.Unwrap(parameters, nameof(parameters)));

    /// <inheritdoc/>
    public T Gradient(VectorHandle<T> parameters, VectorHandle<T> gradient) =>
        Gradient(HostVector<T>.Unwrap(parameters, nameof(parameters)), HostVector<T>.Unwrap(gradient, nameof(gradient)));

    /// <inheritdoc/>
    /// <remarks>A gradient whose norm overflows counts as not finite.</remarks>
    public virtual StepOutcome<T> Step<TRule>(VectorHandle<T> parameters, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>
    {
        Span<T> point = CheckStep<TRule>(parameters, state, out Span<T> states);
        Workspace<T> workspace = pool.Rent();
        T value = GradientAt(point, workspace.Gradient, workspace);
        StepOutcome<T> outcome = FusedUpdate.Apply(value, point, workspace.Gradient, states, rule, transform);
        pool.Return(workspace);
        return outcome;
    }

    /// <inheritdoc/>
    public VectorHandle<T> CreateVector() => new HostVector<T>(Layout.Length);

    /// <inheritdoc/>
    public VectorHandle<T> CreateVector(int length) => new HostVector<T>(length);

    /// <summary>A line on the memory that a call works in: generated <c>Describe()</c> methods end with it.</summary>
    protected virtual string DescribeMemory()
    {
        string all = string.Create(CultureInfo.InvariantCulture, $"memory       {(long)WorkspaceLength * Unsafe.SizeOf<T>():N0} bytes per thread for working arrays");
        return RecordedBytes == 0 ? all + "\n" : all + string.Create(
            CultureInfo.InvariantCulture, $"; a gradient records {RecordedBytes:N0} bytes on the way to the value and reads them on the way back\n");
    }

    /// <summary>
    /// How many bytes a thread's gradient writes on the way to the value and reads on the way back: what a tape holds elsewhere. 0, which is the default, if it computes all again.
    /// Records whose length is only known when they are written are not counted; <see cref="TapeLimit"/> bounds these.
    /// </summary>
    protected virtual long RecordedBytes => 0;

    /// <summary>The value at <paramref name="parameters"/>.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="workspace">Scratch memory of the length given to the constructor, 64-byte aligned, of undefined content.</param>
    protected abstract T ValueCore(ReadOnlySpan<T> parameters, Span<T> workspace);

    /// <summary>The value and the gradient at <paramref name="parameters"/>.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="gradient">As long as the parameter vector, apart from it, of undefined content: every element is to be overwritten.</param>
    /// <param name="workspace">Scratch memory of the length given to the constructor, 64-byte aligned, of undefined content.</param>
    protected abstract T GradientCore(ReadOnlySpan<T> parameters, Span<T> gradient, Span<T> workspace);

    private protected Pool<Workspace<T>> Pool => pool;

    /// <summary>How many elements of scratch memory a thread needs.</summary>
    internal int WorkspaceLength { get; }

    // What an objective over examples does part by part.
    private protected virtual T ValueAt(ReadOnlySpan<T> parameters, Workspace<T> workspace) => ValueCore(parameters, workspace.Scratch);

    private protected virtual T GradientAt(ReadOnlySpan<T> parameters, Span<T> gradient, Workspace<T> workspace) =>
        GradientCore(parameters, gradient, workspace.Scratch);

    private protected virtual T SlopeAt(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Workspace<T> workspace) =>
        DirectionalDerivativeCore(parameters, direction, workspace.Gradient, workspace.Scratch);

    private protected virtual void ProductAt(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product, Workspace<T> workspace) =>
        HessianVectorProductCore(parameters, direction, product, workspace.Scratch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void CheckGradient(ReadOnlySpan<T> parameters, Span<T> gradient)
    {
        if (parameters.Length != length || gradient.Length != length || Overlap(parameters, gradient))
        {
            ThrowGradient(parameters.Length, gradient.Length);
        }
    }

    /// <summary>Whether two vectors of one length share memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Overlap(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
    {
        nint distance = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(a), ref MemoryMarshal.GetReference(b));
        return (distance < 0 ? -distance : distance) < (nint)a.Length * Unsafe.SizeOf<T>();
    }

    private void ThrowGradient(int parameters, int gradient)
    {
        CheckLength(parameters, length, nameof(parameters));
        CheckLength(gradient, length, nameof(gradient));
        throw new ArgumentException("The gradient overlaps the parameters; it needs memory of its own.", nameof(gradient));
    }

    private protected Span<T> CheckStep<TRule>(VectorHandle<T> parameters, VectorHandle<T> state, out Span<T> states)
        where TRule : struct, IUpdateRule<T>
    {
        Span<T> point = HostVector<T>.Unwrap(parameters, nameof(parameters));
        states = HostVector<T>.Unwrap(state, nameof(state));
        CheckLength(point.Length, Layout.Length, nameof(parameters));
        if (states.Length != TRule.StateCount * Layout.Length)
        {
            throw new ArgumentException(
                $"state has {states.Length} elements; the rule keeps {TRule.StateCount} values for each of {Layout.Length} parameters.", nameof(state));
        }

        return point;
    }

    private protected static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
        {
            ThrowLength(length, expected, name);
        }
    }

    private static void ThrowLength(int length, int expected, string name) =>
        throw new ArgumentException($"{name} has {length} elements; the parameter vector has {expected}.", name);
}
