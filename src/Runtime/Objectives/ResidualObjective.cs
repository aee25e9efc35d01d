using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A least-squares objective: ½·Σ r², over the residuals of all examples, not divided by their number (the convention of Ceres and SciPy). It
/// is what Gauss–Newton methods minimize; for every other solver it is an ordinary objective.
/// </summary>
/// <remarks>Row i·m + k of residuals and Jacobian is output k of example i, where m is <see cref="ResidualsPerExample"/>.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract partial class ResidualObjective<T> : ExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Pool<T[]> residuals;

    /// <param name="layout">The named blocks of the parameter vector.</param>
    /// <param name="exampleCount">The number of examples, 1 or more.</param>
    /// <param name="residualsPerExample">How many residuals each example has, 1 or more.</param>
    /// <param name="workspaceLength">How many elements of scratch memory a call needs.</param>
    protected ResidualObjective(ParameterLayout layout, int exampleCount, int residualsPerExample, int workspaceLength)
        : base(layout, exampleCount, workspaceLength, Reduction.Sum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(residualsPerExample);
        ResidualsPerExample = residualsPerExample;
        ResidualCount = checked(exampleCount * residualsPerExample);
        residuals = new Pool<T[]>(() => new T[residualsPerExample]);
    }

    /// <summary>The number m of residuals of one example.</summary>
    public int ResidualsPerExample { get; }

    /// <summary>The number of all residuals: examples times <see cref="ResidualsPerExample"/>.</summary>
    public int ResidualCount { get; }

    /// <summary>The residuals of one example.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="example">The index of an example, checked.</param>
    /// <param name="residuals">As long as <see cref="ResidualsPerExample"/>, of undefined content: every element is to be overwritten.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    /// <remarks>To be overridden unless <see cref="EntryStarts"/> is, as is the next.</remarks>
    protected virtual void ResidualCore(ReadOnlySpan<T> parameters, int example, Span<T> residuals, Span<T> workspace)
    {
        Reader reader = Readers.Rent();
        reader.MoveToOne(parameters, example, workspace);
        for (int k = 0; k < residuals.Length; k++)
        {
            residuals[k] = reader.Residual(k);
        }

        Readers.Return(reader);
    }

    /// <summary>The gradient of one residual: one row of the Jacobian.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="example">The index of an example, checked.</param>
    /// <param name="output">Which residual of the example.</param>
    /// <param name="row">Empty; receives the gradient.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    protected virtual void ResidualRowCore(ReadOnlySpan<T> parameters, int example, int output, GradientRow<T> row, Span<T> workspace)
    {
        ArgumentNullException.ThrowIfNull(row);
        Reader reader = Readers.Rent();
        reader.MoveToOne(parameters, example, workspace);
        reader.Row(parameters, output, row, workspace);
        Readers.Return(reader);
    }

    /// <inheritdoc/>
    protected override T SumCore(ReadOnlySpan<T> parameters, ExampleRows rows, Span<T> workspace)
    {
        T[] r = residuals.Rent();
        T squares = T.Zero;
        for (int i = 0; i < rows.Count; i++)
        {
            ResidualCore(parameters, rows[i], r, workspace);
            squares += VectorKernels.Dot<T>(r, r);
        }

        residuals.Return(r);
        return squares / (T.One + T.One);
    }

    /// <inheritdoc/>
    protected override T AddGradientCore(ReadOnlySpan<T> parameters, ExampleRows rows, T weight, Span<T> gradient, Span<T> workspace)
    {
        GradientRow<T> row = Rows.Rent();
        T value = T.Zero;
        for (int i = 0; i < rows.Count; i++)
        {
            value += ExampleGradientCore(parameters, rows[i], row, workspace);
            row.AddTo(gradient, weight);
            row.Clear();
        }

        Rows.Return(row);
        return value;
    }

    /// <inheritdoc/>
    /// <remarks>The sum of the rows of the example's Jacobian, each times its residual; touched is what they touch.</remarks>
    protected override T ExampleGradientCore(ReadOnlySpan<T> parameters, int example, GradientRow<T> row, Span<T> workspace)
    {
        ArgumentNullException.ThrowIfNull(row);
        Reader reader = Readers.Rent();
        GradientRow<T> part = Rows.Rent();
        reader.Start();
        reader.MoveToOne(parameters, example, workspace);
        T squares = T.Zero;
        for (int k = 0; k < ResidualsPerExample; k++)
        {
            T residual = reader.Residual(k);
            reader.Row(parameters, k, part, workspace);
            foreach (int index in part.Touched)
            {
                row.Add(index, residual * part[index]);
            }

            part.Clear();
            squares += residual * residual;
        }

        Rows.Return(part);
        Readers.Return(reader);
        return squares / (T.One + T.One);
    }
}
