using System.Numerics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>An objective in host memory that is a mean or sum over examples and can be evaluated on a batch of them.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract partial class ExampleObjective<T> : HostObjective<T>, IExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int LeastForFetching = 4096;

    /// <param name="layout">The named blocks of the parameter vector.</param>
    /// <param name="exampleCount">The number of examples, 1 or more.</param>
    /// <param name="workspaceLength">How many elements of scratch memory a call needs.</param>
    /// <param name="reduction">How the losses of the examples become one number.</param>
    protected ExampleObjective(ParameterLayout layout, int exampleCount, int workspaceLength, Reduction reduction = Reduction.Mean)
        : base(layout, workspaceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exampleCount);
        ExampleCount = exampleCount;
        Reduction = reduction;
        RowsAhead.Initialize();
    }

    /// <inheritdoc/>
    public int ExampleCount { get; }

    /// <inheritdoc/>
    public Reduction Reduction { get; }

    /// <summary>The value over the examples whose indices are in <paramref name="batch"/>; an index may occur more than once.</summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public T Value(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        CheckBatch(batch);
        Workspace<T> workspace = Pool.Rent();
        T value = ValueOver(parameters, batch, workspace);
        Pool.Return(workspace);
        return value;
    }

    /// <summary>The value over a batch of examples; <paramref name="gradient"/> is overwritten with its gradient.</summary>
    /// <exception cref="ArgumentException">A length is wrong, gradient and parameters overlap, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public T Gradient(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradient)
    {
        CheckGradient(parameters, gradient);
        CheckBatch(batch);
        Workspace<T> workspace = Pool.Rent();
        T value = GradientOver(parameters, batch, gradient, workspace);
        Pool.Return(workspace);
        return value;
    }

    /// <inheritdoc/>
    public T Value(VectorHandle<T> parameters, ReadOnlySpan<int> batch) => Value(HostVector<T>.Unwrap(parameters, nameof(parameters)), batch);

    /// <inheritdoc/>
    public T Gradient(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> gradient) =>
        Gradient(HostVector<T>.Unwrap(parameters, nameof(parameters)), batch, HostVector<T>.Unwrap(gradient, nameof(gradient)));

    /// <inheritdoc/>
    public StepOutcome<T> Step<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T> => Step(parameters, batch, state, rule, transform, []);

    /// <inheritdoc/>
    public virtual StepOutcome<T> Step<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform, ReadOnlySpan<int> next)
        where TRule : struct, IUpdateRule<T>
    {
        Span<T> point = CheckStep<TRule>(parameters, state, out Span<T> states);
        CheckBatch(batch);
        Workspace<T> workspace = Pool.Rent();
        StepOutcome<T> outcome;
        TouchedRows? named = NamesRows && Parts(batch.Length) == 1 ? workspace.Touched(Layout) : null;
        if (!transform.UpdatesAllRows && TouchesRows(named is null ? batch : [], workspace))
        {
            T value = named is null
                ? GradientOver(point, batch, workspace.GradientSums, workspace, isZero: true)
                : Reduced(AddGradientCore(point, new ExampleRows(batch, named), Weight(batch.Length), workspace.GradientSums, workspace.Scratch), batch.Length);
            outcome = RowUpdate.Apply(value, point, workspace.GradientSums, states, rule, transform, workspace.Touched(Layout));
        }
        else
        {
            T value = GradientOver(point, batch, workspace.Gradient, workspace, isZero: false, out T? squaredNorm, next);
            PartsRun<T>? sharing = squaredNorm is not null && MostThreads > 1 ? workspace.Parts(this) : null;
            outcome = FusedUpdate.Apply(value, point, workspace.Gradient, states, rule, transform, squaredNorm, sharing, RowsOf(next, workspace));
        }

        Pool.Return(workspace);
        return outcome;
    }

    /// <summary>The sum of the losses of some of the examples.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="rows">Which examples. Parts of one evaluation may run on several threads at once.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    protected abstract T SumCore(ReadOnlySpan<T> parameters, ExampleRows rows, Span<T> workspace);

    /// <summary>The sum of the losses of some of the examples; adds their gradients, each times a weight.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="rows">Which examples. Parts of one evaluation may run on several threads at once.</param>
    /// <param name="weight">The weight of an example in the gradient: one divided by the number of examples of the evaluation for a mean, one for a sum. The returned sum has none.</param>
    /// <param name="gradient">
    /// As long as the parameter vector, apart from it. Elements that the examples do not touch are neither read nor written. Those of
    /// <see cref="OverwrittenBlocks"/> are overwritten.
    /// </param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.GradientCore"/>.</param>
    protected abstract T AddGradientCore(ReadOnlySpan<T> parameters, ExampleRows rows, T weight, Span<T> gradient, Span<T> workspace);

    /// <summary>
    /// The blocks of <see cref="HostObjective{T}.Layout"/>, ascending, of which <see cref="AddGradientCore"/> writes every element and reads none that it has
    /// not written: their gradient is not cleared before. None by default.
    /// </summary>
    protected virtual ReadOnlySpan<int> OverwrittenBlocks => [];

    /// <summary>
    /// Names the rows of the parameters that a batch touches, where integers of the data choose them; parameters of which it never names
    /// a row are touched as a whole.
    /// </summary>
    /// <returns>False, which is the default, if every example touches all parameters.</returns>
    protected virtual bool TouchedRowsCore(ReadOnlySpan<int> batch, TouchedRows touched) => false;

    /// <summary>
    /// Whether <see cref="AddGradientCore"/> names, where <see cref="ExampleRows.AreNamed"/> asks for it, the rows that its examples touch. <see cref="TouchedRowsCore"/>,
    /// for no examples, then says only which blocks have the same rows. False by default.
    /// </summary>
    protected virtual bool NamesRows => false;

    /// <summary>Names the rows of the data that a batch reads, where they are worth fetching ahead: long ones. None by default.</summary>
    protected virtual void FetchCore(ReadOnlySpan<int> batch, RowFetch rows)
    {
    }

    // An update of a few vectors has no time for it.
    private RowFetch? RowsOf(ReadOnlySpan<int> batch, Workspace<T> workspace)
    {
        if (batch.IsEmpty || Layout.Length < LeastForFetching) return null;
        RowFetch rows = workspace.Rows;
        rows.Clear();
        FetchCore(batch, rows);
        return rows;
    }

    private bool TouchesRows(ReadOnlySpan<int> batch, Workspace<T> workspace)
    {
        TouchedRows touched = workspace.Touched(Layout);
        touched.Clear();
        return TouchedRowsCore(batch, touched);
    }

    private void CheckBatch(ReadOnlySpan<int> batch) => BatchCheck.Indices(batch, ExampleCount);
}
