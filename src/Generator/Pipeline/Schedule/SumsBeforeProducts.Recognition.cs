using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>What is recognized.</summary>
internal sealed partial class SumsBeforeProducts
{
    private void Search(Region region, IReadOnlyList<Loop> path)
    {
        foreach (Alloc array in region.Items.OfType<Alloc>())
        {
            if (Source.Buffers[array.Buffer] is { Kind: BufferKind.Adjoint } info && info.Type == Source.Real && Recognize(array, region, path) is { } adjoint) Take(adjoint);
        }

        foreach (Loop loop in region.Items.OfType<Loop>().Where(_uniform.RunsOverExtent))
        {
            if (path.Count > 0)
            {
                foreach (Accumulate accumulate in loop.Body.Items.OfType<Accumulate>()) TakeUniform(accumulate, loop, path);
            }

            Search(loop.Body, [.. path, loop]);
        }
    }

    private void Take(Adjoint adjoint)
    {
        _adjoints.Add(adjoint);
        Drop(adjoint.Array);
        foreach (Product product in adjoint.Products) Keep(product);
        foreach (Item item in _examples.Body.AllItems().Where(i => i is Accumulate && i.ElementAccess()!.Value.Buffer == adjoint.Array.Buffer).ToList()) Drop(item);
        foreach (Sum sum in adjoint.Sums) Drop(sum.Item);
    }

    /// <summary>What is added to a sum over the examples and is a product with what is the same for all of them.</summary>
    private void TakeUniform(Accumulate accumulate, Loop columns, IReadOnlyList<Loop> path)
    {
        if (!IsGradient(accumulate.Buffer) || !_uniform.CanCopy(accumulate.Index, [.. path, columns])) return;
        List<Term> terms = [.. TermsOf(accumulate.Value, isNegated: false)];
        var products = terms.Select(t => (Term: t, Product: ProductOf(t, columns, path) ?? SignalAlone(t, columns, path))).Where(p => p.Product is not null).ToList();
        if (products.Count == 0) return;
        _additions.Add(new Additions(path, accumulate, [.. products.Select(p => p.Product!)]));
        foreach ((_, Product? product) in products) Keep(product!);
        List<Term> rest = [.. terms.Where(t => products.All(p => p.Term != t))];
        if (rest.Count == 0)
        {
            Drop(accumulate);
            return;
        }

        _rests.Add(accumulate, rest);
        foreach (Term term in rest) _uses[term.Value]++;
        Unuse(accumulate.Value);
    }

    /// <summary>The signal is summed instead.</summary>
    private void Keep(Product product)
    {
        if (!_totals.TryGetValue(product.Columns, out List<Total>? list)) _totals[product.Columns] = list = [];
        if (list.Contains(product.Total)) return;
        list.Add(product.Total);
        _uses[product.Total.Signal]++;
    }

    /// <summary>Leaves an item out, and what nothing else reads.</summary>
    private void Drop(Item item)
    {
        if (!_dropped.Add(item)) return;
        foreach (int operand in IrFacts.Operands(item)) Unuse(operand);
    }

    private void Unuse(int value)
    {
        if (--_uses[value] == 0 && _uniform.IsInExamples(value) && _index.DefinitionOf(value) is (Let or Load) and { } item) Drop(item);
    }

    private Adjoint? Recognize(Alloc array, Region region, IReadOnlyList<Loop> path)
    {
        var products = new List<Product>();
        var sums = new List<Sum>();
        int additions = 0, accesses = Source.Body.AllItems().Count(i => i.ElementAccess() is (int buffer, _) && buffer == array.Buffer);
        foreach (Loop loop in region.Items.OfType<Loop>().Where(_uniform.RunsOverExtent))
        {
            foreach (Item item in loop.Body.Items)
            {
                if (item is Load load && load.Buffer == array.Buffer)
                {
                    if (!_uniform.Same(loop.To, array.Length) || SumOf(load, loop, path) is not { } sum) return null;
                    sums.Add(sum);
                }
                else if (item is Loop inner && _uniform.RunsOverExtent(inner) && _uniform.Same(inner.To, array.Length))
                {
                    foreach (Accumulate accumulate in inner.Body.Items.OfType<Accumulate>().Where(a => a.Buffer == array.Buffer))
                    {
                        if (accumulate.Index != inner.Counter) return null;
                        List<Product?> all = [.. TermsOf(accumulate.Value, isNegated: false).Select(t => ProductOf(t, inner, [.. path, loop]))];
                        if (all.Contains(null)) return null;
                        products.AddRange(all!);
                        additions++;
                    }
                }
            }
        }

        return products.Count > 0 && sums.Count > 0 && additions + sums.Count == accesses ? new Adjoint(path, array, products, sums) : null;
    }

