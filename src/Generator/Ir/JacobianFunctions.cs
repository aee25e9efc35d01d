using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>The residuals of an example with the elements of their Jacobian that can differ from zero: the entries.</summary>
/// <param name="Values">Stores the residuals, and after them the entries, to the <see cref="BufferKind.Output"/> buffer.</param>
/// <param name="Columns">Accumulates into the gradient buffers at the index of each place, in their order.</param>
/// <param name="Starts">Where the entries of each residual begin, and last their number.</param>
/// <param name="Places">For each entry the number of its place: those of two residuals share places.</param>
internal sealed record JacobianFunctions(Function Values, Function Columns, EquatableArray<int> Starts, EquatableArray<int> Places);
