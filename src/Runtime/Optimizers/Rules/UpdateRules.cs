namespace SymbolicGD;

/// <summary>
/// The built-in update rules, in the form in which users write theirs: from each, the optimizer class of the same name is generated. Formulas,
/// defaults and the place of epsilon are PyTorch's.
/// </summary>
public static partial class UpdateRules;
