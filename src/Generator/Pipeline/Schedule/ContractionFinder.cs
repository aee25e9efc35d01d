using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>One inner loop, or one sum of it, that is a contraction.</summary>
/// <param name="Matrix">The item that touches the matrix: a load, or the accumulation of a gradient.</param>
/// <param name="Vector">The load or the accumulation of the vector; its index is the counter of the inner loop, and a shift.</param>
/// <param name="Signal">For sums into arrays the factor from the outer loop; else -1.</param>
internal sealed record FoundContraction(ContractionKind Kind, Loop Inner, int MatrixBuffer, int IndexOfMatrix, MatrixIndex Index, VectorPlace Vector, int Signal, Carried Sum);

/// <summary>The elements of an array that the counter of an inner loop runs along.</summary>
/// <param name="IndexValue">The value of the index.</param>
internal sealed record VectorPlace(int Buffer, int IndexValue, MatrixIndex Index);

/// <summary>
/// Recognizes, in a loop of the body of the loop over examples, inner loops that multiply a matrix which all examples share by a vector of the
/// example, or that add the product of a scalar and a vector to an array.
/// </summary>
/// <param name="except">Arrays of the examples together that products may not be added to.</param>
internal sealed class ContractionFinder(Function function, FunctionIndex index, Loop examples, HashSet<int> varying, HashSet<int> except)
{
    private readonly HashSet<int> _working = [.. examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer)];

    // Arrays that parameters alone decide, filled once before the examples.
    private readonly HashSet<int> _shared = [.. function.Body.Items.OfType<Alloc>().Select(a => a.Buffer)];
    private readonly HashSet<int> _written = [.. IrFacts.WrittenBuffers(examples.Body)];

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
            if (index.LetOf(carried.Next) is not { Op: Op.Add } sum || index.UsesOf(sum.Id) != 1) return [];
            foreach (int term in Terms(carried.Next).Where(t => t != carried.Id))
            {
                if (index.LetOf(term) is not { Op: Op.Mul } product || index.UsesOf(product.Id) != 1) return [];
                if (LoadIn(inner, product.A) is not { } a || LoadIn(inner, product.B) is not { } b) return [];
                FoundContraction? contraction = Of(a, b) ?? Of(b, a);
                if (contraction is null) return [];
                found.Add(contraction with { Sum = carried });
            }
        }

        return found;

        FoundContraction? Of(Load matrix, Load vector) =>
            IsMatrix(matrix.Buffer) && IsVector(vector.Buffer) && !Writes(outer, vector.Buffer) && Along(vector.Buffer, vector.Index, outer, inner, inside) is { } elements
            && IndexOf(matrix.Index, outer, inner, inside) is { } place
                ? new FoundContraction(ContractionKind.Forward, inner, matrix.Buffer, matrix.Index, place, elements, -1, default) : null;
    }

    /// <summary>M[j, k] += s·v[k] and v[k] += s·M[j, k].</summary>
    private List<FoundContraction> Accumulations(Loop outer, Loop inner, HashSet<int> inside)
    {
        var found = new List<FoundContraction>();
        foreach (Item item in inner.Body.Items)
        {
            if (item is Let or Load) continue;
            if (item is not Accumulate accumulate) return [];
            foreach (int term in Terms(accumulate.Value))
            {
                if (ProductOf(term) is not { } product) return [];
                FoundContraction? contraction = Of(accumulate, product.A, product.B) ?? Of(accumulate, product.B, product.A);
                if (contraction is null) return [];
                found.Add(contraction);
            }
        }

        return found;

        FoundContraction? Of(Accumulate accumulate, int signal, int factor)
        {
            if (LoadIn(inner, factor) is not { } load || inner.Body.DefinedValues().Contains(signal) || signal == inner.Counter) return null;
            if (!varying.Contains(signal) || function.TypeOf(signal) != function.Real || function.Buffers[accumulate.Buffer].Type != function.Real) return null;
            if (IsGradient(accumulate.Buffer))
            {
                return !except.Contains(accumulate.Buffer) && IsVector(load.Buffer) && !Writes(outer, load.Buffer) && Along(load.Buffer, load.Index, outer, inner, inside) is { } elements
                    && IndexOf(accumulate.Index, outer, inner, inside) is { } place
                    && (HasWholeRows(place, outer, inner) || function.Buffers[accumulate.Buffer].Triangle != Triangle.None)
                        ? new FoundContraction(ContractionKind.Weights, inner, accumulate.Buffer, accumulate.Index, place, elements, signal, default) : null;
            }

            return IsMatrix(load.Buffer) && _working.Contains(accumulate.Buffer) && !ReadsOrStores(outer, accumulate.Buffer)
                && Along(accumulate.Buffer, accumulate.Index, outer, inner, inside) is { } sums && IndexOf(load.Index, outer, inner, inside) is { } index
                    ? new FoundContraction(ContractionKind.Backward, inner, load.Buffer, load.Index, index, sums, signal, default) : null;
        }
    }

    /// <summary>What a sum adds up, itself used once: the derivative of a product along a direction is the sum of two.</summary>
    private IEnumerable<int> Terms(int value) =>
        index.LetOf(value) is { Op: Op.Add } sum && index.UsesOf(value) == 1 ? Terms(sum.A).Concat(Terms(sum.B)) : [value];

    /// <summary>
    /// The product that is added, be it guarded, 0 ≠ s ? s·m : 0. The guard is dropped: it keeps 0·∞ from a gradient whose loss was finite, where a
    /// matrix that all examples share has overflowed.
    /// </summary>
    private Let? ProductOf(int value) => index.LetOf(value) switch
    {
        { Op: Op.Mul } product => product,
        { Op: Op.Select } select when index.LetOf(select.C) is { Op: Op.Const, Payload: 0 } && index.LetOf(select.B) is { Op: Op.Mul } product
            && index.LetOf(select.A) is { Op: Op.Ne } guard && (IsZero(guard.A) ? guard.B : IsZero(guard.B) ? guard.A : -1) is var signal
            && (signal == product.A || signal == product.B) => product,
        _ => null,
    };

    private bool IsZero(int value) => index.LetOf(value) is { Op: Op.Const, Payload: 0 };

    /// <summary>The elements that the counter of the inner loop runs along one by one, from a place that all examples share.</summary>
    private VectorPlace? Along(int buffer, int value, Loop outer, Loop inner, HashSet<int> inside)
    {
        if (MatrixIndex.Of(index, value, outer.Counter, inner.Counter, inside.Contains) is not { OuterFactor: null, InnerFactor: MatrixIndex.One } place) return null;
        if (place.Terms.Any(t => varying.Contains(t.Value) || (t.Factor >= 0 && varying.Contains(t.Factor)))) return null;
        return function.Buffers[buffer].Kind == BufferKind.Data && (place.Constant != 0 || place.Terms.Count > 0) ? null : new VectorPlace(buffer, value, place);
    }

    /// <summary>The place of an element, if one of the counters runs along the rows of a matrix and the other from row to row.</summary>
    private MatrixIndex? IndexOf(int value, Loop outer, Loop inner, HashSet<int> inside) =>
        MatrixIndex.Of(index, value, outer.Counter, inner.Counter, inside.Contains) is { OuterFactor: { } o, InnerFactor: { } i } place
        && (o == MatrixIndex.One) != (i == MatrixIndex.One) && place.Terms.All(t => !varying.Contains(t.Value) && (t.Factor < 0 || !varying.Contains(t.Factor)))
        && (o == MatrixIndex.One || !varying.Contains(o)) && (i == MatrixIndex.One || !varying.Contains(i)) ? place : null;

    /// <summary>Rows of a result must not overlap: they are as long as the loop along them.</summary>
    private bool HasWholeRows(MatrixIndex place, Loop outer, Loop inner) => place.InnerFactor == MatrixIndex.One
        ? Same(place.OuterFactor!.Value, inner.To) : Same(place.InnerFactor!.Value, outer.To);

    private bool Same(int a, int b) => a == b
        || (index.LetOf(a) is { Op: Op.Extent or Op.Const } x && index.LetOf(b) is { } y && x.Op == y.Op && x.Payload == y.Payload);

    private bool IsMatrix(int buffer) => function.Buffers[buffer] is var info && info.Type == function.Real
        && (info.Kind is BufferKind.Parameter or BufferKind.Constant or BufferKind.Direction || (_shared.Contains(buffer) && !info.Growing && !_written.Contains(buffer)));

    /// <summary>Whether it is the gradient of what all examples share, to which the examples only add.</summary>
    private bool IsGradient(int buffer) => function.Buffers[buffer].Kind == BufferKind.Gradient || (_shared.Contains(buffer) && !ReadsOrStores(examples, buffer));

    private bool IsVector(int buffer) =>
        function.Buffers[buffer] is var info && info.Type == function.Real && !info.Growing
        && (_working.Contains(buffer) || (info.Kind == BufferKind.Data && function.Arguments[info.Argument].IsArray));

    private Load? LoadIn(Loop loop, int value) => index.DefinitionOf(value) is Load load && loop.Body.Items.Contains(load) ? load : null;

    /// <summary>Whether a number of iterations is known when the objective is constructed: an array of that length is part of the workspace.</summary>
    public bool IsLength(int value) => index.LetOf(value) is { } let && let.Op switch
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
