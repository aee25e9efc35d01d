using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Plans the body of the loop over examples for a block of examples: which values differ from example to example, which
/// inner loops run along their own counter for a few rows at a time, and which run with a vector across the block.
/// </summary>
internal sealed class BlockPlanner
{
    // An exponential for one example costs what the lane-by-lane way costs for some elements; beyond these, blocks win.
    private const int MostScalarTranscendentals = 4;
    private const int FewElements = 8;

    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly Loop _examples;
    private readonly HashSet<int> _varying;
    private readonly HashSet<int> _sharedBuffers;

    public BlockPlanner(Function function, FunctionIndex index, Loop examples)
    {
        _function = function;
        _index = index;
        _examples = examples;
        _sharedBuffers = new HashSet<int>(function.Body.Items.Items.OfType<Alloc>().Select(a => a.Buffer));
        _varying = VaryingValues.Of(function, examples);
    }

    /// <returns>Null if the body can run in blocks; else why not.</returns>
    public string? Refusal()
    {
        foreach (Carried carried in _examples.Carried)
        {
            if (_examples.ReductionOf(carried, _index) != Op.Add) return "a value is carried from example to example";
        }

        return Refusal(_examples.Body, underBranch: false) ?? RowsNamedByData();
    }

    /// <summary>
    /// Rows of the parameters that data name lie side by side for one example, and anywhere for a block: where the loops over them are the work,
    /// one example at a time reads and adds whole vectors, and a block lane by lane (matrix factorization of rank 16: 8 times as long).
    /// </summary>
    private string? RowsNamedByData()
    {
        List<Loop> innermost = [.. _examples.Body.AllItems().OfType<Loop>().Where(l => !l.Body.AllItems().OfType<Loop>().Any())];
        if (!innermost.Any(RunsOverRowNamedByData) || innermost.Any(l => VectorLoopTest.Refusal(_function, _index, l) is not null)) return null;
        HashSet<int> inLoops = [.. innermost.SelectMany(l => l.Body.DefinedValues())];
        int transcendental = _examples.Body.AllItems().OfType<Let>().Count(l => l.Op.IsTranscendental() && _varying.Contains(l.Id) && !inLoops.Contains(l.Id));
        return transcendental <= MostScalarTranscendentals ? "data name rows of the parameters" : null;
    }

    private bool RunsOverRowNamedByData(Loop loop)
    {
        if (_index.LetOf(loop.From) is { Op: Op.Const } from && _index.LetOf(loop.To) is { Op: Op.Const } to && to.Payload - from.Payload < FewElements) return false;
        HashSet<int> inside = loop.Body.DefinedValues();
        foreach (Item item in loop.Body.AllItems())
        {
            if (item.ElementAccess() is not var (buffer, at) || _function.Buffers[buffer].Kind is not (BufferKind.Parameter or BufferKind.Gradient)) continue;
            if (Affine.Of(_index, at, loop.Counter, inside.Contains) is { Coefficient: 1 } affine && affine.Terms.Any(t => _varying.Contains(t.Value))) return true;
        }

        return false;
    }

    private string? Refusal(Region region, bool underBranch)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Let let:
                    ScalarType type = _function.TypeOf(let.Id);
                    if (type.IsReal() && type != _function.Real) return "it mixes float and double";
                    if (type == ScalarType.I32 && _varying.Contains(let.Id)
                        && let.Op is not (Op.Add or Op.Sub or Op.Mul or Op.Neg or Op.Min or Op.Max)) return "it computes with integers that differ from example to example";
                    if (type == ScalarType.Bool && _varying.Contains(let.Id) && let.Op.IsComparison()
                        && _function.TypeOf(let.A) == ScalarType.Bool) return "it compares truth values";
                    break;
                case Load load:
                    if (_function.TypeOf(load.Id).IsReal() && _function.TypeOf(load.Id) != _function.Real) return "it mixes float and double";
                    if (_function.TypeOf(load.Id) == ScalarType.I32 && _function.Buffers[load.Buffer].Kind is not (BufferKind.Data or BufferKind.Constant)) return "it has an array of integers";
                    break;
                case Store store when _sharedBuffers.Contains(store.Buffer):
                    return "an example writes to an array that all examples share";
                case Store store when _function.Buffers[store.Buffer].Kind == BufferKind.Gradient:
                    return "an example overwrites the gradient";
                case Store store when _function.Buffers[store.Buffer].Type != _function.Real:
                    return "it writes to an array of integers";
                case Alloc alloc when _function.Buffers[alloc.Buffer].Growing:
                    return "the trip count of a loop that is recorded is not known before it";
                case Alloc alloc when _varying.Contains(alloc.Length) || underBranch:
                    return "the length of an array differs from example to example";
                case Loop loop:
                    if (_varying.Contains(loop.From) || _varying.Contains(loop.To) || (loop.EndsEarly && _varying.Contains(loop.While))) return "the trip count of a loop differs from example to example";
                    foreach (Carried carried in loop.Carried)
                    {
                        if (!_function.TypeOf(carried.Id).IsReal() && _varying.Contains(carried.Id)) return "a loop carries an integer or a truth value that differs from example to example";
                        if (_function.TypeOf(carried.Id).IsReal() && _function.TypeOf(carried.Id) != _function.Real) return "it mixes float and double";
                    }

