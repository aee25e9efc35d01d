namespace SymbolicGD.Generator.Ir;

/// <summary>Where each value of a function is defined and how often it is used.</summary>
internal sealed class FunctionIndex
{
    private readonly Item?[] _definition;
    private readonly int[] _uses;
    private readonly int[] _regionOfDefinition;
    private readonly bool[] _usedOnlyInOwnRegion;
    private int _regionCount;

    public FunctionIndex(Function function)
    {
        int count = function.Values.Count;
        _definition = new Item?[count];
        _uses = new int[count];
        _regionOfDefinition = new int[count];
        _usedOnlyInOwnRegion = new bool[count];
        for (int i = 0; i < count; i++) _usedOnlyInOwnRegion[i] = true;
        int top = _regionCount++;
        Walk(function.Body, top);
        if (function.Result >= 0) Use(function.Result, top);
    }

    /// <summary>The item that defines a value: for a counter, carried value or loop result its <see cref="Loop"/>, for a merge its <see cref="If"/>.</summary>
    public Item? DefinitionOf(int value) => value < 0 ? null : _definition[value];

    public Let? LetOf(int value) => DefinitionOf(value) as Let;

    public int UsesOf(int value) => _uses[value];

    /// <summary>Whether every use lies directly in the region of the definition, so that its text may stand at the use.</summary>
    public bool IsUsedOnlyInOwnRegion(int value) => _usedOnlyInOwnRegion[value];

    public bool IsConstant(int value) => LetOf(value)?.Op == Op.Const;

    private void Walk(Region region, int number)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Let let:
                    Define(let.Id, item, number);
                    foreach (int operand in let.Operands) Use(operand, number);
                    break;
                case Load load:
                    Define(load.Id, item, number);
                    Use(load.Index, number);
                    break;
                case Store store:
                    Use(store.Index, number);
                    Use(store.Value, number);
                    break;
                case Accumulate accumulate:
                    Use(accumulate.Index, number);
                    Use(accumulate.Value, number);
                    break;
                case Alloc alloc:
                    Use(alloc.Length, number);
                    break;
                case Loop loop:
                    Use(loop.From, number);
                    Use(loop.To, number);
                    int body = _regionCount++;
                    Define(loop.Counter, item, body);
                    foreach (Carried carried in loop.Carried)
                    {
                        Use(carried.Init, number);
                        Define(carried.Id, item, body);
                        Define(carried.Result, item, number);
                    }

                    Walk(loop.Body, body);
                    foreach (Carried carried in loop.Carried) Use(carried.Next, body);
                    if (loop.EndsEarly) Use(loop.While, body);
                    break;
                case If branch:
                    Use(branch.Condition, number);
                    foreach (Merge merge in branch.Results) Define(merge.Result, item, number);
                    int then = _regionCount++;
                    Walk(branch.Then, then);
                    foreach (Merge merge in branch.Results) Use(merge.Then, then);
                    int otherwise = _regionCount++;
                    Walk(branch.Else, otherwise);
                    foreach (Merge merge in branch.Results) Use(merge.Else, otherwise);
                    break;
            }
        }
    }

    private void Define(int value, Item item, int region)
    {
        _definition[value] = item;
        _regionOfDefinition[value] = region;
    }

    private void Use(int value, int region)
    {
        _uses[value]++;
        if (_regionOfDefinition[value] != region) _usedOnlyInOwnRegion[value] = false;
    }
}
