namespace SymbolicGD.Generator.Ir;

/// <summary>
/// The body of the loop over examples, cut at its contractions: a contraction runs for a block of several vectors of examples at once, what lies
/// between two of them for one vector after the other.
/// </summary>
internal sealed class ContractionSegments
{
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly HashSet<int> _varying;
    private readonly Loop _examples;

    // Per value of the body's outermost region: the part that defines it, -1 for the head.
    private readonly Dictionary<int, int> _definedIn = [];

    public ContractionSegments(Function function, FunctionIndex index, Loop examples, HashSet<int> varying, Func<Loop, bool> isContraction)
    {
        (_function, _index, _varying, _examples) = (function, index, varying, examples);
        var working = new HashSet<int>(examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer));
        foreach (Item item in examples.Body.Items)
        {
            if (item is Alloc alloc) Allocs.Add(alloc);
            else if (IsUniform(item, working)) Place(item, -1);
            else if (item is Loop loop && isContraction(loop)) Parts.Add(new Part(loop, []));
            else
            {
                if (Parts.Count == 0 || Parts[Parts.Count - 1].Contraction is not null) Parts.Add(new Part(null, []));
                Place(item, Parts.Count - 1);
            }
        }

        for (int p = 0; p < Parts.Count; p++) CollectKept(p);
        for (int p = 0; p < Parts.Count; p++)
        {
            Part part = Parts[p];
            part.IsIdle = part.Contraction is null && part.Kept.Count == 0 && part.Items.All(i => i is Let or Load) && examples.Carried.All(c => PartOf(c) != p);
        }
    }

    /// <summary>Either a contraction, or items that run for one vector of examples.</summary>
    internal sealed record Part(Loop? Contraction, List<Item> Items)
    {
        /// <summary>Values from parts before: they were stored there, and are read again.</summary>
        public List<int> Taken { get; } = [];

        /// <summary>Values that later parts take.</summary>
        public List<int> Kept { get; } = [];

        /// <summary>Values from parts before that are cheaper to compute again: the weight of an example, a scalar of its data.</summary>
        public List<Item> Again { get; } = [];

        /// <summary>Whether nothing of it is needed by itself.</summary>
        public bool IsIdle { get; set; }
    }

    /// <summary>What is the same for all examples and depends on nothing in the body: computed once per block.</summary>
    public List<Item> Head { get; } = [];

    /// <summary>The working arrays; none is made inside of a loop or a branch if there is no <see cref="Refusal"/>.</summary>
    public List<Alloc> Allocs { get; } = [];

    public List<Part> Parts { get; } = [];

    /// <summary>Why the body cannot be cut, or null.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Values that are kept from one part to another, in the order of their slots.</summary>
    public List<int> KeptValues { get; } = [];

    /// <summary>The part that ends with the addition to a running sum.</summary>
    public int PartOf(Carried carried) => _definedIn.TryGetValue(carried.Next, out int part) ? part : -1;

    private bool IsUniform(Item item, HashSet<int> working) => item switch
    {
        Let let => !_varying.Contains(let.Id) && let.Operands.All(FromOutsideOrHead),
        Load load => !_varying.Contains(load.Id) && !working.Contains(load.Buffer) && FromOutsideOrHead(load.Index),
        _ => false,
    };

    private bool FromOutsideOrHead(int value) => value != _examples.Counter && _examples.Carried.All(c => c.Id != value) && (!_definedIn.TryGetValue(value, out int part) || part < 0);

    private void Place(Item item, int part)
    {
        foreach (int value in IrFacts.Definitions(item)) _definedIn[value] = part;
        (part < 0 ? Head : Parts[part].Items).Add(item);
    }

    private void CollectKept(int number)
    {
        Part part = Parts[number];
        IEnumerable<Item> items = part.Contraction is { } nest ? [nest] : part.Items;
        var region = new Region(Support.EquatableArray.ToEquatableArray(items));
        if (region.AllItems().Any(i => i is Alloc)) Refusal = "an array of an example is made in a loop or in a branch";
        var used = new List<int>(IrFacts.FreeValues(region));

        // A running sum is added to where its term is: other vectors of examples have added to it before the next part comes.
        foreach (Carried carried in _examples.Carried)
        {
            if (used.Contains(carried.Id) && PartOf(carried) != number) Refusal = "a sum over the examples grows in several places";
        }

        foreach (int value in used.Where(v => _definedIn.TryGetValue(v, out int from) && from >= 0 && from != number)) Take(part, value);
    }

    private void Take(Part part, int value)
    {
        ScalarType type = _function.TypeOf(value);
        if (!_varying.Contains(value))
        {
            Refusal = "a value that all examples share depends on a loop";
            return;
        }

        if (part.Contraction is not null) Refusal = "a contraction reads a value of an example";

        // An integer that differs from example to example is a text that is written where it is used.
        if (type == ScalarType.I32) return;
        if (_index.DefinitionOf(value) is { } again and (Let { Op: Op.Argument } or Load { } ) && IsCheap(again))
        {
            part.Again.Add(again);
            return;
        }

        part.Taken.Add(value);
        if (KeptValues.Contains(value)) return;
        KeptValues.Add(value);
        Parts[_definedIn[value]].Kept.Add(value);
    }

    private bool IsCheap(Item item) => item switch
    {
        Let { Op: Op.Argument } => true,
        Load load => _function.Buffers[load.Buffer].Kind == BufferKind.Data && !_function.Arguments[_function.Buffers[load.Buffer].Argument].IsArray,
        _ => false,
    };
}
