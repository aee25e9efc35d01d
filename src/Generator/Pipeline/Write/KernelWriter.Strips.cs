using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Loops over the rows of a block that add products and do nothing else, four vectors of each row at a time. Sums along rows read each row's cache lines one after the
/// other: processors fetch ahead for those who read in the order of memory. Sums over rows keep what they add to in registers for all rows of a block.
/// </summary>
internal sealed partial class KernelWriter
{
    /// <summary>One sum of products of elements of a row: with elements of an array that rows share, or with a factor that each row has one of.</summary>
    /// <param name="Row">Reads the row.</param>
    /// <param name="Shared">Reads the array, if the sum is along the row.</param>
    /// <param name="Sum">What it is carried in.</param>
    /// <param name="Target">What it is added to, if the sum is over the rows.</param>
    /// <param name="Factor">The factor of each row.</param>
    private sealed record Strip(Load Row, Load? Shared, Carried? Sum, Accumulate? Target, int Factor);

    /// <summary>The sums that a loop over rows consists of, all along the rows or all over them; none if there is something else in it.</summary>
    private List<Strip> Strips(Loop loop)
    {
        if (!_loop.Quads) return [];
        var strips = new List<Strip>();
        var covered = new HashSet<Item>();
        foreach (Carried carried in loop.Carried)
        {
            if (loop.ReductionOf(carried, _index) != Op.Add || ProductIn(carried) is not { } product) return [];
            (Load? row, Load? shared) = (RowLoad(product.A) ?? RowLoad(product.B), SharedLoad(product.A) ?? SharedLoad(product.B));
            if (row is null || shared is null) return [];
            covered.UnionWith([product, _index.LetOf(carried.Next)!, row, shared]);
            strips.Add(new Strip(row, shared, carried, null, -1));
        }

        foreach (Accumulate accumulate in loop.Body.Items.OfType<Accumulate>())
        {
            if (strips.Any(s => s.Sum is not null) || IsPerRow(accumulate.Buffer) || ShiftOf(accumulate.Index).Coefficient != 1) return [];
            if (_index.LetOf(accumulate.Value) is not { Op: Op.Mul } product || !HasNoName(product.Id) || _index.UsesOf(product.Id) != 1) return [];
            Load? row = RowLoad(product.A) ?? RowLoad(product.B);
            int factor = row?.Id == product.A ? product.B : product.A;
            if (row is null || _loop.Inside.Contains(factor) || !IsLane(factor) || !_function.TypeOf(factor).IsReal()) return [];
            covered.UnionWith([product, accumulate, row]);
            strips.Add(new Strip(row, null, null, accumulate, factor));
        }

        bool all = loop.Body.Items.All(i => covered.Contains(i) || (i is Let let && (_function.TypeOf(let.Id) == ScalarType.I32 || let.Op is Op.Const or Op.Argument or Op.Extent)));
        return all ? strips : [];

        Load? RowLoad(int value) => _index.DefinitionOf(value) is Load load && _loop.Inside.Contains(value) && IsPerRow(load.Buffer) && ShiftOf(load.Index).Coefficient == 1 ? load : null;

        Load? SharedLoad(int value) => _index.DefinitionOf(value) is Load load && _loop.Inside.Contains(value) && !IsPerRow(load.Buffer) && ShiftOf(load.Index).Coefficient == 1 ? load : null;
    }

    /// <summary>The product that a sum takes up, rounded once with its addition; null if it is something else.</summary>
    private Let? ProductIn(Carried carried)
    {
        Let next = _index.LetOf(carried.Next)!;
        if (next.Op == Op.Fma) return next.C == carried.Id ? next : null;
        int added = next.A == carried.Id ? next.B : next.A;
        return next.Op == Op.Add && IsAddedOnce(added) ? _index.LetOf(added) : null;
    }

    private void WriteStripsAlongRows(List<Strip> strips)
    {
        string strip = NumberText.Integer(4 * _lanes);
        using (Block($"for (; Lanes.InStrips(rows) && k <= {_loop.Count} - {strip}; k += {strip})"))
        {
            WritePrefetches("PrefetchFour");
            foreach (Strip product in strips)
            {
                string sum = _loop.Accumulators[product.Sum!.Value.Id];
                _code.Line($"{sum} = Strip.AddProducts(ref {ReferenceOf(product.Shared!.Buffer, product.Shared.Index)}, {RowOf(product)}, k, {sum});");
            }
        }
    }

    private void WriteStripsOverRows(Loop loop, List<Strip> strips, List<(int Value, int Slot)> spilled)
    {
        // With something left over each row would be looked for twice, which takes longer than what is gained.
        using (Block($"if (Lanes.InStrips(rows) && {_loop.Count} % {NumberText.Integer(4 * _lanes)} == 0)"))
        {
            using (Block($"for (int k = 0; k < {_loop.Count}; k += {NumberText.Integer(4 * _lanes)})"))
            {
                var sums = strips.Select(s => (Strip: s, Name: _names.Unique("sum"), At: ReferenceOf(s.Target!.Buffer, s.Target.Index))).ToList();
                foreach ((_, string name, string at) in sums) _code.Line($"var {name} = Quad.Load(ref {at}, k);");
                using (RowsOfBlock(loop, spilled))
                {
                    WritePrefetches("PrefetchFour");
                    foreach ((Strip strip, string name, _) in sums) _code.Line($"{name} = Strip.AddRows({InLoop(strip.Factor)}, {RowOf(strip)}, k, {name});");
                }

                foreach ((_, string name, string at) in sums) _code.Line($"{name}.Store(ref {at}, k);");
            }

            _code.Line("return;");
        }

        // The loop that follows has rows of its own.
        foreach ((int Buffer, string Shift) key in _loop.References.Keys.Where(k => IsPerRow(k.Buffer)).ToList()) _loop.References.Remove(key);
        _loop.Prefetches.Clear();
    }

    private string RowOf(Strip strip) => ReferenceOf(strip.Row.Buffer, strip.Row.Index);

    private void WritePrefetches(string method)
    {
        foreach (string rows in _loop.Prefetches) _code.Line($"{rows}.{method}({_loop.Position});");
    }
}
