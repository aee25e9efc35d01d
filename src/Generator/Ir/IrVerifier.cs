namespace SymbolicGD.Generator.Ir;

/// <summary>Thrown by <see cref="IrVerifier"/> for a function that is not well formed: a bug of the stage that made it.</summary>
internal sealed class IrVerificationException(string message) : Exception(message);

/// <summary>
/// Checks that a function is well formed: definitions dominate uses, operations fit their types, buffers are used as their
/// kind allows, and no load reads a version of a buffer that a write has ended.
/// </summary>
internal sealed class IrVerifier
{
    private readonly Function _function;
    private readonly bool _isUpdateRule;
    private readonly bool[] _visible;
    private readonly bool[] _defined;
    private readonly HashSet<int> _allocated = [];

    // What loads have seen of each buffer's versions, and which of those a write has ended.
    private readonly Dictionary<int, HashSet<int>> _seen = [];
    private readonly HashSet<(int Buffer, int Version)> _ended = [];
    private bool _inExamples;

    private IrVerifier(Function function, bool isUpdateRule)
    {
        _function = function;
        _isUpdateRule = isUpdateRule;
        _visible = new bool[function.Values.Count];
        _defined = new bool[function.Values.Count];
    }

    /// <param name="isUpdateRule">Whether local buffers live without an <see cref="Alloc"/> and no result is needed.</param>
    /// <exception cref="IrVerificationException">The function is not well formed; the message prints the item.</exception>
    public static Function Verify(Function function, bool isUpdateRule = false)
    {
        new IrVerifier(function, isUpdateRule).VerifyFunction();
        return function;
    }

    private void VerifyFunction()
    {
        foreach (Argument argument in _function.Arguments)
        {
            if (argument.Dimensions.Any(e => e >= _function.Extents.Count) || argument.Buffer >= _function.Buffers.Count || (argument.IsArray && argument.Extent < 0))
            {
                throw new IrVerificationException($"{_function.Name}: argument '{argument.Name}' names an extent or a buffer that is not there.");
            }
        }

        VerifyItems(_function.Body, out List<int> _);
        if (_function.Result < 0)
        {
            if (!_isUpdateRule && !_function.Buffers.Any(b => b.Kind is BufferKind.Gradient or BufferKind.Output)) throw new IrVerificationException($"{_function.Name}: no result.");
        }
        else if (_function.Result >= _visible.Length || !_visible[_function.Result])
        {
            throw new IrVerificationException($"{_function.Name}: the result %{_function.Result} is not visible at the end of the body.");
        }
        else if (!_isUpdateRule && _function.TypeOf(_function.Result) != _function.Real)
        {
            throw new IrVerificationException($"{_function.Name}: the result is {_function.TypeOf(_function.Result)}, the loss {_function.Real}.");
        }
    }

    /// <summary>Verifies the items and leaves their values visible; <see cref="Close"/> hides them again.</summary>
    private void VerifyItems(Region region, out List<int> opened)
    {
        opened = [];
        foreach (Item item in region.Items)
        {
            foreach (int operand in IrFacts.Operands(item)) RequireVisible(operand, item);
            switch (item)
            {
                case Let let: VerifyLet(let); break;
                case Load load: VerifyLoad(load); break;
                case Store store: VerifyWrite(item, store.Buffer, store.Index, store.Value); break;
                case Accumulate accumulate: VerifyWrite(item, accumulate.Buffer, accumulate.Index, accumulate.Value); break;
                case Alloc alloc: VerifyAlloc(alloc); break;
                case Loop loop: VerifyLoop(loop); break;
                case If branch: VerifyIf(branch); break;
            }

            foreach (int id in IrFacts.Definitions(item)) Define(id, item, opened);
        }
    }

    private void Close(List<int> opened)
    {
        foreach (int id in opened) _visible[id] = false;
    }

    private void Define(int id, Item item, List<int> opened)
    {
        if (id < 0 || id >= _defined.Length) throw Wrong(item, $"defines %{id}, which the function does not list");
        if (_defined[id]) throw Wrong(item, $"defines %{id} a second time");
        _defined[id] = true;
        _visible[id] = true;
        opened.Add(id);
    }

    private void RequireVisible(int id, Item item)
    {
        if (id < 0 || id >= _visible.Length || !_visible[id]) throw Wrong(item, $"uses %{id}, which is not visible here");
    }

    private void RequireType(int id, ScalarType type, Item item)
    {
        if (_function.TypeOf(id) != type) throw Wrong(item, $"%{id} is {_function.TypeOf(id)} where {type} is needed");
    }

