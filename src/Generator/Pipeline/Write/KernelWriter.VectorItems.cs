using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The items of a loop along its own counter: every real value is a vector, or four of them where the loop is written for four.</summary>
internal sealed partial class KernelWriter
{
    private const int MaxFactorLength = 50;

    private static string Family(bool quads) => quads ? "Quad" : "Vector512";

    private bool IsQuad(int value) => _loop is { Quads: true } && _loop.Fourfold.Contains(value);

    private void WriteVectorItems(Region region, string? mask)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Let let:
                    WriteVectorLet(let);
                    break;
                case Load load:
                    WriteVectorLoad(load);
                    break;
                case Store store:
                    StoreVector(store.Buffer, store.Index, Masked(store.Value, mask, () => LoadAt(store.Buffer, store.Index)));
                    break;
                case Accumulate accumulate:
                    WriteVectorAccumulate(accumulate, mask);
                    break;
                case If branch:
                    WriteVectorBranch(branch, mask);
                    break;
            }
        }
    }

    private Text Masked(int value, string? mask, Func<string> otherwise) =>
        mask is null ? InLoop(value) : new Text($"{Family(_loop.Quads)}.ConditionalSelect({mask}, {InLoop(value)}, {otherwise()})");

    /// <summary>The text of a value in the loop's body.</summary>
    private Text InLoop(int value)
    {
        if (_loop.Values.TryGetValue(value, out Text text)) return text;
        if (_loop.Method is null && _block is not null && !_loop.Inside.Contains(value)) return Broadcast(value, _block);
        Text scalar = Scalar(value);
        if (_function.TypeOf(value) == ScalarType.Bool) return new Text($"Lanes.Mask<{_real}>({scalar})");
        return _index.LetOf(value) is { Op: Op.Const, Payload: 0 } ? new Text($"{VectorType}.Zero") : new Text($"Vector512.Create({scalar})");
    }

    private void DefineInLoop(int value, Text text)
    {
        if (MayInline(value, text, MaxUpdateLength) || IsAddedOnce(value))
        {
            _loop.Values[value] = text;
            return;
        }

        Name(value, text);
    }

    private void Name(int value, Text text)
    {
        string name = NameOf(value);
        _code.Line($"var {name} = {text};");
        _loop.Values[value] = new Text(name);
    }

    /// <summary>Whether a value is a product that one sum takes up in one instruction with its addition, however long its text is.</summary>
    private bool IsAddedOnce(int value) => _addends.Contains(value) && _index.LetOf(value) is { Op: Op.Mul } && HasNoName(value)
        && _index.UsesOf(value) == 1 && _index.IsUsedOnlyInOwnRegion(value);

    /// <summary>Gives variables to the long factors of a product that is part of an instruction.</summary>
    private void NameFactors(Let product)
    {
        foreach (int factor in product.Operands.Distinct().ToList())
        {
            if (_loop.Inside.Contains(factor) && InLoop(factor) is { Code.Length: > MaxFactorLength } text) Name(factor, text);
        }
    }

    /// <summary>A constant, an argument or an extent inside of a loop is the same in all iterations.</summary>
    private void WriteLeaf(Let leaf)
    {
        if (leaf.Op == Op.Argument && leaf.Payload == SpecialArgument.Seed) throw new InvalidOperationException("The seed is read outside of inner loops.");
        _scalars[leaf.Id] = ScalarText(leaf);
    }

    private void WriteVectorLet(Let let)
    {
        if (let.Op is Op.Const or Op.Argument or Op.Extent || _function.TypeOf(let.Id) == ScalarType.I32) return; // Written where it is used.
        if (_loop.Absorbed.Contains(let.Id)) return; // Written when the body has ended.
        if (IsAddedOnce(let.Id) && VectorText(let, InLoop, IsQuad(let.Id)).Code.Length > MaxUpdateLength) NameFactors(let);
        if (let.Op == Op.Convert && _function.TypeOf(let.A) == ScalarType.I32)
        {
            Affine shift = ShiftOf(let.A);
            string first = InMethod("int", "first", StartText(shift));
            string position = _loop.Part ? "part.At" : _loop.Tail ? $"{_loop.Count} - {_lanes}" : _loop.Position;
            DefineInLoop(let.Id, shift.Coefficient == 0 ? new Text($"Vector512.Create(({_real})({first}))")
                : IsQuad(let.Id) ? new Text($"Quad.Positions<{_real}>({first} + {position})")
                : new Text($"Vector512.Create(({_real})({first} + {position})) + {VectorType}.Indices", Text.Sum));
            return;
        }

        DefineInLoop(let.Id, VectorText(let, InLoop, IsQuad(let.Id)));
    }

    private string ReferenceOf(int buffer, int indexValue) => _loop.References[(buffer, StartText(ShiftOf(indexValue)))];

    private string LoadAt(int buffer, int indexValue)
    {
        string reference = ReferenceOf(buffer, indexValue);
        if (_loop.Part) return $"part.Load(ref {reference})";
        if (_loop.Quads && IsPerRow(buffer)) return _loop.Tail ? $"{reference}.LoadTail({_loop.Count})" : $"{reference}.Load({_loop.Position})";
        if (_loop.Quads && !_loop.Rows) return $"Quad.Load(ref {reference}, {_loop.Position})";
        return _loop.Tail ? $"Lanes.LoadTail(ref {reference}, {_loop.Count})" : $"Vector512.LoadUnsafe(ref {reference}, (nuint){_loop.Position})";
    }

    private void StoreVector(int buffer, int indexValue, Text value)
    {
        string reference = ReferenceOf(buffer, indexValue);
        if (_loop.Part) _code.Line($"part.Store(ref {reference}, {value});");
        else if (_loop.Quads && IsPerRow(buffer)) _code.Line(_loop.Tail ? $"{reference}.StoreTail({_loop.Count}, {value}, tail);" : $"{reference}.Store({_loop.Position}, {value});");
        else if (_loop.Tail) _code.Line($"Lanes.StoreTail(ref {reference}, {_loop.Count}, {value}, tail);");
        else _code.Line($"{value.Under(Text.Atom)}.StoreUnsafe(ref {reference}, (nuint){_loop.Position});");
    }

    private void WriteVectorLoad(Load load)
    {
        Affine shift = ShiftOf(load.Index);
        if (shift.Coefficient == 0)
        {
            // One element for the whole loop.
            if (IsPerRow(load.Buffer)) throw new NotSupportedInTargetException("an element of a row is read inside a loop over the row");
            string element = _function.Buffers[load.Buffer].Kind == BufferKind.Data ? LoadText(load).Code
                : $"{InMethod($"ReadOnlySpan<{_real}>", _bufferNames[load.Buffer], _bufferNames[load.Buffer])}[{InMethod("int", "element", StartText(shift))}]";
            _loop.Values[load.Id] = new Text($"Vector512.Create({element})");
            return;
        }

        Text text = new(LoadAt(load.Buffer, load.Index));
        if (_function.Buffers[load.Buffer].IsReadOnly && MayInline(load.Id, text, MaxUpdateLength))
        {
            _loop.Values[load.Id] = text;
            return;
        }

        string name = _names.Unique(_function.Values[load.Id].Name ?? _bufferNames[load.Buffer] + "V");
        _code.Line($"var {name} = {text};");
        _loop.Values[load.Id] = new Text(name);
    }

    /// <summary>What is added to an array and is a sum of two products itself: x += a·b + c·d is two instructions, the first of which does not wait for a·b.</summary>
    private IEnumerable<int> SumsOfProducts(Loop loop) => loop.Body.Items.OfType<Accumulate>().Select(a => a.Value)
        .Where(v => _index.LetOf(v) is { Op: Op.Add } sum && sum.A != sum.B && IsAddedOnce(sum.A) && IsAddedOnce(sum.B)
            && HasNoName(v) && _index.UsesOf(v) == 1 && _index.IsUsedOnlyInOwnRegion(v) && loop.Body.Items.Contains(sum));

    private void WriteVectorAccumulate(Accumulate accumulate, string? mask)
    {
        if (_loop.Absorbed.Contains(accumulate.Value))
        {
            Let both = _index.LetOf(accumulate.Value)!, first = _index.LetOf(both.A)!, second = _index.LetOf(both.B)!;
            string inner = $"Vector512.FusedMultiplyAdd({InLoop(first.A)}, {InLoop(first.B)}, {LoadAt(accumulate.Buffer, accumulate.Index)})";
            StoreVector(accumulate.Buffer, accumulate.Index, new Text($"Vector512.FusedMultiplyAdd({InLoop(second.A)}, {InLoop(second.B)}, {inner})"));
            return;
        }

        Text value = Masked(accumulate.Value, mask, () => $"{VectorType}.Zero"), sum = new(LoadAt(accumulate.Buffer, accumulate.Index));
        Let? product = mask is null && value.Precedence == Text.Product ? _index.LetOf(accumulate.Value) : null;
        bool fuses = product?.Op == Op.Mul;
        StoreVector(accumulate.Buffer, accumulate.Index, !_loop.Quads || IsPerRow(accumulate.Buffer)
            ? fuses
                ? new Text($"{Family(_loop.Quads)}.FusedMultiplyAdd({InLoop(product!.A)}, {InLoop(product.B)}, {sum})")
                : new Text($"{sum.Under(Text.Sum)} + {value.RightUnder(Text.Sum)}", Text.Sum)

            // One array for all rows: their contributions are added in registers, and the array is read and written once.
            : fuses ? new Text($"Quad.AddProducts({InLoop(product!.A)}, {InLoop(product.B)}, {sum})") : new Text($"Quad.AddAll({value}, {sum})"));
    }

    private void WriteVectorBranch(If branch, string? outer)
    {
        bool quads = _loop.Quads;
        string condition = _names.Unique("taken");
        _code.Line(quads ? $"Quad<{_real}> {condition} = {InLoop(branch.Condition)};" : $"var {condition} = {InLoop(branch.Condition)};");
        WriteVectorItems(branch.Then, outer is null ? condition : $"{outer} & {condition}");
        WriteVectorItems(branch.Else, outer is null ? "~" + condition : $"{outer} & ~{condition}");
        foreach (Merge merge in branch.Results)
        {
            _loop.Fourfold.Add(merge.Result);
            string name = NameOf(merge.Result);
            _code.Line($"var {name} = {Family(quads)}.ConditionalSelect({condition}, {InLoop(merge.Then)}, {InLoop(merge.Else)});");
            _loop.Values[merge.Result] = new Text(name);
        }
    }
}
