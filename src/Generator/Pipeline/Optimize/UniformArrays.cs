using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// An array that is made for each example, and whose elements are the same for all of them, is not made: its elements are computed again where they are read,
/// if that takes a few operations.
/// </summary>
/// <remarks>
/// <code>
/// examples: for k: { alloc v; for i: v[i] = −d[k, i]; … v[j] … }
/// </code>
/// becomes −d[k, j]. Derivatives along a direction leave such arrays: that of x − μ does not depend on x. What is computed from the direction alone is then seen to be.
/// </remarks>
internal sealed class UniformArrays : IrRewriter
{
    /// <summary>Elements that are read count, too; indices are computed in front of loops, as a rule.</summary>
    private const int MostOperations = 4;

    private readonly FunctionIndex _index;
    private readonly UniformValues? _uniform;
    private readonly HashSet<int> _written;
    private readonly Dictionary<int, (Loop Fill, int Value)> _found = [];

    private UniformArrays(Function function) : base(function)
    {
        _index = new FunctionIndex(function);
        _written = [];
        if (function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples || !examples.Body.AllItems().Any(i => i is Alloc)) return;
        _uniform = new UniformValues(function, _index, examples);
        _written = [.. IrFacts.WrittenBuffers(examples.Body)];
        Search(examples.Body);
    }

    public static Function Run(Function function)
    {
        var pass = new UniformArrays(function);
        return pass._found.Count == 0 ? function : pass.Run();
    }

    /// <summary>What an element is where it is read. The store stays, for nobody.</summary>
    protected override int RewriteLoad(Load load)
    {
        if (!_found.TryGetValue(load.Buffer, out (Loop Fill, int Value) found)) return base.RewriteLoad(load);
        var copies = new Dictionary<int, int> { [found.Fill.Counter] = Map(load.Index) };
        HashSet<int> inside = found.Fill.Body.DefinedValues();
        return Copy(found.Value);

        int Copy(int value)
        {
            if (value < 0) return -1;
            if (copies.TryGetValue(value, out int known)) return known;
            if (!inside.Contains(value)) return Map(value);
            return copies[value] = _index.DefinitionOf(value) switch
            {
                Let let => Builder.Let(let.Op, Source.TypeOf(value), Copy(let.A), Copy(let.B), Copy(let.C), let.Payload),
                Load element => Builder.Load(element.Buffer, Copy(element.Index)),
                _ => throw new InvalidOperationException("The element was made of operations and elements when it was recognized."),
            };
        }
    }

    private void Search(Region region)
    {
        for (int k = 0; k < region.Items.Count; k++)
        {
            if (region.Items[k] is Alloc alloc) Recognize(alloc, region, k);
            foreach (Region nested in IrFacts.Regions(region.Items[k])) Search(nested);
        }
    }

    /// <summary>One loop beside the array's beginning fills all of it, and all that reads it stands behind that loop.</summary>
    private void Recognize(Alloc alloc, Region region, int at)
    {
        if (Source.Buffers[alloc.Buffer] is { Growing: true }) return;
        int fill = -1;
        for (int k = at + 1; k < region.Items.Count && fill < 0; k++)
        {
            if (region.Items[k] is Loop loop && loop.Body.Items.OfType<Store>().Any(s => s.Buffer == alloc.Buffer)) fill = k;
        }

        if (fill < 0) return;
        var filled = (Loop)region.Items[fill];
        Store store = filled.Body.Items.OfType<Store>().First(s => s.Buffer == alloc.Buffer);
        if (!_uniform!.RunsOverExtent(filled) || !_uniform.Same(filled.To, alloc.Length) || store.Index != filled.Counter || !IsCheap(store.Value, filled)) return;
        int behind = region.Items.Skip(fill + 1).SelectMany(i => IrFacts.Regions(i).SelectMany(IrFacts.Walk).Prepend(i)).Count(i => i is Load load && load.Buffer == alloc.Buffer);
        int all = IrFacts.Walk(Source.Body).Count(i => i.ElementAccess() is (int buffer, _) && buffer == alloc.Buffer);
        if (behind > 0 && behind + 1 == all) _found.Add(alloc.Buffer, (filled, store.Value));
    }

    private bool IsCheap(int value, Loop fill)
    {
        int left = MostOperations;
        HashSet<int> inside = [.. fill.Body.DefinedValues(), .. fill.Carried.Items.Select(c => c.Id)];
        return Is(value);

        bool Is(int v)
        {
            if (v < 0 || v == fill.Counter) return true;
            if (_uniform!.Varying.Contains(v)) return false;
            if (!inside.Contains(v) || _index.IsConstant(v)) return true;
            return (Source.TypeOf(v) == ScalarType.I32 || left-- > 0) && _index.DefinitionOf(v) switch
            {
                Let { Op: Op.Argument or Op.Extent or Op.Neg or Op.Add or Op.Sub or Op.Mul } let => Is(let.A) && Is(let.B),
                Load load => !_written.Contains(load.Buffer) && Is(load.Index),
                _ => false,
            };
        }
    }
}