    /// <summary>What a value adds up and subtracts, in operations whose results nothing else reads.</summary>
    private IEnumerable<Term> TermsOf(int value, bool isNegated)
    {
        if (_index.UsesOf(value) != 1) return [new Term(value, isNegated)];
        return _index.LetOf(value) switch
        {
            { Op: Op.Add } add => TermsOf(add.A, isNegated).Concat(TermsOf(add.B, isNegated)),
            { Op: Op.Sub } sub => TermsOf(sub.A, isNegated).Concat(TermsOf(sub.B, !isNegated)),
            { Op: Op.Neg } neg => TermsOf(neg.A, !isNegated),
            _ => [new Term(value, isNegated)],
        };
    }

    private Product? ProductOf(Term term, Loop columns, IReadOnlyList<Loop> loops)
    {
        Let? product = _index.LetOf(term.Value);
        bool isGuarded = false;
        if (product is { Op: Op.Select } select && _index.LetOf(select.C) is { Op: Op.Const, Payload: 0 } && _index.LetOf(select.A) is { Op: Op.Ne } guard
            && _index.LetOf(select.B) is { Op: Op.Mul } guarded && Other(guard) is var tested && (tested == guarded.A || tested == guarded.B)) (product, isGuarded) = (guarded, true);
        return product is not { Op: Op.Mul } ? null : Of(product.A, product.B) ?? Of(product.B, product.A);

        int Other(Let ne) => _index.LetOf(ne.A) is { Op: Op.Const, Payload: 0 } ? ne.B : ne.A;

        Product? Of(int signal, int element) =>
            IsSignal(signal, columns) && _uniform.CanCopy(element, [.. loops, columns]) ? new Product(columns, TotalOf(signal, columns, loops), element, term.IsNegated, isGuarded) : null;
    }

    private Product? SignalAlone(Term term, Loop columns, IReadOnlyList<Loop> loops) =>
        IsSignal(term.Value, columns) ? new Product(columns, TotalOf(term.Value, columns, loops), -1, term.IsNegated, IsGuarded: false) : null;

    /// <summary>Whether it differs from example to example, but not along the columns.</summary>
    private bool IsSignal(int value, Loop columns) => _uniform.Varying.Contains(value) && Source.TypeOf(value) == Source.Real
        && !columns.Body.DefinedValues().Contains(value) && columns.Carried.All(c => c.Id != value);

    /// <summary>One for all products with a signal in a loop, whether they are taken or not.</summary>
    private Total TotalOf(int signal, Loop columns, IReadOnlyList<Loop> loops)
    {
        if (!_possible.TryGetValue((columns.Counter, signal), out Total? total)) _possible.Add((columns.Counter, signal), total = new Total(loops, signal));
        return total;
    }

    private Sum? SumOf(Load load, Loop loop, IReadOnlyList<Loop> path)
    {
        if (load.Index != loop.Counter || _index.UsesOf(load.Id) != 1) return null;
        foreach (Item item in loop.Body.Items)
        {
            if (item is Accumulate direct && direct.Value == load.Id) return Of(direct, false);
            if (item is Let { Op: Op.Neg } negated && negated.A == load.Id && _index.UsesOf(negated.Id) == 1)
            {
                return loop.Body.Items.OfType<Accumulate>().FirstOrDefault(a => a.Value == negated.Id) is { } accumulate ? Of(accumulate, true) : null;
            }
        }

        return null;

        Sum? Of(Accumulate accumulate, bool isNegated) => IsGradient(accumulate.Buffer) && _uniform.CanCopy(accumulate.Index, [.. path, loop]) ? new Sum(loop, accumulate, isNegated) : null;
    }

    /// <summary>Whether it is the gradient of what all examples share, to which they only add.</summary>
    private bool IsGradient(int buffer) => (Source.Buffers[buffer].Kind == BufferKind.Gradient || _shared.Contains(buffer)) && !_readInExamples.Contains(buffer);
}
