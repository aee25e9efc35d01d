using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A diagonal model B of the Hessian, which each step corrects: where the recursion of L-BFGS starts from, so that parameters may have units of their own.
/// </summary>
/// <remarks>
/// The diagonal of the BFGS update, after B is made as large as the step's curvature says: B ← (yᵀB⁻¹y/sᵀy)·B, then B ← B + y²/sᵀy − (B·s)²/sᵀB·s, squares taken element by
/// element (Gilbert and Lemaréchal 1989: the diagonal mode of M1QN3). Positive but for rounding; where that fails, the direction does not
/// descend, and the descent clears its memory, this included.
/// </remarks>
internal sealed class DiagonalModel<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly VectorHandle<T> diagonal;
    private readonly VectorHandle<T> scratch;
    private bool isEmpty = true;

    public DiagonalModel(IObjective<T> objective)
    {
        diagonal = objective.CreateVector();
        scratch = objective.CreateVector();
    }

    public void Clear() => isEmpty = true;

    /// <summary>Learns from a step s and the gradient difference y along it, with sᵀy above zero.</summary>
    public void Update(VectorHandle<T> s, VectorHandle<T> y, T curvature)
    {
        if (!isEmpty)
        {
            scratch.SetToQuotient(y, diagonal);
            Resize(scratch.Dot(y) / curvature);
        }

        if (isEmpty)
        {
            diagonal.Fill(T.One);
            isEmpty = false;
            Resize(y.Dot(y) / curvature);
        }

        scratch.SetToProduct(diagonal, s);
        T modelled = scratch.Dot(s);
        if (!(modelled > T.Zero) || !T.IsFinite(T.One / modelled))
        {
            Clear();        // serves once more as it is, and begins anew with the next step
            return;
        }

        scratch.SetToProduct(scratch, scratch);
        diagonal.AddScaled(-T.One / modelled, scratch);
        scratch.SetToProduct(y, y);
        diagonal.AddScaled(T.One / curvature, scratch);
    }

    /// <summary>d ← B⁻¹·d.</summary>
    public void Divide(VectorHandle<T> d) => d.SetToQuotient(d, diagonal);

    public void Dispose()
    {
        diagonal.Dispose();
        scratch.Dispose();
    }

    // What overflowed, or lost its sign to rounding, is forgotten.
    private void Resize(T factor)
    {
        isEmpty = !(factor > T.Zero) || !T.IsFinite(factor);
        if (!isEmpty) diagonal.Scale(factor);
    }
}
