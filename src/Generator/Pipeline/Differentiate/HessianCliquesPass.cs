using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Which parameters meet in which term of a sum: a function of the integers of a loss alone. Second derivatives between parameters that
/// meet in no term are zero at every point.
/// </summary>
/// <remarks>
/// The terms are the iterations of the outermost loops that only add to the result. Where reals decide, everything that may happen counts:
/// both sides of a branch, every element where an index is not known from integers.
/// </remarks>
internal sealed class HessianCliquesPass
{
    private readonly Function _loss;
    private readonly FunctionIndex _index;
    private readonly Activity _activity;
    private readonly IrBuilder _builder = new();
    private readonly int[] _map;
    private readonly int[] _members;
    private readonly int[] _scalars;

    // Integers that a loop carries on from what is not known; found on the way, and the pass starts anew.
    private readonly HashSet<int> _unknown;
    // Arrays that are members of the open term as a whole, whatever branches and loops do.
    private HashSet<int> _whole = [];
    private int _nesting;
    private int _close;
    private bool _inTerm;
    private bool _inDoubt;

    private HessianCliquesPass(Function loss, HashSet<int> unknown)
    {
        _loss = loss;
        _index = new FunctionIndex(loss);
        _activity = new Activity(new SourceTree(loss));
        _unknown = unknown;
        _map = Enumerable.Repeat(-1, loss.Values.Count).ToArray();
        _members = Enumerable.Repeat(-1, loss.Buffers.Count).ToArray();
        _scalars = Enumerable.Repeat(-1, loss.Arguments.Count).ToArray();
    }

    /// <returns>
    /// A function that accumulates into the gradient buffer of a parameter at the index of each element in a term, and stores to the
    /// <see cref="BufferKind.Output"/> buffer where a term ends; null where the loss is not a sum of such terms.
    /// </returns>
    public static Function? Run(Function loss)
    {
        var unknown = new HashSet<int>();
        while (true)
        {
            int before = unknown.Count;
            Function? cliques = new HessianCliquesPass(loss, unknown).Build();
            if (unknown.Count == before) return cliques;
        }
    }

    private Function? Build()
    {
        if (Terms() is not { } terms) return null;
        AddBuffers();
        foreach (Item item in _loss.Body.Items)
        {
            if (item is Loop loop && terms.Contains(loop))
            {
                if (OuterReads(loop) is not { } outer || !IsKnown(loop.From) || !IsKnown(loop.To)) return null;
                Term(loop, outer);
            }
            else
            {
                // What stands outside of the loops is one term more.
                Copy(item);
                foreach (Let let in IrFacts.Walk(new Region(new[] { item }.ToEquatableArray())).OfType<Let>())
                {
                    foreach (int operand in let.Operands.Where(_activity.IsVaried))
                    {
                        if (_index.LetOf(operand) is { Op: Op.Argument } argument) Member(argument);
                    }
                }
            }
        }

        Close();
        return _builder.Finish(_loss.Name, _loss.Real, _loss.Arguments, _loss.Extents, -1);
    }

    /// <summary>The top loops whose carried values are sums that go into the result as they are; null if another loop is varied.</summary>
    private HashSet<Loop>? Terms()
    {
        var linear = new HashSet<int>();
        Follow(_loss.Result);
        var terms = new HashSet<Loop>();
        foreach (Item item in _loss.Body.Items)
        {
            Item[] all = [.. IrFacts.Walk(new Region(new[] { item }.ToEquatableArray()))];
            switch (item)
            {
                case Loop loop when !loop.EndsEarly && IsChosen(loop) && loop.Carried.All(c => !_activity.IsVaried(c.Result) || (linear.Contains(c.Result) && _index.UsesOf(c.Result) == 1 && Ir.Reductions.IsSum(loop, c)))
                    && !TouchesArrays(loop):
                    terms.Add(loop);
                    break;
                default:
                    if (all.Any(i => i is Store or Accumulate || (item is Loop or If && i is Load load && _activity.IsVaried(load.Id)))) return null;
                    break;
            }
        }

        return terms.Count > 0 ? terms : null;

        // Sums and products with what is no parameter: second derivatives of the result are those of its terms.
        void Follow(int value)
        {
            if (!linear.Add(value) || _index.LetOf(value) is not { } let) return;
            switch (let.Op)
            {
                case Op.Add or Op.Sub:
                    Follow(let.A);
                    Follow(let.B);
                    break;
                case Op.Neg or Op.Convert:
                    Follow(let.A);
                    break;
                case Op.Mul when !_activity.IsVaried(let.A):
                    Follow(let.B);
                    break;
                case Op.Mul or Op.Div when !_activity.IsVaried(let.B):
                    Follow(let.A);
                    break;
            }
        }
    }

