using System.Numerics;

namespace SymbolicGD;

public abstract partial class ExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Pool<GradientRow<T>>? rows;

    /// <summary><paramref name="product"/> is overwritten with the Hessian over a batch of examples times <paramref name="direction"/>.</summary>
    /// <exception cref="ArgumentException">A length is wrong, the product overlaps an argument, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HostObjective{T}.HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckProduct(parameters, direction, product);
        CheckBatch(batch);
        Workspace<T> workspace = Pool.Rent();
        ProductOver(parameters, batch, direction, product, workspace);
        Pool.Return(workspace);
    }

    /// <summary>The loss of one example; <paramref name="gradient"/> is overwritten with its gradient, not divided by the number of examples.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="example"/> is not the index of an example.</exception>
    public T ExampleGradient(ReadOnlySpan<T> parameters, int example, Span<T> gradient)
    {
        CheckGradient(parameters, gradient);
        CheckBatch([example]);
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        T loss = ExampleGradientCore(parameters, example, row, workspace.Scratch);
        row.Values.CopyTo(gradient);
        Return(row);
        Pool.Return(workspace);
        return loss;
    }

    /// <summary>The gradient of each example, one row each, not divided by the number of examples.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="gradients">Overwritten; row-major, examples × parameters.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    public void ExampleGradients(ReadOnlySpan<T> parameters, Span<T> gradients) => GradientsOf([], ExampleCount, parameters, gradients);

    /// <summary>The gradient of each example of a batch, one row each, not divided by the number of examples.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="batch">Indices of examples; an index may occur more than once.</param>
    /// <param name="gradients">Overwritten; row-major, indices × parameters.</param>
    /// <exception cref="ArgumentException">A length is wrong, the two overlap, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public void ExampleGradients(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradients)
    {
        CheckBatch(batch);
        GradientsOf(batch, batch.Length, parameters, gradients);
    }

    /// <summary>The gradient of each example in compressed rows, not divided by the number of examples: only what each example touches.</summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector.</exception>
    public SparseMatrix<T> SparseExampleGradients(ReadOnlySpan<T> parameters)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        var gradients = new SparseMatrix<T>(ExampleCount, Layout.Length);
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        for (int i = 0; i < ExampleCount; i++)
        {
            ExampleGradientCore(parameters, i, row, workspace.Scratch);
            gradients.Append(row);
            row.Clear();
        }

        Rows.Return(row);
        Pool.Return(workspace);
        return gradients;
    }

    /// <summary>
    /// <paramref name="product"/> is overwritten with the empirical Fisher matrix times <paramref name="direction"/>: Σ gᵢ·(gᵢ·d) over the gradients
    /// gᵢ of the examples, divided by their number where the objective is a mean.
    /// </summary>
    /// <exception cref="ArgumentException">A length is wrong, or the product overlaps an argument.</exception>
    public void EmpiricalFisherProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckProduct(parameters, direction, product);
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        product.Clear();
        for (int i = 0; i < ExampleCount; i++)
        {
            ExampleGradientCore(parameters, i, row, workspace.Scratch);
            row.AddTo(product, row.Dot(direction));
            row.Clear();
        }

        Rows.Return(row);
        Pool.Return(workspace);
        if (Reduction == Reduction.Mean)
        {
            VectorKernels.Scale(product, T.One / T.CreateChecked(ExampleCount));
        }
    }

    /// <summary>Adds the Hessians of some of the examples, times a vector and each times a weight. An objective that overrides it is also declared <see cref="ITwiceDifferentiable{T}"/>.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="rows">Which examples. Parts of one evaluation may run on several threads at once.</param>
    /// <param name="weight">As for <see cref="AddGradientCore"/>.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as the parameter vector, apart from the arguments.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    protected virtual void AddHessianVectorProductCore(
        ReadOnlySpan<T> parameters, ExampleRows rows, T weight, ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace) => throw FirstOrderOnly();

    /// <summary>
    /// The loss and the gradient of one example, neither divided by the number of examples. By default the gradient over a batch of one, with
    /// the elements touched that <see cref="TouchCore"/> names, or all.
    /// </summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="example">The index of an example, checked.</param>
    /// <param name="row">Empty; receives the gradient.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    /// <returns>The loss of the example.</returns>
    protected virtual T ExampleGradientCore(ReadOnlySpan<T> parameters, int example, GradientRow<T> row, Span<T> workspace)
    {
        ArgumentNullException.ThrowIfNull(row);
        Span<T> gradient = TouchCore(example, row) ? row.Elements : row.Range(0, row.Length);
        return AddGradientCore(parameters, new ExampleRows([example]), T.One, gradient, workspace);
    }

    /// <summary>Touches the elements of the gradient that an example may change, where its data say which they are.</summary>
    /// <param name="example">The index of an example, checked.</param>
    /// <param name="row">Empty.</param>
    /// <returns>False, which is the default, if every element may change.</returns>
    protected virtual bool TouchCore(int example, GradientRow<T> row) => false;

    private protected Pool<GradientRow<T>> Rows => rows ?? Interlocked.CompareExchange(ref rows, CreateRows(), null) ?? rows;

    private void Return(GradientRow<T> row)
    {
        row.Clear();
        Rows.Return(row);
    }

    // An empty batch stands for all examples.
    private void GradientsOf(ReadOnlySpan<int> batch, int count, ReadOnlySpan<T> parameters, Span<T> gradients)
    {
        int length = Layout.Length;
        CheckLength(parameters.Length, length, nameof(parameters));
        CheckMatrix(parameters, gradients, count, nameof(gradients));
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        for (int k = 0; k < count; k++)
        {
            ExampleGradientCore(parameters, batch.IsEmpty ? k : batch[k], row, workspace.Scratch);
            row.Values.CopyTo(gradients.Slice(k * length, length));
            row.Clear();
        }

        Rows.Return(row);
        Pool.Return(workspace);
    }

    private protected void CheckMatrix(ReadOnlySpan<T> parameters, Span<T> matrix, int rows, string name)
    {
        if (matrix.Length != (long)rows * Layout.Length)
        {
            throw new ArgumentException(
                $"{name} has {matrix.Length} elements; {rows} rows of {Layout.Length} parameters need {(long)rows * Layout.Length}.", name);
        }

        if (parameters.Overlaps(matrix))
        {
            throw new ArgumentException($"{name} overlaps the parameters; it needs memory of its own.", name);
        }
    }

    private Pool<GradientRow<T>> CreateRows()
    {
        int length = Layout.Length;
        return new Pool<GradientRow<T>>(() => new GradientRow<T>(length));
    }
}
