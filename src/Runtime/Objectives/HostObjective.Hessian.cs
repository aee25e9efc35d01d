using System.Numerics;

namespace SymbolicGD;

public abstract partial class HostObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Lock patternLock = new();
    private HessianPattern? pattern;
    private bool hasPattern;

    /// <summary><paramref name="diagonal"/> is overwritten with the diagonal of the Hessian.</summary>
    /// <remarks>Costs one Hessian-vector product per color of the sparse Hessian, or per parameter where the Hessian is dense.</remarks>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void HessianDiagonal(ReadOnlySpan<T> parameters, Span<T> diagonal)
    {
        CheckProduct(parameters, parameters, diagonal);
        HessianPattern? sparse = Pattern();
        Workspace<T> workspace = pool.Rent();
        Span<T> direction = workspace.Direction, product = workspace.Gradient;
        direction.Clear();
        for (int c = 0; c < (sparse?.ColorCount ?? Layout.Length); c++)
        {
            if (sparse is null)
            {
                ProductWithUnit(c, parameters, direction, product, workspace);
                diagonal[c] = product[c];
                continue;
            }

            sparse.WriteDirection(c, direction);
            ProductAt(parameters, direction, product, workspace);
            foreach (int i in sparse.MembersOf(c))
            {
                diagonal[i] = product[i];                      // no two of a color are neighbours
            }
        }

        pool.Return(workspace);
    }

    /// <summary><paramref name="hessian"/> is overwritten with the whole Hessian, symmetric to the last bit.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="hessian">Row-major, n × n for n parameters.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void Hessian(ReadOnlySpan<T> parameters, Span<T> hessian)
    {
        int n = Layout.Length;
        CheckLength(parameters.Length, n, nameof(parameters));
        if (hessian.Length != (long)n * n)
        {
            throw new ArgumentException($"hessian has {hessian.Length} elements; the Hessian for {n} parameters has {(long)n * n}.", nameof(hessian));
        }

        if (parameters.Overlaps(hessian))
        {
            throw new ArgumentException("The Hessian overlaps the parameters; it needs memory of its own.", nameof(hessian));
        }

        if (Pattern() is not null)
        {
            SparseHessian(parameters).CopyTo(hessian);
            return;
        }

        Workspace<T> workspace = pool.Rent();
        workspace.Direction.Clear();
        for (int i = 0; i < n; i++)
        {
            ProductWithUnit(i, parameters, workspace.Direction, hessian.Slice(i * n, n), workspace);
        }

        pool.Return(workspace);
        T half = T.One / (T.One + T.One);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                ref T lower = ref hessian[(i * n) + j], upper = ref hessian[(j * n) + i];
                lower = upper = (half * lower) + (half * upper);
            }
        }
    }

    /// <summary>
    /// The Hessian in compressed rows, both triangles and the whole diagonal. Parameters that meet in no term of the objective have no entry. The
    /// pattern and its coloring are found at the first call and kept; a call costs one Hessian-vector product per color.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector.</exception>
    /// <exception cref="InvalidOperationException">
    /// The objective has first derivatives only (see <see cref="HasSecondOrder"/>), or its Hessian is dense and larger than an array can be.
    /// </exception>
    public SparseMatrix<T> SparseHessian(ReadOnlySpan<T> parameters)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        if (Pattern() is not { } sparse)
        {
            return DenseAsSparse(parameters);
        }

        var hessian = new SparseMatrix<T>(sparse.Starts, sparse.Columns);
        FillHessian(parameters, hessian, sparse);
        return hessian;
    }

    /// <summary>Overwrites a sparse Hessian of this objective with the one at another point; allocates nothing.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="hessian">A result of <see cref="SparseHessian(ReadOnlySpan{T})"/> of this objective.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the matrix has another pattern.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void SparseHessian(ReadOnlySpan<T> parameters, SparseMatrix<T> hessian)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        ArgumentNullException.ThrowIfNull(hessian);
        HessianPattern? sparse = Pattern();
        if (sparse is null && hessian.Rows == Layout.Length && hessian.EntryCount == (long)Layout.Length * Layout.Length)
        {
            Hessian(parameters, hessian.Entries);
            return;
        }

        if (sparse is null || !hessian.HasPattern(sparse.Starts))
        {
            throw new ArgumentException("The matrix has another pattern; pass one that SparseHessian of this objective returned.", nameof(hessian));
        }

        FillHessian(parameters, hessian, sparse);
    }

    /// <summary>How many Hessian-vector products a Hessian costs: the number of colors of its pattern.</summary>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public int HessianColorCount => Pattern()?.ColorCount ?? Layout.Length;

    private void FillHessian(ReadOnlySpan<T> parameters, SparseMatrix<T> hessian, HessianPattern sparse)
    {
        Workspace<T> workspace = pool.Rent();
        Span<T> direction = workspace.Direction, product = workspace.Gradient;
        for (int c = 0; c < sparse.ColorCount; c++)
        {
            sparse.WriteDirection(c, direction);
            ProductAt(parameters, direction, product, workspace);
            sparse.Read(c, product, hessian.Entries);
        }

        pool.Return(workspace);
    }

    private SparseMatrix<T> DenseAsSparse(ReadOnlySpan<T> parameters)
    {
        int n = Layout.Length;
        if ((long)n * n > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"The Hessian for {n} parameters is dense: {(long)n * n} entries are more than an array can hold. Use Hessian-vector products instead.");
        }

        var starts = new int[n + 1];
        var columns = new int[n * n];
        for (int i = 0; i < n; i++)
        {
            starts[i + 1] = starts[i] + n;
            for (int j = 0; j < n; j++)
            {
                columns[starts[i] + j] = j;
            }
        }

        var hessian = new SparseMatrix<T>(starts, columns);
        Hessian(parameters, hessian.Entries);
        return hessian;
    }

    // The direction is zero before and after.
    private void ProductWithUnit(int index, ReadOnlySpan<T> parameters, Span<T> direction, Span<T> product, Workspace<T> workspace)
    {
        direction[index] = T.One;
        ProductAt(parameters, direction, product, workspace);
        direction[index] = T.Zero;
    }

    /// <returns>The pattern, or null if the Hessian is dense.</returns>
    private HessianPattern? Pattern()
    {
        if (!HasSecondOrder)
        {
            throw FirstOrderOnly();
        }

        lock (patternLock)
        {
            if (!hasPattern)
            {
                var cliques = new HessianCliques(Layout.Length);
                RecordHessianCliques(cliques);
                pattern = HessianPattern.Create(cliques);
                hasPattern = true;
            }

            return pattern;
        }
    }
}
