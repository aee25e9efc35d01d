using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// An objective that computes on a device, where its data and its vectors stay: the base of what the generated <c>On(accelerator)</c> gives. It
/// checks arguments and offers each operation over vector handles and, with copies there and back, over spans.
/// </summary>
/// <remarks>
/// <para>
/// Vectors come from <see cref="CreateVector()"/> and stay on the device. What takes them copies nothing but the indices of a batch, and the
/// value back; what takes spans copies these, too. May be called from several threads at once; the device takes the calls one after the other.
/// </para>
/// <para>
/// The kernels of value, gradient and Hessian-vector product are compiled, and their working memory is allocated, at the first use of each. That call
/// may throw <see cref="NotSupportedException"/> (a kernel does not compile for the device) and <see cref="InsufficientMemoryException"/>. Any call throws
/// <see cref="InvalidOperationException"/> where the device fails: what lies on it is lost. A loop that wants more iterations than <c>MaxTrips</c> allows, which
/// is an exception on the CPU, makes the value NaN.
/// </para>
/// <para>Dispose it when it is no longer needed, and before the accelerator: it holds memory of the device.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class DeviceObjective<T> : IDeferredSteps<T>, IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Lock gate = new();
    private VectorHandle<T>? point, direction, result;   // what the overloads over spans copy to
    private StepQueue<T>? steps;
    private readonly Lock limitGate = new();
    private long sumMemoryLimit = 256L << 20;
    private bool isLimitFixed;
    private bool isDisposed;

    /// <param name="layout">The named blocks of the parameter vector.</param>
    protected DeviceObjective(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Layout = layout;
    }

    /// <inheritdoc/>
    public ParameterLayout Layout { get; }

    /// <summary>Whether there are second-order products: whether this is an <see cref="ITwiceDifferentiable{T}"/>.</summary>
    public bool HasSecondOrder => this is ITwiceDifferentiable<T>;

    /// <summary>
    /// How many bytes the copies of threads may take, for each of value, gradient and product, of sums whose elements integers of the data choose: rows of a
    /// table of parameters, for example. 256 MiB at first.
    /// </summary>
    /// <remarks>
    /// Within the limit every thread has a copy of each such sum, and the copies are added up in a fixed order: the result has the same bits in every run on a
    /// device. Where the copies of one group of threads for every four multiprocessors do not fit, the longest sums have one copy, which all threads add to
    /// atomically: it takes the memory of one table, but the order of the additions, hence the last bits of the result, may change from run to run.
    /// 0 makes all of them atomic. Sums that products of matrices add to as well always have copies.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    /// <exception cref="InvalidOperationException">The objective has been evaluated, which has divided up the memory.</exception>
    public long SumMemoryLimit
    {
        get
        {
            lock (limitGate)
            {
                return sumMemoryLimit;
            }
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            lock (limitGate)
            {
                if (isLimitFixed)
                {
                    throw new InvalidOperationException(
                        $"{nameof(SumMemoryLimit)} is set before the first evaluation, which divides up the memory of the device; make a new objective for another limit.");
                }

                sumMemoryLimit = value;
            }
        }
    }

    /// <inheritdoc/>
    public VectorHandle<T> CreateVector() => CreateVector(Layout.Length);

    /// <inheritdoc/>
    /// <remarks>The vector lies on the device. Other objectives of the same project on the same accelerator take it too.</remarks>
    public abstract VectorHandle<T> CreateVector(int length);

    /// <inheritdoc/>
    public abstract StepQueue<T> CreateStepQueue();

    /// <summary>
    /// Brings the constants and the data to the device once more, after the constants of the objective were set anew or the arrays it refers to
    /// were written to. Until then the device computes with the old ones.
    /// </summary>
    /// <exception cref="InvalidOperationException">A length has changed.</exception>
    public abstract void Refresh();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The vector lies elsewhere, or is not as long as the parameter vector.</exception>
    public T Value(VectorHandle<T> parameters)
    {
        CheckVector(parameters, nameof(parameters));
        return ValueCore(parameters, []);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A vector lies elsewhere or is not as long as the parameter vector, or both are the same.</exception>
    public T Gradient(VectorHandle<T> parameters, VectorHandle<T> gradient)
    {
        CheckGradient(parameters, gradient);
        return GradientCore(parameters, [], gradient);
    }

    /// <inheritdoc/>
    /// <remarks>It waits for the device; a queue of steps (<see cref="CreateStepQueue"/>) does not. A gradient whose norm overflows counts as not finite.</remarks>
    public StepOutcome<T> Step<TRule>(VectorHandle<T> parameters, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T> => StepNow(parameters, [], state, rule, transform);

    /// <summary>The value at <paramref name="parameters"/>, which are copied to the device.</summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector.</exception>
    public T Value(ReadOnlySpan<T> parameters) => ValueOf(parameters, []);

    /// <summary>
    /// The value at <paramref name="parameters"/>, which are copied to the device; <paramref name="gradient"/> is overwritten with the gradient there, which is copied back.
    /// </summary>
    /// <exception cref="ArgumentException">An argument is not as long as the parameter vector.</exception>
    public T Gradient(ReadOnlySpan<T> parameters, Span<T> gradient) => GradientOf(parameters, [], gradient);

    /// <inheritdoc cref="ITwiceDifferentiable{T}.HessianVectorProduct"/>
    /// <exception cref="ArgumentException">A vector lies elsewhere or is not as long as the parameter vector, or the product is one of the arguments.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product) =>
        ProductOf(parameters, [], direction, product);

    /// <summary><paramref name="product"/> is overwritten with ∇²f(<paramref name="parameters"/>)·<paramref name="direction"/>; all are copied.</summary>
    /// <exception cref="ArgumentException">An argument is not as long as the parameter vector.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckLength(parameters.Length, nameof(parameters));
        CheckLength(direction.Length, nameof(direction));
        CheckLength(product.Length, nameof(product));
        lock (gate)
        {
            Point.CopyFrom(parameters);
            Direction.CopyFrom(direction);
            ProductOf(Point, [], Direction, Result);
            Result.CopyTo(product);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The value at a point.</summary>
    /// <param name="parameters">Not null, and as long as the parameter vector; where it lies is not checked.</param>
    /// <param name="batch">Indices that are checked; empty: all examples.</param>
    protected abstract T ValueCore(VectorHandle<T> parameters, ReadOnlySpan<int> batch);

    /// <summary>The value and the gradient at a point.</summary>
    /// <param name="parameters">Not null, and as long as the parameter vector; where it lies is not checked.</param>
    /// <param name="batch">Indices that are checked; empty: all examples.</param>
    /// <param name="gradient">As long, another vector: every element is to be overwritten.</param>
    protected abstract T GradientCore(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> gradient);

    /// <summary>The Hessian times a vector. An objective that overrides it is also declared <see cref="ITwiceDifferentiable{T}"/>.</summary>
    /// <param name="parameters">Not null, and as long as the parameter vector; where it lies is not checked.</param>
    /// <param name="batch">Indices that are checked; empty: all examples.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long, apart from both: every element is to be overwritten.</param>
    protected virtual void HessianVectorProductCore(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> direction, VectorHandle<T> product) => throw SecondOrder.Missing(this);

    /// <summary>Releases what the objective holds on the device.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || isDisposed)
        {
            return;
        }

        isDisposed = true;
        point?.Dispose();
        direction?.Dispose();
        result?.Dispose();
        steps?.Dispose();
    }

    /// <summary>Checks what a step of any queue of this objective is given.</summary>
    /// <exception cref="ArgumentException">A length is wrong, the state is missing, or the batch is not empty and the objective has no examples.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    internal virtual void CheckStep<TRule>(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>
    {
        CheckVector(parameters, nameof(parameters));
        ArgumentNullException.ThrowIfNull(state);
        if (state.Length != TRule.StateCount * Layout.Length)
        {
            throw new ArgumentException(
                $"state has {state.Length} elements; the rule keeps {TRule.StateCount} values for each of {Layout.Length} parameters.", nameof(state));
        }

        if (!batch.IsEmpty && this is not IExampleObjective<T>)
        {
            throw new ArgumentException("The objective has no examples, of which a batch could be one.", nameof(batch));
        }
    }

    /// <summary>Writes down the stretches of the parameter vector that a step on a batch updates: the first element and the length of each.</summary>
    /// <returns>How many integers that takes; null if the step updates all parameters.</returns>
    internal virtual int? TouchedBy(ReadOnlySpan<int> batch, GradientTransform<T> transform, ref int[] stretches) => null;

    /// <summary>The limit of <see cref="SumMemoryLimit"/>, which from now on cannot be changed: an implementation calls it when it divides up memory.</summary>
    protected long FixSumMemoryLimit()
    {
        lock (limitGate)
        {
            isLimitFixed = true;
            return sumMemoryLimit;
        }
    }

    private protected T ValueOf(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch)
    {
        CheckLength(parameters.Length, nameof(parameters));
        lock (gate)
        {
            Point.CopyFrom(parameters);
            return ValueCore(Point, batch);
        }
    }

    private protected T GradientOf(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradient)
    {
        CheckLength(parameters.Length, nameof(parameters));
        CheckLength(gradient.Length, nameof(gradient));
        lock (gate)
        {
            Point.CopyFrom(parameters);
            T value = GradientCore(Point, batch, Result);
            Result.CopyTo(gradient);
            return value;
        }
    }

    private protected StepOutcome<T> StepNow<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>
    {
        lock (gate)
        {
            steps ??= CreateStepQueue();
            steps.Add(parameters, batch, state, rule, transform);
            StepTotals saw = steps.Read();
            return saw.HasFailed
                ? new StepOutcome<T>(T.CreateSaturating(saw.FailedValue), T.CreateSaturating(saw.FailedNorm), Applied: false)
                : new StepOutcome<T>(T.CreateSaturating(saw.LastValue), T.CreateSaturating(saw.LastNorm), Applied: true);
        }
    }

    private protected void ProductOf(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> direction, VectorHandle<T> product)
    {
        CheckVector(parameters, nameof(parameters));
        CheckVector(direction, nameof(direction));
        CheckVector(product, nameof(product));
        if (ReferenceEquals(product, parameters) || ReferenceEquals(product, direction))
        {
            throw new ArgumentException("The product is also an argument; it needs a vector of its own.", nameof(product));
        }

        HessianVectorProductCore(parameters, batch, direction, product);
    }

    private protected void CheckGradient(VectorHandle<T> parameters, VectorHandle<T> gradient)
    {
        CheckVector(parameters, nameof(parameters));
        CheckVector(gradient, nameof(gradient));
        if (ReferenceEquals(parameters, gradient))
        {
            throw new ArgumentException("The gradient is the vector of the parameters; it needs one of its own.", nameof(gradient));
        }
    }

    private protected void CheckVector(VectorHandle<T> vector, string name)
    {
        ArgumentNullException.ThrowIfNull(vector, name);
        CheckLength(vector.Length, name);
    }

    /// <summary>Held while the vectors are in use that copies of spans lie in.</summary>
    private protected Lock Gate => gate;

    /// <summary>A vector, of length P, that what the overloads over spans are given as a point is copied to.</summary>
    private protected VectorHandle<T> Point => point ??= CreateVector();

    /// <summary>The same for a direction.</summary>
    private protected VectorHandle<T> Direction => direction ??= CreateVector();

    /// <summary>The same for a result.</summary>
    private protected VectorHandle<T> Result => result ??= CreateVector();

    private protected void CheckLength(int length, string name)
    {
        if (length != Layout.Length)
        {
            throw new ArgumentException($"{name} has {length} elements; the parameter vector has {Layout.Length}.", name);
        }
    }
}