    /// <summary>Whether the terms of a loop differ in the elements that they read: else the pattern is not worth finding.</summary>
    private bool IsChosen(Loop loop)
    {
        var varying = new HashSet<int> { loop.Counter };
        foreach (Item item in loop.Body.AllItems())
        {
            bool varies = item switch
            {
                Load load => (loop.IsExamples && _loss.Buffers[load.Buffer].Kind == BufferKind.Data) || varying.Contains(load.Index),
                Let let => let.Operands.Any(varying.Contains),
                _ => false,
            };
            if (item is Load { Buffer: var buffer, Index: var index } && _loss.Buffers[buffer].Kind == BufferKind.Parameter && varying.Contains(index)) return true;
            if (varies) varying.UnionWith(IrFacts.Definitions(item));

            // What a loop carries and a branch gives may follow from anything in it.
            if (item is If branch) varying.UnionWith(branch.Results.Where(m => !_loss.TypeOf(m.Result).IsReal()).Select(m => m.Result));
            if (item is Loop inner) varying.UnionWith(inner.Carried.Where(c => !_loss.TypeOf(c.Id).IsReal()).SelectMany(c => new[] { c.Id, c.Result }));
        }

        return false;
    }

    /// <summary>Whether the loop works on an array from outside of its body that holds what depends on parameters.</summary>
    private bool TouchesArrays(Loop loop)
    {
        var own = new HashSet<int>(loop.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer));
        return loop.Body.AllItems().Any(item => (item switch
        {
            Load load => load.Buffer,
            Store store => store.Buffer,
            Accumulate accumulate => accumulate.Buffer,
            _ => -1,
        }) is >= 0 and var buffer && !_loss.Buffers[buffer].IsReadOnly && !own.Contains(buffer));
    }

    /// <summary>The parameters that values from outside of a loop bring into each of its terms; null if they come out of loops.</summary>
    private List<Item>? OuterReads(Loop loop)
    {
        var reads = new List<Item>();
        var pending = new Stack<int>(IrFacts.FreeValues(loop).Where(_activity.IsVaried));
        var seen = new HashSet<int>();
        while (pending.Count > 0)
        {
            int value = pending.Pop();
            if (!seen.Add(value)) continue;
            switch (_index.DefinitionOf(value))
            {
                case Let { Op: Op.Argument } argument:
                    reads.Add(argument);
                    break;
                case Let let:
                    foreach (int operand in let.Operands.Where(_activity.IsVaried)) pending.Push(operand);
                    break;
                case Load load when _loss.Buffers[load.Buffer].Kind == BufferKind.Parameter:
                    reads.Add(load);
                    break;
                default:
                    return null;
            }
        }

        return reads;
    }

    private void AddBuffers()
    {
        foreach (BufferInfo buffer in _loss.Buffers) _builder.AddBuffer(buffer.Name, buffer.Kind, buffer.Type, buffer.Argument);
        for (int a = 0; a < _loss.Arguments.Count; a++)
        {
            Argument argument = _loss.Arguments[a];
            if (argument.Role != ArgumentRole.Parameter) continue;
            int members = _builder.AddBuffer($"members_{argument.Name}", BufferKind.Gradient, argument.Type, a);
            if (argument.Buffer >= 0) _members[argument.Buffer] = members;
            else _scalars[a] = members;
        }

        _close = _builder.AddBuffer("close", BufferKind.Output, _loss.Real);
    }

    private void Close() => _builder.Store(_close, _builder.Int(0), _builder.Real(_loss.Real, 1));

    private void Term(Loop loop, List<Item> outer)
    {
        IrBuilder.OpenLoop open = _builder.BeginLoop(
            _map[loop.From], _map[loop.To], [], Written, isExamples: loop.IsExamples, counterName: _loss.Values[loop.Counter].Name);
        _map[loop.Counter] = open.Counter;
        HashSet<int> around = _whole;
        _whole = [];
        foreach (Item read in outer) Member(read);
        _inTerm = true;
        foreach (Item item in loop.Body.Items) Copy(item);
        _inTerm = false;
        Close();
        _whole = around;
        _builder.EndLoop(open, []);
    }

    private IEnumerable<int> Written => _members.Concat(_scalars).Where(b => b >= 0).Append(_close);

    private bool IsKnown(int value) => value < 0 || _map[value] >= 0;

    private void Copy(Item item)
    {
        switch (item)
        {
            case Let { Op: Op.Argument } argument when _activity.IsVaried(argument.Id):
                // Those of the outermost region are members of the terms that use them.
                if (_inTerm) Member(argument);
                break;
            case Let let when !_loss.TypeOf(let.Id).IsReal() && let.Operands.All(IsKnown) && !(_inDoubt && let.Op is Op.Div or Op.Rem):
                _map[let.Id] = _builder.Let(let.Op, _loss.TypeOf(let.Id), Mapped(let.A), Mapped(let.B), Mapped(let.C), let.Payload);
                break;
            case Load load when _activity.IsVaried(load.Id):
                if (_loss.Buffers[load.Buffer].Kind == BufferKind.Parameter) Member(load);
                break;
            case Load load when _loss.TypeOf(load.Id) == ScalarType.I32 && _loss.Buffers[load.Buffer].IsReadOnly && IsKnown(load.Index) && !_inDoubt:
                _map[load.Id] = _builder.Load(load.Buffer, _map[load.Index]);
                break;
            case If branch when IsKnown(branch.Condition):
                CopyBranch(branch);
                break;
            case If branch:
                // Which side is taken is not known: an index of one of them may be out of range where it is not.
                bool outer = _inDoubt;
                _inDoubt = true;
                foreach (Item inner in branch.Then.Items.Concat(branch.Else.Items)) Copy(inner);
                _inDoubt = outer;
                break;
            case Loop loop:
                CopyLoop(loop);
                break;
        }
    }

    private void CopyNested(Region region)
    {
        _nesting++;
        foreach (Item item in region.Items) Copy(item);
        _nesting--;
    }

    private int Mapped(int value) => value < 0 ? -1 : _map[value];

    private void CopyBranch(If branch)
    {
        Merge[] known = [];
        int[] results = _builder.If(
            _map[branch.Condition],
            () =>
            {
                CopyNested(branch.Then);

                // Both sides give as many values: what one of them does not know, neither gives.
                known = [.. branch.Results.Where(m => !_loss.TypeOf(m.Result).IsReal() && !_unknown.Contains(m.Result))];
                return [.. known.Select(m => KnownOr(m.Result, m.Then))];
            },
            () =>
            {
                CopyNested(branch.Else);
                return [.. known.Select(m => KnownOr(m.Result, m.Else))];
            });
        for (int k = 0; k < known.Length; k++) _map[known[k].Result] = results[k];
    }

    /// <summary>The copy of a value; where there is none, the result is noted as not known and a placeholder ends this attempt.</summary>
    private int KnownOr(int result, int value)
    {
        if (IsKnown(value)) return _map[value];
        _unknown.Add(result);
        return _loss.TypeOf(result) == ScalarType.Bool ? _builder.Bool(false) : _builder.Int(0);
    }

    private void CopyLoop(Loop loop)
    {
        if (loop.EndsEarly || !IsKnown(loop.From) || !IsKnown(loop.To))
        {
            foreach (Load load in loop.Body.AllItems().OfType<Load>().Where(l => _members[l.Buffer] >= 0)) Whole(load.Buffer);
            foreach (Let argument in loop.Body.AllItems().OfType<Let>().Where(l => l.Op == Op.Argument && _activity.IsVaried(l.Id))) Member(argument);
            return;
        }

        Carried[] known = [.. loop.Carried.Where(c => !_loss.TypeOf(c.Id).IsReal() && IsKnown(c.Init) && !_unknown.Contains(c.Id))];
        IrBuilder.OpenLoop open = _builder.BeginLoop(
            _map[loop.From], _map[loop.To], [.. known.Select(c => _map[c.Init])], Written, loop.Descending, counterName: _loss.Values[loop.Counter].Name);
        _map[loop.Counter] = open.Counter;
        for (int k = 0; k < known.Length; k++) _map[known[k].Id] = open.Carried[k];
        CopyNested(loop.Body);
        int[] results = _builder.EndLoop(open, [.. known.Select(c => KnownOr(c.Id, c.Next))]);
        for (int k = 0; k < known.Length; k++) _map[known[k].Result] = results[k];
    }

    private void Member(Item read)
    {
        if (read is Load whole && _whole.Contains(whole.Buffer)) return;
        int zero = _builder.Int(0), one = _builder.Real(_loss.Real, 1);
        if (read is Let argument) _builder.Accumulate(_scalars[(int)argument.Payload], zero, one);
        else if (read is Load load && IsKnown(load.Index) && !_inDoubt) _builder.Accumulate(_members[load.Buffer], _map[load.Index], one);
        else Whole(((Load)read).Buffer);
    }

    private void Whole(int buffer)
    {
        if (_whole.Contains(buffer)) return;
        if (_nesting == 0) _whole.Add(buffer);
        Argument argument = _loss.Arguments[_loss.Buffers[buffer].Argument];
        int length = argument.Dimensions.Select(_builder.Extent).Aggregate((rows, columns) => _builder.Binary(Op.Mul, rows, columns));
        IrBuilder.OpenLoop open = _builder.BeginLoop(_builder.Int(0), length, [], Written);
        _builder.Accumulate(_members[buffer], open.Counter, _builder.Real(_loss.Real, 1));
        _builder.EndLoop(open, []);
    }
}
