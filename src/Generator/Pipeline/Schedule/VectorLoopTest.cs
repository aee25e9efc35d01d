using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Whether a loop can be vectorized along its counter: every iteration is independent but for reductions, and every array
/// element that depends on the counter lies at counter + constant.
/// </summary>
internal static class VectorLoopTest
{
    /// <param name="addsAtSeveralPlaces">Whether it may add to one array at several places. Where other ways to run the loop are there, they are faster.</param>
    /// <returns>Null if it can; else why not.</returns>
    public static string? Refusal(Function function, FunctionIndex index, Loop loop, bool addsAtSeveralPlaces = false)
    {
        if (loop.Descending) return "it runs downwards";
        if (loop.EndsEarly) return "it may end early";
        HashSet<int> inside = loop.Body.DefinedValues();
        foreach (Carried carried in loop.Carried)
        {
            if (function.TypeOf(carried.Id) != function.Real) return "it carries a value that is not of the loss's type";
            if (loop.ReductionOf(carried, index) is null) return "it carries a value from one iteration to the next";
        }

        if (loop.Body.AllItems().Any(i => i.ElementAccess() is var (buffer, _) && function.Buffers[buffer].Growing)) return "it records into an array that grows";
        var accesses = new Dictionary<int, Accesses>();
        foreach (Item item in loop.Body.AllItems())
        {
            switch (item)
            {
                case Loop or Alloc:
                    return "it holds another loop or an array";
                case Let let:
                    if (RefusalOf(function, index, let, loop, inside) is { } refusal) return refusal;
                    break;
                case If branch when branch.Results.Items.Any(m => !function.TypeOf(m.Result).IsReal()):
                    return "a branch in it gives an integer or a truth value";
                case If branch when index.DefinitionOf(branch.Condition) is null:
                    return "a branch in it has no condition";
                case Load load:
                    if (function.TypeOf(load.Id) != function.Real) return "it reads values that are not of the loss's type";
                    if (Affine.Of(index, load.Index, loop.Counter, inside.Contains) is not { Coefficient: 0 or 1 } read) return "an array index in it is not counter + constant";
                    if (!Touch(load, read)) return "it reads elements that another iteration writes";
                    break;
                case Store store:
                    if (Affine.Of(index, store.Index, loop.Counter, inside.Contains) is not { Coefficient: 1 } stored) return "an array index in it is not counter + constant";
                    if (!Touch(store, stored)) return "two iterations touch one element";
                    if (function.Buffers[store.Buffer].Type != function.Real) return "it writes values that are not of the loss's type";
                    break;
                case Accumulate accumulate:
                    if (Affine.Of(index, accumulate.Index, loop.Counter, inside.Contains) is not { Coefficient: 1 } added) return "an array index in it is not counter + constant";
                    if (!Touch(accumulate, added)) return "two iterations touch one element";
                    if (function.Buffers[accumulate.Buffer].Type != function.Real) return "it writes values that are not of the loss's type";
                    break;
            }
        }

        return null;

        // Fine: one shift for all accesses; any reads where nothing is written; and additions at places that have nothing to do with each other, which are done
        // one vector after the other. Additions to neighbours are not worth it: each vector would wait for the one before to reach memory.
        bool Touch(Item item, Affine shift)
        {
            int buffer = item.ElementAccess()!.Value.Buffer;
            if (!accesses.TryGetValue(buffer, out Accesses? all)) accesses.Add(buffer, all = new Accesses());
            all.Add(item, shift);
            return all.Shifts.Count == 1 || !all.Writes || (addsAtSeveralPlaces && all.OnlyAdds && !all.HasNeighbours);
        }
    }

    /// <summary>What a loop does with an array.</summary>
    private sealed class Accesses
    {
        public List<Affine> Shifts { get; } = [];

        public bool Writes { get; private set; }

        public bool OnlyAdds { get; private set; } = true;

        public bool HasNeighbours { get; private set; }

        public void Add(Item item, Affine shift)
        {
            Writes |= item is not Load;
            OnlyAdds &= item is Accumulate;
            if (Shifts.Any(shift.SameShift)) return;
            HasNeighbours |= Shifts.Any(shift.SameTerms);
            Shifts.Add(shift);
        }
    }

    private static string? RefusalOf(Function function, FunctionIndex index, Let let, Loop loop, HashSet<int> inside)
    {
        ScalarType type = function.TypeOf(let.Id);
        if (type == ScalarType.I32)
        {
            return let.Op == Op.Const || Affine.Of(index, let.Id, loop.Counter, inside.Contains) is { Coefficient: 0 or 1 }
                ? null : "it computes with integers";
        }

        if (type.IsReal() && type != function.Real) return "it mixes float and double";
        if (let.Op == Op.Convert && function.TypeOf(let.A) == ScalarType.I32)
        {
            return Affine.Of(index, let.A, loop.Counter, inside.Contains) is { Coefficient: 0 or 1 } ? null : "it computes with integers";
        }

        if (let.Op == Op.Convert && function.TypeOf(let.A) != type) return "it mixes float and double";
        return let.Op.IsComparison() && !function.TypeOf(let.A).IsReal() ? "it compares integers" : null;
    }
}
