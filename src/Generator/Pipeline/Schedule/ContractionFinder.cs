using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>One inner loop, or one sum of it, that is a contraction.</summary>
/// <param name="Matrix">The item that touches the matrix: a load, or the accumulation of a gradient.</param>
/// <param name="Vector">The buffer with one index, the counter of the inner loop.</param>
/// <param name="Signal">For sums into arrays the factor from the outer loop; else -1.</param>
internal sealed record FoundContraction(ContractionKind Kind, Loop Inner, int MatrixBuffer, int IndexOfMatrix, MatrixIndex Index, int Vector, int Signal, Carried Sum);

/// <summary>
/// Recognizes, in a loop of the body of the loop over examples, inner loops that multiply a matrix which all examples share by a vector of the
/// example, or that add the product of a scalar and a vector to an array.
/// </summary>
internal sealed class ContractionFinder(Function function, FunctionIndex index, Loop examples, HashSet<int> varying)
{
    private readonly HashSet<int> _working = [.. examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer)];

    /// <summary>The contractions in a loop, per inner loop: all that the inner loop does, or nothing of it.</summary>
    public IReadOnlyList<FoundContraction> In(Loop outer)
    {
        if (outer.EndsEarly || !StartsAtZero(outer) || !IsLength(outer.To)) return [];
        var found = new List<FoundContraction>();
        HashSet<int> inside = [.. outer.Body.DefinedValues(), outer.Counter, .. outer.Carried.Items.Select(c => c.Id)];
        foreach (Loop inner in outer.Body.Items.OfType<Loop>())
        {
            if (inner.EndsEarly || !StartsAtZero(inner) || !IsLength(inner.To) || (inside.Contains(inner.To) && !index.IsConstant(inner.To))) continue;
            found.AddRange(inner.Carried.Count > 0 ? Sums(outer, inner, inside) : Accumulations(outer, inner, inside));
        }

        return found;
    }

    /// <summary>Σₖ M[j, k]·v[k].</summary>
    private List<FoundContraction> Sums(Loop outer, Loop inner, HashSet<int> inside)
    {
        var found = new List<FoundContraction>();
        if (inner.Body.Items.Any(i => i is not (Let or Load))) return [];
        foreach (Carried carried in inner.Carried)
        {
            if (function.TypeOf(carried.Id) != function.Real || index.UsesOf(carried.Id) != 1) return [];
            if (index.LetOf(carried.Next) is not { Op: Op.Add } sum || index.UsesOf(sum.Id) != 1 || (sum.A == carried.Id) == (sum.B == carried.Id)) return [];
            if (index.LetOf(sum.A == carried.Id ? sum.B : sum.A) is not { Op: Op.Mul } product || index.UsesOf(product.Id) != 1) return [];
            if (LoadIn(inner, product.A) is not { } a || LoadIn(inner, product.B) is not { } b) return [];
            FoundContraction? contraction = Of(a, b) ?? Of(b, a);
            if (contraction is null) return [];
            found.Add(contraction with { Sum = carried });
        }

        return found;

        FoundContraction? Of(Load matrix, Load vector) =>
            IsMatrix(matrix.Buffer) && IsVector(vector.Buffer) && vector.Index == inner.Counter && !Writes(outer, vector.Buffer)
            && IndexOf(matrix.Index, outer, inner, inside) is { } place
                ? new FoundContraction(ContractionKind.Forward, inner, matrix.Buffer, matrix.Index, place, vector.Buffer, -1, default) : null;
    }

    /// <summary>M[j, k] += s·v[k] and v[k] += s·M[j, k].</summary>
    private List<FoundContraction> Accumulations(Loop outer, Loop inner, HashSet<int> inside)
    {
        var found = new List<FoundContraction>();
        foreach (Item item in inner.Body.Items)
        {
            if (item is Let or Load) continue;
            if (item is not Accumulate accumulate || index.LetOf(accumulate.Value) is not { Op: Op.Mul } product) return [];
            FoundContraction? contraction = Of(accumulate, product.A, product.B) ?? Of(accumulate, product.B, product.A);
            if (contraction is null) return [];
            found.Add(contraction);
        }

        return found;

        FoundContraction? Of(Accumulate accumulate, int signal, int factor)
        {
            if (LoadIn(inner, factor) is not { } load || inner.Body.DefinedValues().Contains(signal) || signal == inner.Counter) return null;
            if (!varying.Contains(signal) || function.TypeOf(signal) != function.Real || function.Buffers[accumulate.Buffer].Type != function.Real) return null;
            if (function.Buffers[accumulate.Buffer].Kind == BufferKind.Gradient)
            {
                return IsVector(load.Buffer) && load.Index == inner.Counter && !Writes(outer, load.Buffer)
                    && IndexOf(accumulate.Index, outer, inner, inside) is { } place && HasWholeRows(place, outer, inner)
                        ? new FoundContraction(ContractionKind.Weights, inner, accumulate.Buffer, accumulate.Index, place, load.Buffer, signal, default) : null;
            }

            return IsMatrix(load.Buffer) && _working.Contains(accumulate.Buffer) && accumulate.Index == inner.Counter && !ReadsOrStores(outer, accumulate.Buffer)
                && IndexOf(load.Index, outer, inner, inside) is { } index
                    ? new FoundContraction(ContractionKind.Backward, inner, load.Buffer, load.Index, index, accumulate.Buffer, signal, default) : null;
        }
    }

    /// <summary>The place of an element, if one of the counters runs along the rows of a matrix and the other from row to row.</summary>
    private MatrixIndex? IndexOf(int value, Loop outer, Loop inner, HashSet<int> inside) =>
        MatrixIndex.Of(index, value, outer.Counter, inner.Counter, inside.Contains) is { OuterFactor: { } o, InnerFactor: { } i } place
        && (o == MatrixIndex.One) != (i == MatrixIndex.One) && place.Terms.All(t => !varying.Contains(t.Value))
        && (o == MatrixIndex.One || !varying.Contains(o)) && (i == MatrixIndex.One || !varying.Contains(i)) ? place : null;

    /// <summary>Rows of a result must not overlap: they are as long as the loop along them.</summary>
    private bool HasWholeRows(MatrixIndex place, Loop outer, Loop inner) => place.InnerFactor == MatrixIndex.One
        ? Same(place.OuterFactor!.Value, inner.To) : Same(place.InnerFactor!.Value, outer.To);

    private bool Same(int a, int b) => a == b
        || (index.LetOf(a) is { Op: Op.Extent or Op.Const } x && index.LetOf(b) is { } y && x.Op == y.Op && x.Payload == y.Payload);

    private bool IsMatrix(int buffer) =>
        function.Buffers[buffer] is { Kind: BufferKind.Parameter or BufferKind.Constant } info && info.Type == function.Real;

    private bool IsVector(int buffer) =>
        function.Buffers[buffer] is var info && info.Type == function.Real && !info.Growing
        && (_working.Contains(buffer) || (info.Kind == BufferKind.Data && function.Arguments[info.Argument].IsArray));

    private Load? LoadIn(Loop loop, int value) => index.DefinitionOf(value) is Load load && loop.Body.Items.Contains(load) ? load : null;

    /// <summary>Whether a number of iterations is known when the objective is constructed: an array of that length is part of the workspace.</summary>
    private bool IsLength(int value) => index.LetOf(value) is { } let && let.Op switch
    {
        Op.Const or Op.Extent => true,
        Op.Argument => let.Payload == SpecialArgument.ExampleCount || (let.Payload >= 0 && function.Arguments[(int)let.Payload].Role == ArgumentRole.Constant),
        _ => function.TypeOf(value) == ScalarType.I32 && let.Operands.Any() && let.Operands.All(IsLength),
    };

    private bool StartsAtZero(Loop loop) => index.LetOf(loop.From) is { Op: Op.Const, Payload: 0 };

    private static bool Writes(Loop loop, int buffer) => IrFacts.WrittenBuffers(loop.Body).Contains(buffer);

    private static bool ReadsOrStores(Loop loop, int buffer) => loop.Body.AllItems().Any(i => i switch
    {
        Load load => load.Buffer == buffer,
        Store store => store.Buffer == buffer,
        Alloc alloc => alloc.Buffer == buffer,
        _ => false,
    });
}