    private void VerifyLet(Let let)
    {
        int arity = let.Op.Arity();
        if ((let.A >= 0) != (arity >= 1) || (let.B >= 0) != (arity >= 2) || (let.C >= 0) != (arity >= 3))
        {
            throw Wrong(let, $"{let.Op} takes {arity} operands");
        }

        ScalarType result = _function.TypeOf(let.Id);
        ScalarType? Operand(int id) => id < 0 ? null : _function.TypeOf(id);
        if (!TypesFit(let, result, Operand(let.A), Operand(let.B), Operand(let.C)))
        {
            throw Wrong(let, $"{let.Op} does not go from ({string.Join(", ", let.Operands.Select(_function.TypeOf))}) to {result}");
        }
    }

    /// <summary>The table of types: what each operation goes from and to.</summary>
    private bool TypesFit(Let let, ScalarType result, ScalarType? a, ScalarType? b, ScalarType? c)
    {
        bool number = result != ScalarType.Bool;
        bool real = result.IsReal();
        switch (let.Op)
        {
            case Op.Const:
                return true;
            case Op.Argument when let.Payload is SpecialArgument.ExampleCount or SpecialArgument.Output:
                return result == ScalarType.I32;
            case Op.Argument when let.Payload == -2:
                return real && _inExamples;
            case Op.Argument:
                return _isUpdateRule || (let.Payload >= 0 && let.Payload < _function.Arguments.Count
                    && _function.Arguments[(int)let.Payload] is { IsArray: false, Role: ArgumentRole.Parameter or ArgumentRole.Constant } argument
                    && argument.Type == result);
            case Op.Extent:
                return result == ScalarType.I32 && let.Payload >= 0 && let.Payload < _function.Extents.Count;
            case Op.Neg or Op.Abs or Op.Sign:
                return number && a == result;
            case Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Rem or Op.Min or Op.Max:
                return number && a == result && b == result;
            case Op.Fma or Op.Chain:
                return real && a == result && b == result && c == result;
            case Op.Pow or Op.Atan2 or Op.Hypot or Op.CopySign:
                return real && a == result && b == result;
            case Op.Lt or Op.Le:
                return result == ScalarType.Bool && a == b && a != ScalarType.Bool;
            case Op.Eq or Op.Ne:
                return result == ScalarType.Bool && a == b;
            case Op.And or Op.Or:
                return result == ScalarType.Bool && a == ScalarType.Bool && b == ScalarType.Bool;
            case Op.Not:
                return result == ScalarType.Bool && a == ScalarType.Bool;
            case Op.Select:
                return a == ScalarType.Bool && b == result && c == result;
            case Op.Convert:
                return number && a is not null && a != ScalarType.Bool;
            case Op.Polygamma:
                return real && a == result && let.Payload is >= 2 and <= OpFacts.MaxPolygammaOrder;
            default:
                return real && a == result;
        }
    }

    private void VerifyLoad(Load load)
    {
        RequireType(load.Index, ScalarType.I32, load);
        BufferInfo buffer = BufferOf(load.Buffer, load);
        if (_function.TypeOf(load.Id) != buffer.Type) throw Wrong(load, $"'{buffer.Name}' holds {buffer.Type}");
        if (buffer.IsOfExample && !_inExamples) throw Wrong(load, $"data '{buffer.Name}' is read outside the loop over examples");
        if (buffer.IsReadOnly && load.Version != 0) throw Wrong(load, $"'{buffer.Name}' is read only: its version is 0");
        RequireAllocated(load.Buffer, load);
        if (_ended.Contains((load.Buffer, load.Version))) throw Wrong(load, $"version {load.Version} of '{buffer.Name}' has been written over");
        SeenOf(load.Buffer).Add(load.Version);
    }

    private void VerifyWrite(Item item, int index, int position, int value)
    {
        BufferInfo buffer = BufferOf(index, item);
        RequireType(position, ScalarType.I32, item);
        RequireType(value, buffer.Type, item);
        if (buffer.IsReadOnly) throw Wrong(item, $"'{buffer.Name}' is read only");
        RequireAllocated(index, item);
        EndVersions(index);
    }

    private void VerifyAlloc(Alloc alloc)
    {
        RequireType(alloc.Length, ScalarType.I32, alloc);
        BufferInfo buffer = BufferOf(alloc.Buffer, alloc);
        if (!IsAllocated(buffer)) throw Wrong(alloc, $"'{buffer.Name}' ({buffer.Kind}) is not allocated by the function");
        if (buffer.Growing && buffer.Kind is not (BufferKind.Tape or BufferKind.Local)) throw Wrong(alloc, $"'{buffer.Name}' ({buffer.Kind}) may not grow");
        _allocated.Add(alloc.Buffer);
        EndVersions(alloc.Buffer);
    }

