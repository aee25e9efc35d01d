using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Which values and buffers take part in the derivative: those that depend on a parameter and on which the result depends,
/// through operations that have a slope. Only they have adjoints.
/// </summary>
internal sealed class Activity
{
    private readonly SourceTree _tree;
    private readonly bool[] _varied;
    private readonly bool[] _useful;
    private readonly bool[] _risky;
    private readonly bool[] _variedBuffers;
    private readonly bool[] _usefulBuffers;
    private readonly bool[] _riskyBuffers;
    private bool _changed;

    public Activity(SourceTree tree)
    {
        _tree = tree;
        int values = tree.Function.Values.Count, buffers = tree.Function.Buffers.Count;
        (_varied, _useful, _risky) = (new bool[values], new bool[values], new bool[values]);
        (_variedBuffers, _usefulBuffers, _riskyBuffers) = (new bool[buffers], new bool[buffers], new bool[buffers]);
        for (int b = 0; b < buffers; b++) _variedBuffers[b] = tree.Function.Buffers[b] is { Kind: BufferKind.Parameter } info && info.Type.IsReal();
        Node[] nodes = tree.AllNodes.ToArray();

        // Loops carry dependence around, so each direction runs to a fixed point; facts only ever turn true.
        Repeat(() => { foreach (Node node in nodes) Forward(node); });
        Mark(_useful, tree.Function.Result);
        Repeat(() => { for (int i = nodes.Length - 1; i >= 0; i--) Backward(nodes[i].Item); });
    }

    public bool IsActive(int value) => _varied[value] && _useful[value];

    /// <summary>Whether the value depends on a parameter, through operations that have a slope.</summary>
    public bool IsVaried(int value) => _varied[value];

    public bool IsVariedBuffer(int buffer) => _variedBuffers[buffer];

    public bool IsActiveBuffer(int buffer) => _variedBuffers[buffer] && _usefulBuffers[buffer];

    /// <summary>Whether the value may be infinite or NaN although every input is finite.</summary>
    public bool IsRisky(int value) => _risky[value];

    private void Repeat(Action sweep)
    {
        do
        {
            _changed = false;
            sweep();
        }
        while (_changed);
    }

    private void Mark(bool[] facts, int index, bool fact = true)
    {
        if (!fact || index < 0 || facts[index]) return;
        facts[index] = true;
        _changed = true;
    }

    private void Forward(Node node)
    {
        switch (node.Item)
        {
            case Let let:
                bool real = _tree.TypeOf(let.Id).IsReal();
                if (!real) break;
                bool parameter = let.Op == Op.Argument && let.Payload >= 0 && _tree.Function.Arguments[(int)let.Payload].Role == ArgumentRole.Parameter;
                Mark(_varied, let.Id, parameter || VariesIn(let, 0, let.A) || VariesIn(let, 1, let.B) || VariesIn(let, 2, let.C));
                bool singular = Emitter.MayBeSingular(let.Op) && !(let.Op == Op.Div && _tree.IsConstant(let.B));
                bool nonFinite = let.Op == Op.Const && (double.IsNaN(let.RealConstant) || double.IsInfinity(let.RealConstant));
                Mark(_risky, let.Id, singular || nonFinite || let.Operands.Any(a => _risky[a]));
                break;
            case Load load when _tree.TypeOf(load.Id).IsReal():
                Mark(_varied, load.Id, _variedBuffers[load.Buffer]);
                Mark(_risky, load.Id, _riskyBuffers[load.Buffer]);
                break;
            case Store store:
                Mark(_variedBuffers, store.Buffer, _varied[store.Value]);
                Mark(_riskyBuffers, store.Buffer, _risky[store.Value]);
                break;
            case Accumulate accumulate:
                Mark(_variedBuffers, accumulate.Buffer, _varied[accumulate.Value]);
                Mark(_riskyBuffers, accumulate.Buffer, _risky[accumulate.Value]);
                break;
            case Loop loop:
                foreach (Carried carried in loop.Carried)
                {
                    foreach (bool[] facts in new[] { _varied, _risky })
                    {
                        bool fact = facts[carried.Init] || facts[carried.Next];
                        Mark(facts, carried.Id, fact);
                        Mark(facts, carried.Result, fact);
                    }
                }

                break;
            case If branch:
                ForwardMerges(branch);
                break;
        }
    }

    private void ForwardMerges(If branch)
    {
        foreach (Merge merge in branch.Results)
        {
            foreach (bool[] facts in new[] { _varied, _risky }) Mark(facts, merge.Result, facts[merge.Then] || facts[merge.Else]);
        }
    }

    private bool VariesIn(Let let, int operand, int value) => value >= 0 && _varied[value] && DerivativeTable.HasSlope(let.Op, operand);

    private void Backward(Item item)
    {
        switch (item)
        {
            case Let let when _useful[let.Id]:
                Mark(_useful, let.A, DerivativeTable.HasSlope(let.Op, 0));
                Mark(_useful, let.B, DerivativeTable.HasSlope(let.Op, 1));
                Mark(_useful, let.C, DerivativeTable.HasSlope(let.Op, 2));
                break;
            case Load load when _useful[load.Id]:
                Mark(_usefulBuffers, load.Buffer);
                break;
            case Store store when _usefulBuffers[store.Buffer]:
                Mark(_useful, store.Value);
                break;
            case Accumulate accumulate when _usefulBuffers[accumulate.Buffer]:
                Mark(_useful, accumulate.Value);
                break;
            case Loop loop:
                foreach (Carried carried in loop.Carried.Where(c => _useful[c.Result] || _useful[c.Id]))
                {
                    Mark(_useful, carried.Init);
                    Mark(_useful, carried.Next);
                }

                break;
            case If branch:
                foreach (Merge merge in branch.Results.Where(m => _useful[m.Result]))
                {
                    Mark(_useful, merge.Then);
                    Mark(_useful, merge.Else);
                }

                break;
        }
    }
}
