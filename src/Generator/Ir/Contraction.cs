using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>Which sum a contraction runs over; M is a matrix that all examples share, v and s are arrays of an example.</summary>
internal enum ContractionKind : byte
{
    /// <summary>s[j] = Σₖ M[j, k]·v[k]: a layer.</summary>
    Forward,

    /// <summary>v[k] += Σⱼ M[j, k]·s[j]: the signal that goes back through it.</summary>
    Backward,

    /// <summary>M[j, k] += Σ s[j]·v[k] over the examples: the gradient of its weights.</summary>
    Weights,
}

/// <summary>
/// A nest of two loops in the body of the loop over examples, or in a loop there, that, for a block of examples, is one product of two matrices.
/// </summary>
/// <param name="Counter">The counter of the outer loop, j.</param>
/// <param name="Rows">The value that ends the outer loop: how many j there are.</param>
/// <param name="Columns">The value that ends the inner loop: how many k there are.</param>
/// <param name="Matrix">The buffer of M: element (j, k) has the index j·<paramref name="RowStride"/> + k·<paramref name="ColumnStride"/> + shift.</param>
/// <param name="RowStride">The value of the factor; -1 where it is one. One of the two is.</param>
/// <param name="ColumnStride">The value of the factor; -1 where it is one.</param>
/// <param name="Shift">What is added to the index, with signs.</param>
/// <param name="Constant">What is added to the index, too.</param>
/// <param name="Vector">The buffer of v: a working array, or the example's row of a data column.</param>
/// <param name="VectorShift">What is added to the index of v's elements, with signs.</param>
/// <param name="VectorConstant">What is added to it, too.</param>
/// <param name="Signal">The buffer of s, a working array.</param>
/// <param name="SignalShift">What is added to the index of s's elements, with signs: where a layer's sums are stored to an array that is kept.</param>
/// <param name="SignalConstant">What is added to it, too.</param>
internal sealed record Contraction(
    ContractionKind Kind, int Counter, int Rows, int Columns, int Matrix, int RowStride, int ColumnStride,
    EquatableArray<ShiftTerm> Shift, int Constant, int Vector, EquatableArray<ShiftTerm> VectorShift, int VectorConstant, int Signal, EquatableArray<ShiftTerm> SignalShift, int SignalConstant);

/// <summary>A value that an index adds, or subtracts, times another one or, with <see cref="MatrixIndex.One"/>, as it is.</summary>
internal readonly record struct ShiftTerm(int Value, int Sign, int Factor);
