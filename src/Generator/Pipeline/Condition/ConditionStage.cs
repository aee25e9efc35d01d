using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>A replacement that was made, as the header of the generated file shows it.</summary>
/// <param name="From">The formula as the user wrote it, in mathematical notation.</param>
/// <param name="To">What is computed instead.</param>
/// <param name="Reason">Why: what the formula loses in floating point that the replacement keeps.</param>
internal readonly record struct Rewrite(string From, string To, string Reason);

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
}
