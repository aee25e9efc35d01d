using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

internal enum Convexity : byte
{
    NotShown,
    Convex,
    StronglyConvex,
}

/// <summary>A bound that the elements of an argument have to keep for a certificate to hold.</summary>
/// <param name="Argument">Index of a scalar or array argument, [Constant] or data.</param>
/// <param name="IsUpper">Whether it must be at most <paramref name="Bound"/>; else at least.</param>
/// <param name="IsStrict">Whether equality is not enough; for strong convexity.</param>
internal readonly record struct ArgumentBound(int Argument, bool IsUpper, double Bound, bool IsStrict = false);

/// <summary>What Condition has proved of a loss as a function of its parameters.</summary>
/// <param name="Convexity">Jointly in all parameters, where the <paramref name="Bounds"/> hold.</param>
/// <param name="Bounds">What the proof takes of constants and data; checked when the objective is asked.</param>
/// <param name="StrictBounds">What strong convexity takes beyond that.</param>
/// <param name="Reasons">The steps of the proof in words, innermost first; or what stands in its way.</param>
/// <param name="Majorant">
/// Where second derivatives are bounded: the quadratic form q of the parameters with −∇²q ≤ ∇²ℓ ≤ ∇²q wherever one looks, as a loss of the
/// same arguments. The largest eigenvalue of ∇²q, which is constant, is a Lipschitz constant of the gradient.
/// </param>
internal sealed record CurvatureCertificate(
    Convexity Convexity,
    EquatableArray<ArgumentBound> Bounds,
    EquatableArray<ArgumentBound> StrictBounds,
    EquatableArray<string> Reasons,
    Function? Majorant)
{
    public static CurvatureCertificate None { get; } = new(
        Convexity.NotShown, EquatableArray<ArgumentBound>.Empty, EquatableArray<ArgumentBound>.Empty, EquatableArray<string>.Empty, null);
}
