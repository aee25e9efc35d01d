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

    /// <summary>What there is to say of operations of a captured loss.</summary>
    /// <param name="stabilize">Whether formulas are replaced: what is replaced may be finite where the formula is not.</param>
    public static Remarks RemarksOn(Function function, bool stabilize)
    {
        if (!stabilize) return new(DomainAnalysis.Of(function, []), EquatableArray<NamedForm>.Empty);
        var stabilizer = new Stabilizer(function);
        stabilizer.Run();
        return new(DomainAnalysis.Of(function, stabilizer.Replaced), stabilizer.Calls.Select(c => new NamedForm(c.Key, c.Value)).ToEquatableArray());
    }
}

/// <param name="Hazards">Operations whose derivative may not be finite for finite inputs.</param>
/// <param name="Forms">Operations that are replaced by what one call of a function would say.</param>
internal sealed record Remarks(EquatableArray<Hazard> Hazards, EquatableArray<NamedForm> Forms);

/// <summary>A function that says what an operation is computed as.</summary>
/// <param name="Value">The value id of the operation in the captured function.</param>
internal readonly record struct NamedForm(int Value, string Function);
