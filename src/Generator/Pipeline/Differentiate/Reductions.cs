using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Finds the carried values that a loop only adds to. Their adjoint is the same in every iteration, so nothing about them
/// needs recording and the reverse of an iteration needs no other iteration.
/// </summary>
internal sealed class Reductions(SourceTree tree)
{
    private readonly Dictionary<(Node, int), bool> _known = [];

    /// <summary>Whether carried value <paramref name="slot"/> of a loop is an additive reduction, through branches and inner loops too.</summary>
    public bool IsAdditive(Node loop, int slot)
    {
        if (_known.TryGetValue((loop, slot), out bool known)) return known;
        Carried carried = ((Loop)loop.Item).Carried[slot];
        var chain = new HashSet<int> { carried.Id };
        var others = new HashSet<int>();
        bool additive = tree.TypeOf(carried.Id).IsReal() && Reaches(carried.Next, chain, others) && chain.All(v => OnlyFeeds(v, chain, loop, slot));
        _known.Add((loop, slot), additive);
        return additive;
    }

    /// <summary>Whether the value is the carried value plus or minus something else; collects the partial sums between.</summary>
    private bool Reaches(int value, HashSet<int> chain, HashSet<int> others)
    {
        if (chain.Contains(value)) return true;
        if (!others.Add(value)) return false;
        Definition definition = tree[value];
        bool reaches = definition.Kind switch
        {
            DefinitionKind.Let => definition.Node.Item switch
            {
                // Exactly one operand: c + c is not a sum that c enters with slope 1.
                Let { Op: Op.Add } add => Reaches(add.A, chain, others) != Reaches(add.B, chain, others),
                Let { Op: Op.Sub } sub => Reaches(sub.A, chain, others) && !Reaches(sub.B, chain, others),
                Let { Op: Op.Select } select => Reaches(select.B, chain, others) && Reaches(select.C, chain, others),
                _ => false,
            },
            DefinitionKind.Merge => definition.Node.Item is If branch
                && Reaches(branch.Results[definition.Slot].Then, chain, others) && Reaches(branch.Results[definition.Slot].Else, chain, others),
            DefinitionKind.CarriedOut => Reaches(((Loop)definition.Node.Item).Carried[definition.Slot].Init, chain, others) && IsAdditive(definition.Node, definition.Slot),
            _ => false,
        };
        if (reaches) chain.Add(value);
        return reaches;
    }

    private bool OnlyFeeds(int value, HashSet<int> chain, Node loop, int slot)
    {
        foreach (Use use in tree.UsesOf(value))
        {
            int produced = (use.Kind, use.Node.Item) switch
            {
                (UseKind.Operand, Let { Op: Op.Add or Op.Sub } let) => let.Id,
                (UseKind.Operand, Let { Op: Op.Select } let) when use.Slot > 0 => let.Id,
                (UseKind.Then or UseKind.Else, If branch) => branch.Results[use.Slot].Result,
                (UseKind.Init, Loop inner) => inner.Carried[use.Slot].Result,
                (UseKind.Next, Loop) when use.Node == loop && use.Slot == slot => value,
                _ => -1,
            };
            if (!chain.Contains(produced)) return false;
        }

        return value != tree.Function.Result;
    }
}
