using System.Numerics;

namespace SymbolicGD;

public abstract partial class ResidualObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary><paramref name="residuals"/> is overwritten with the residuals of all examples.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="residuals">As long as <see cref="ResidualCount"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    public void Residuals(ReadOnlySpan<T> parameters, Span<T> residuals)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        CheckResiduals(residuals.Length, nameof(residuals));
        CheckApart(parameters, residuals, nameof(residuals));
        Workspace<T> workspace = Pool.Rent();
        Reader reader = StartReader();
        for (int i = 0, at = 0; i < ExampleCount; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals: true, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++)
            {
                residuals[at++] = reader.Residual(k);
            }
        }

        Readers.Return(reader);
        Pool.Return(workspace);
    }

    /// <summary>
    /// <paramref name="jacobian"/> is overwritten with the Jacobian of the residuals: one row per residual, one column per parameter.
    /// </summary>
    /// <param name="parameters">The point.</param>
    /// <param name="jacobian">Row-major, <see cref="ResidualCount"/> × parameters.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    public void Jacobian(ReadOnlySpan<T> parameters, Span<T> jacobian) => DenseJacobian(parameters, jacobian, [], needsResiduals: false);

    /// <summary>The Jacobian of the residuals and the residuals, in one pass over the examples.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="jacobian">Overwritten; row-major, <see cref="ResidualCount"/> × parameters.</param>
    /// <param name="residuals">Overwritten; as long as <see cref="ResidualCount"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, or memory overlaps.</exception>
    public void Jacobian(ReadOnlySpan<T> parameters, Span<T> jacobian, Span<T> residuals)
    {
        CheckResiduals(residuals.Length, nameof(residuals));
        CheckApart(parameters, residuals, nameof(residuals));
        CheckApart(jacobian, residuals, nameof(residuals));
        DenseJacobian(parameters, jacobian, residuals, needsResiduals: true);
    }

    private void DenseJacobian(ReadOnlySpan<T> parameters, Span<T> jacobian, Span<T> residuals, bool needsResiduals)
    {
        int length = Layout.Length;
        CheckLength(parameters.Length, length, nameof(parameters));
        CheckMatrix(parameters, jacobian, ResidualCount, nameof(jacobian));
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        Reader reader = StartReader();
        if (reader.HasDenseRows)
        {
            reader.CopyAllEntries(parameters, jacobian, residuals, workspace.Scratch);
        }

        for (int i = 0, at = 0; i < ExampleCount && !reader.HasDenseRows; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++, at++)
            {
                Span<T> line = jacobian.Slice(at * length, length);
                if (needsResiduals)
                {
                    residuals[at] = reader.Residual(k);
                }

                if (reader.IsTiled)
                {
                    reader.CopyRow(k, line);
                    continue;
                }

                reader.Row(parameters, k, row, workspace.Scratch);
                row.Values.CopyTo(line);
                row.Clear();
            }
        }

        Readers.Return(reader);
        Rows.Return(row);
        Pool.Return(workspace);
    }

    /// <summary>The Jacobian in compressed rows: each row holds what its residual touches.</summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector.</exception>
    public SparseMatrix<T> SparseJacobian(ReadOnlySpan<T> parameters)
    {
        var jacobian = new SparseMatrix<T>(ResidualCount, Layout.Length);
        SparseJacobian(parameters, jacobian);
        return jacobian;
    }

    /// <summary>Overwrites a sparse Jacobian with the one at another point; allocates only where that one has more entries.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="jacobian">A result of <see cref="SparseJacobian(ReadOnlySpan{T})"/> of this objective.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the matrix has other extents.</exception>
    public void SparseJacobian(ReadOnlySpan<T> parameters, SparseMatrix<T> jacobian) => FillSparse(parameters, jacobian, []);

    /// <summary>Overwrites a sparse Jacobian with the one at another point and computes the residuals there, in one pass over the examples.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="jacobian">A result of <see cref="SparseJacobian(ReadOnlySpan{T})"/> of this objective.</param>
    /// <param name="residuals">Overwritten; as long as <see cref="ResidualCount"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, the matrix has other extents, or memory overlaps.</exception>
    public void SparseJacobian(ReadOnlySpan<T> parameters, SparseMatrix<T> jacobian, Span<T> residuals)
    {
        CheckResiduals(residuals.Length, nameof(residuals));
        CheckApart(parameters, residuals, nameof(residuals));
        FillSparse(parameters, jacobian, residuals);
    }

    // No residuals are wanted where there is no place for them.
    private void FillSparse(ReadOnlySpan<T> parameters, SparseMatrix<T> jacobian, Span<T> residuals)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        ArgumentNullException.ThrowIfNull(jacobian);
        if (jacobian.Rows != ResidualCount || jacobian.Columns != Layout.Length || !jacobian.CanAppend)
        {
            throw new ArgumentException(
                $"The matrix is none that SparseJacobian of this objective returned: those have {ResidualCount} × {Layout.Length} elements.", nameof(jacobian));
        }

        Workspace<T> workspace = Pool.Rent();
        Reader reader = StartReader();
        if (jacobian.HasEntriesOf(this))
        {
            // The columns are those of the data: only the values are new.
            reader.CopyAllEntries(parameters, jacobian.Entries, residuals, workspace.Scratch);
        }
        else
        {
            Append(parameters, jacobian, residuals, reader, workspace);
        }

        Readers.Return(reader);
        Pool.Return(workspace);
    }

    /// <summary><paramref name="product"/> is overwritten with J·<paramref name="direction"/>.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as <see cref="ResidualCount"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the product overlaps an argument.</exception>
    public void JacobianVectorProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        CheckLength(direction.Length, Layout.Length, nameof(direction));
        CheckResiduals(product.Length, nameof(product));
        CheckApart(parameters, product, nameof(product));
        CheckApart(direction, product, nameof(product));
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        Reader reader = StartReader();
        for (int i = 0, at = 0; i < ExampleCount; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals: false, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++)
            {
                reader.Row(parameters, k, row, workspace.Scratch);
                product[at++] = row.Dot(direction);
                row.Clear();
            }
        }

        Readers.Return(reader);
        Rows.Return(row);
        Pool.Return(workspace);
    }

    /// <summary><paramref name="product"/> is overwritten with Jᵀ·<paramref name="vector"/>. (Jᵀ·r, r the residuals, is the gradient.)</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="vector">As long as <see cref="ResidualCount"/>.</param>
    /// <param name="product">As long as the parameter vector.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the product overlaps an argument.</exception>
    public void JacobianTransposedProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> vector, Span<T> product)
    {
        CheckGradient(parameters, product);
        CheckResiduals(vector.Length, nameof(vector));
        CheckApart(vector, product, nameof(product));
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        Reader reader = StartReader();
        product.Clear();
        for (int i = 0, at = 0; i < ExampleCount; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals: false, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++)
            {
                reader.Row(parameters, k, row, workspace.Scratch);
                row.AddTo(product, vector[at++]);
                row.Clear();
            }
        }

        Readers.Return(reader);
        Rows.Return(row);
        Pool.Return(workspace);
    }

    /// <summary>The normal equations of a Gauss–Newton step, in one pass over the examples: JᵀJ and Jᵀr.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="matrix">Overwritten with JᵀJ, both triangles; row-major, n × n for n parameters.</param>
    /// <param name="vector">Overwritten with Jᵀr, the gradient.</param>
    /// <returns>The value of the objective, ½·Σ r².</returns>
    /// <exception cref="ArgumentException">A length is wrong, or memory overlaps.</exception>
    public T NormalEquations(ReadOnlySpan<T> parameters, Span<T> matrix, Span<T> vector)
    {
        int n = Layout.Length;
        CheckGradient(parameters, vector);
        CheckMatrix(parameters, matrix, n, nameof(matrix));
        CheckApart(vector, matrix, nameof(matrix));
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        Reader reader = StartReader();
        matrix.Clear();
        vector.Clear();
        T squares = T.Zero;
        for (int i = 0; i < ExampleCount; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals: true, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++)
            {
                T residual = reader.Residual(k);
                squares += residual * residual;
                reader.Row(parameters, k, row, workspace.Scratch);
                row.AddTo(vector, residual);
                row.AddSquareTo(matrix);
                row.Clear();
            }
        }

        Readers.Return(reader);
        Rows.Return(row);
        Pool.Return(workspace);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                matrix[(j * n) + i] = matrix[(i * n) + j];
            }
        }

        return squares / (T.One + T.One);
    }

    /// <summary>
    /// <paramref name="product"/> is overwritten with JᵀJ·<paramref name="direction"/>: the Gauss–Newton approximation of the Hessian times a vector,
    /// for methods that never form a matrix.
    /// </summary>
    /// <exception cref="ArgumentException">A length is wrong, or the product overlaps an argument.</exception>
    public void GaussNewtonProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckProduct(parameters, direction, product);
        Workspace<T> workspace = Pool.Rent();
        GradientRow<T> row = Rows.Rent();
        Reader reader = StartReader();
        product.Clear();
        for (int i = 0; i < ExampleCount; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals: false, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++)
            {
                reader.Row(parameters, k, row, workspace.Scratch);
                row.AddTo(product, row.Dot(direction));
                row.Clear();
            }
        }

        Readers.Return(reader);
        Rows.Return(row);
        Pool.Return(workspace);
    }

    private Reader StartReader()
    {
        Reader reader = Readers.Rent();
        reader.Start();
        return reader;
    }

    /// <summary>Appends all rows to an empty matrix.</summary>
    private void Append(ReadOnlySpan<T> parameters, SparseMatrix<T> jacobian, Span<T> residuals, Reader reader, Workspace<T> workspace)
    {
        GradientRow<T> row = Rows.Rent();
        jacobian.Restart();
        bool isDirect = reader.IsTiled;
        for (int i = 0; i < ExampleCount; i++)
        {
            reader.MoveTo(parameters, i, needsResiduals: !residuals.IsEmpty, workspace.Scratch);
            for (int k = 0; k < ResidualsPerExample; k++)
            {
                if (!residuals.IsEmpty)
                {
                    residuals[(i * ResidualsPerExample) + k] = reader.Residual(k);
                }

                if (reader.IsTiled && reader.TryColumns(k, out ReadOnlySpan<int> columns))
                {
                    reader.CopyEntries(k, jacobian.Append(columns));
                    continue;
                }

                isDirect = false;
                reader.Row(parameters, k, row, workspace.Scratch);
                jacobian.Append(row);
                row.Clear();
            }
        }

        jacobian.EntriesOf = isDirect ? this : null;
        Rows.Return(row);
    }

    private void CheckResiduals(int length, string name)
    {
        if (length != ResidualCount)
        {
            throw new ArgumentException($"{name} has {length} elements; there are {ResidualCount} residuals.", name);
        }
    }

    private static void CheckApart(ReadOnlySpan<T> argument, Span<T> result, string name)
    {
        if (argument.Overlaps(result))
        {
            throw new ArgumentException($"{name} overlaps an argument; it needs memory of its own.", name);
        }
    }
}