    private void VerifyLoop(Loop loop)
    {
        RequireType(loop.From, ScalarType.I32, loop);
        RequireType(loop.To, ScalarType.I32, loop);
        RequireType(loop.Counter, ScalarType.I32, loop);
        if (loop.IsExamples && _inExamples) throw Wrong(loop, "a loop over examples inside another");
        IReadOnlyList<int> written = IrFacts.WrittenBuffers(loop.Body);
        foreach (int buffer in written) EndVersions(buffer);

        int[] allocatedBefore = _allocated.ToArray();
        bool outer = _inExamples;
        _inExamples |= loop.IsExamples;
        var heads = new List<int>();
        Define(loop.Counter, loop, heads);
        foreach (Carried carried in loop.Carried) Define(carried.Id, loop, heads);
        VerifyEnd(loop);
        VerifyItems(loop.Body, out List<int> opened);
        foreach (Carried carried in loop.Carried)
        {
            RequireVisible(carried.Next, loop);
            ScalarType type = _function.TypeOf(carried.Id);
            RequireType(carried.Init, type, loop);
            RequireType(carried.Next, type, loop);
            RequireType(carried.Result, type, loop);
        }

        Close(opened);
        Close(heads);
        _inExamples = outer;
        _allocated.Clear();
        _allocated.UnionWith(allocatedBefore);
        foreach (int buffer in written) EndVersions(buffer);
    }

    private void VerifyEnd(Loop loop)
    {
        if (!loop.EndsEarly)
        {
            if (loop.Limited is not null) throw Wrong(loop, "a loop that only its counter ends has no limit");
            return;
        }

        if (loop.IsExamples) throw Wrong(loop, "the loop over examples runs to its end");
        if (!loop.Carried.Any(c => c.Id == loop.While)) throw Wrong(loop, $"%{loop.While} ends the loop but is not carried by it");
        RequireType(loop.While, ScalarType.Bool, loop);
        if (loop.Limited is not null && loop.Descending) throw Wrong(loop, "a loop without bound counts upwards");
    }

    private void VerifyIf(If branch)
    {
        RequireType(branch.Condition, ScalarType.Bool, branch);
        var ended = new HashSet<(int, int)>(_ended);
        VerifySide(branch, branch.Then, branch.Results.Select(r => r.Then));

        // The other side does not come after this one: what this one wrote ends nothing there.
        var endedByThen = new HashSet<(int, int)>(_ended);
        _ended.Clear();
        _ended.UnionWith(ended);
        VerifySide(branch, branch.Else, branch.Results.Select(r => r.Else));
        _ended.UnionWith(endedByThen);
        foreach (int buffer in IrFacts.WrittenBuffers(branch.Then)) EndVersions(buffer);
        foreach (int buffer in IrFacts.WrittenBuffers(branch.Else)) EndVersions(buffer);
        foreach (Merge merge in branch.Results)
        {
            RequireType(merge.Then, _function.TypeOf(merge.Result), branch);
            RequireType(merge.Else, _function.TypeOf(merge.Result), branch);
        }
    }

    private void VerifySide(If branch, Region side, IEnumerable<int> gives)
    {
        int[] allocatedBefore = _allocated.ToArray();
        VerifyItems(side, out List<int> opened);
        foreach (int id in gives) RequireVisible(id, branch);
        Close(opened);
        _allocated.Clear();
        _allocated.UnionWith(allocatedBefore);
    }

    private BufferInfo BufferOf(int index, Item item) =>
        index >= 0 && index < _function.Buffers.Count ? _function.Buffers[index] : throw Wrong(item, $"there is no buffer {index}");

    private void RequireAllocated(int index, Item item)
    {
        BufferInfo buffer = _function.Buffers[index];
        if (IsAllocated(buffer) && !_isUpdateRule && !_allocated.Contains(index)) throw Wrong(item, $"'{buffer.Name}' is used before it is allocated");
    }

    private void EndVersions(int buffer)
    {
        foreach (int version in SeenOf(buffer)) _ended.Add((buffer, version));
    }

    private HashSet<int> SeenOf(int buffer)
    {
        if (!_seen.TryGetValue(buffer, out HashSet<int>? seen)) _seen.Add(buffer, seen = []);
        return seen;
    }

    private static bool IsAllocated(BufferInfo buffer) => buffer.Kind is BufferKind.Local or BufferKind.Adjoint or BufferKind.Tape;

    private IrVerificationException Wrong(Item item, string what) =>
        new($"{_function.Name}: {what}, in\n{IrPrinter.PrintItem(_function, item)}");
}
