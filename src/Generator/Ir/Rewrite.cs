namespace SymbolicGD.Generator.Ir;

/// <summary>A formula that Condition has replaced, as the header of the generated file shows it.</summary>
/// <param name="From">The formula as the user wrote it, in mathematical notation.</param>
/// <param name="To">What is computed instead.</param>
/// <param name="Reason">Why: what the formula loses in floating point that the replacement keeps.</param>
internal readonly record struct Rewrite(string From, string To, string Reason);
