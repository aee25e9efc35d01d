using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>
/// Replaces formulas that overflow or cancel by equal ones that do not. It runs before any derivative is taken, so that
/// the derivatives are those of the stable formula.
/// </summary>
internal static class ConditionStage
{
    /// <param name="stabilize">Whether the user allows it (<c>[Loss(Stabilize = false)]</c> does not).</param>
    public static (Function Function, EquatableArray<Rewrite> Rewrites) Run(Function function, bool stabilize)
    {
        if (!stabilize) return (function, EquatableArray<Rewrite>.Empty);
        var stabilizer = new Stabilizer(function);
        Function stable = stabilizer.Run();
        return (stable, stabilizer.Rewrites.Distinct().ToEquatableArray());
    }

    /// <summary>What can be proved of the curvature of a stable loss in its parameters.</summary>
    public static CurvatureCertificate Certify(Function loss) => CurvatureAnalysis.Certify(loss);

    /// <summary>The operations of a captured loss whose derivative may not be finite for finite inputs.</summary>
    /// <param name="stabilize">Whether formulas are replaced: what is replaced may be finite where the formula is not.</param>
    public static EquatableArray<Hazard> Hazards(Function function, bool stabilize)
    {
        var replaced = new HashSet<int>();
        if (stabilize)
        {
            var stabilizer = new Stabilizer(function);
            stabilizer.Run();
            replaced = stabilizer.Replaced;
        }

        return DomainAnalysis.Of(function, replaced);
    }
}