                    if (Refusal(loop.Body, underBranch) is { } inLoop) return inLoop;
                    break;
                case If branch:
                    bool varies = _varying.Contains(branch.Condition);
                    foreach (Merge merge in branch.Results)
                    {
                        if (!_function.TypeOf(merge.Result).IsReal() && _varying.Contains(merge.Result)) return "a branch gives an integer or a truth value that differs from example to example";
                    }

                    if (Refusal(branch.Then, underBranch || varies) is { } inThen) return inThen;
                    if (Refusal(branch.Else, underBranch || varies) is { } inElse) return inElse;
                    break;
            }
        }

        return null;
    }

    /// <summary>Decides loops and layouts, once <see cref="Refusal()"/> has said that blocks are possible.</summary>
    /// <param name="contractions">The counters of loops that run as products of matrices: working arrays then have a vector across the examples per element.</param>
    public void Place(List<int> vectorLoops, BufferLayoutEntry[] layouts, IReadOnlyList<int> contractions)
    {
        var allLoops = _examples.Body.AllItems().OfType<Loop>().ToList();
        var underBranch = new HashSet<int>(_examples.Body.AllItems().OfType<If>().Where(b => _varying.Contains(b.Condition))
            .SelectMany(b => b.Then.AllItems().Concat(b.Else.AllItems())).OfType<Loop>().Select(l => l.Counter));
        var working = new HashSet<int>(_examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer));

        // Along the counter needs rows that lie contiguously, and working arrays whose every access allows the same layout.
        var candidates = allLoops.Where(l => !underBranch.Contains(l.Counter) && IsRowLoop(l)).ToList();
        if (contractions.Count > 0)
        {
            var inNests = new HashSet<int>(allLoops.Where(l => contractions.Contains(l.Counter)).SelectMany(l => l.Body.AllItems().OfType<Loop>()).Select(l => l.Counter));
            candidates = candidates.Where(l => !inNests.Contains(l.Counter) && !BuffersOf(l).Any(working.Contains)).ToList();
        }

        while (true)
        {
            var accessOutside = new HashSet<int>(Accesses(_examples.Body, candidates));
            var kept = candidates.Where(l => !BuffersOf(l).Any(b => working.Contains(b) && accessOutside.Contains(b))).ToList();
            var rows = new HashSet<int>(ConnectedToData(kept, working));
            kept = kept.Where(l => rows.Contains(l.Counter) || !BuffersOf(l).Any(working.Contains)).ToList();
            if (kept.Count == candidates.Count) break;
            candidates = kept;
        }

        vectorLoops.AddRange(candidates.Select(l => l.Counter));
        var rowBuffers = new HashSet<int>(candidates.SelectMany(BuffersOf));
        foreach (int buffer in working)
        {
            layouts[buffer] = new BufferLayoutEntry(rowBuffers.Contains(buffer) ? BufferLayout.PerRow : BufferLayout.PerLane);
        }
    }

    private bool IsRowLoop(Loop loop)
    {
        if (VectorLoopTest.Refusal(_function, _index, loop) is not null) return false;
        HashSet<int> inside = loop.Body.DefinedValues();
        foreach (Item item in loop.Body.AllItems())
        {
            // A truth value, or an index, that differs from row to row has no broadcast.
            if (item.Reads().Any(v => !inside.Contains(v) && v != loop.Counter && _varying.Contains(v) && !_function.TypeOf(v).IsReal())) return false;
            if (item is Load load && Affine.Of(_index, load.Index, loop.Counter, inside.Contains) is { } affine
                && (affine.Terms.Any(t => _varying.Contains(t.Value)) || (affine.Coefficient == 0 && _varying.Contains(load.Id)))) return false;
        }

        return true;
    }

    /// <summary>The loops that read a data row along their counter, or share a working array with one that does.</summary>
    private IEnumerable<int> ConnectedToData(List<Loop> loops, HashSet<int> working)
    {
        var connected = new HashSet<int>(loops.Where(ReadsDataRow).Select(l => l.Counter));
        bool changed = true;
        while (changed)
        {
            changed = false;
            var buffers = new HashSet<int>(loops.Where(l => connected.Contains(l.Counter)).SelectMany(BuffersOf).Where(working.Contains));
            foreach (Loop loop in loops)
            {
                if (!connected.Contains(loop.Counter) && BuffersOf(loop).Any(buffers.Contains)) changed |= connected.Add(loop.Counter);
            }
        }

        return connected;
    }

    private bool ReadsDataRow(Loop loop) => loop.Body.AllItems().OfType<Load>().Any(l => _function.Buffers[l.Buffer].Kind == BufferKind.Data);

    private static IEnumerable<int> BuffersOf(Loop loop) => loop.Body.AllItems().Select(i => i.ElementAccess()).OfType<(int Buffer, int Index)>().Select(a => a.Buffer).Distinct();

    /// <summary>The buffers that are accessed outside of the given loops.</summary>
    private static IEnumerable<int> Accesses(Region region, List<Loop> except)
    {
        foreach (Item item in region.Items)
        {
            if (item is Loop loop)
            {
                if (except.Any(e => e.Counter == loop.Counter)) continue;
                foreach (int inner in Accesses(loop.Body, except)) yield return inner;
            }
            else if (item is If branch)
            {
                foreach (int inner in Accesses(branch.Then, except)) yield return inner;
                foreach (int inner in Accesses(branch.Else, except)) yield return inner;
            }
            else if (item.ElementAccess() is var (buffer, _))
            {
                yield return buffer;
            }
        }
    }
}
