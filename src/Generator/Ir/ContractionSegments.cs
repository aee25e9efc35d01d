namespace SymbolicGD.Generator.Ir;

/// <summary>
/// The body of the loop over examples, cut at its contractions: a contraction runs for a block of several vectors of examples at once, what lies
/// between two of them for one vector after the other. Loops may run once for the block, and their bodies are cut in the same way.
/// </summary>
internal sealed class ContractionSegments
{
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly HashSet<int> _varying;
    private readonly Loop _examples;
    private readonly HashSet<int> _working;
    private readonly Func<Loop, bool> _isContraction;
    private readonly Func<Loop, bool> _isBlockLoop;

    // Per value of a region that is cut: the part that defines it, null for a head.
    private readonly Dictionary<int, Part?> _definedIn = [];

    public ContractionSegments(Function function, FunctionIndex index, Loop examples, HashSet<int> varying, Func<Loop, bool> isContraction, Func<Loop, bool> isBlockLoop)
    {
        (_function, _index, _varying, _examples, _isContraction, _isBlockLoop) = (function, index, varying, examples, isContraction, isBlockLoop);
        _working = [.. examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer)];
        Body = Cut(examples.Body);
        CollectKept(Body);
        MarkIdle(Body);
    }

    /// <summary>A region that is cut.</summary>
    internal sealed class Segment
    {
        /// <summary>What is the same for all examples and depends on nothing in the body: computed once per block.</summary>
        public List<Item> Head { get; } = [];

        /// <summary>The working arrays that are made here; none is made inside of a part if there is no <see cref="Refusal"/>.</summary>
        public List<Alloc> Allocs { get; } = [];

        public List<Part> Parts { get; } = [];
    }

    /// <summary>A contraction, or a loop whose body is cut, or items that run for one vector of examples.</summary>
    internal sealed class Part(Loop? contraction, Loop? loop, Segment? body)
    {
        public Loop? Contraction => contraction;

        /// <summary>A loop that runs once for the block, and its <see cref="Body"/>.</summary>
        public Loop? Loop => loop;

        public Segment? Body => body;

        public List<Item> Items { get; } = [];

        public bool RunsForVectors => contraction is null && loop is null;

        /// <summary>Values from other parts: they were stored there, and are read again.</summary>
        public List<int> Taken { get; } = [];

        /// <summary>Values that other parts take.</summary>
        public List<int> Kept { get; } = [];

        /// <summary>Values from other parts that are cheaper to compute again: the weight of an example, a scalar of its data.</summary>
        public List<Item> Again { get; } = [];

        /// <summary>Whether nothing of it is needed by itself.</summary>
        public bool IsIdle { get; set; }
    }

    public Segment Body { get; }

    /// <summary>Why the body cannot be cut, or null.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Values that are kept from one part to another, in the order of their slots.</summary>
    public List<int> KeptValues { get; } = [];

    /// <summary>The part that ends with the addition to a running sum.</summary>
    public Part? PartOf(Carried carried) => _definedIn.TryGetValue(carried.Next, out Part? part) ? part : null;

    private Segment Cut(Region region)
    {
        var segment = new Segment();
        foreach (Item item in region.Items)
        {
            if (item is Alloc alloc) segment.Allocs.Add(alloc);
            else if (IsUniform(item)) Define(item, null, segment.Head);
            else if (item is Loop loop && _isContraction(loop)) segment.Parts.Add(new Part(loop, null, null));
            else if (item is Loop around && _isBlockLoop(around)) segment.Parts.Add(new Part(null, around, Cut(around.Body)));
            else
            {
                if (segment.Parts.Count == 0 || !segment.Parts[segment.Parts.Count - 1].RunsForVectors) segment.Parts.Add(new Part(null, null, null));
                Part part = segment.Parts[segment.Parts.Count - 1];
                Define(item, part, part.Items);
            }
        }

        return segment;
    }

    private void Define(Item item, Part? part, List<Item> items)
    {
        foreach (int value in IrFacts.Definitions(item)) _definedIn[value] = part;
        items.Add(item);
    }

    private bool IsUniform(Item item) => item switch
    {
        Let let => !_varying.Contains(let.Id) && let.Operands.All(FromOutsideOrHead),
        Load load => !_varying.Contains(load.Id) && !_working.Contains(load.Buffer) && FromOutsideOrHead(load.Index),
        _ => false,
    };

    private bool FromOutsideOrHead(int value) => value != _examples.Counter && _examples.Carried.All(c => c.Id != value) && (!_definedIn.TryGetValue(value, out Part? part) || part is null);

    private void CollectKept(Segment segment)
    {
        foreach (Part part in segment.Parts)
        {
            if (part.Loop is { } loop)
            {
                if (loop.Carried.Count > 0 || !FromOutsideOrHead(loop.From) || !FromOutsideOrHead(loop.To)) Refusal = "a loop around products carries values";
                CollectKept(part.Body!);
            }
            else
            {
                CollectKept(part);
            }
        }
    }

    private void CollectKept(Part part)
    {
        IEnumerable<Item> items = part.Contraction is { } nest ? [nest] : part.Items;
        var region = new Region(Support.EquatableArray.ToEquatableArray(items));
        if (region.AllItems().Any(i => i is Alloc)) Refusal = "an array of an example is made in a loop or in a branch";
        var used = new List<int>(IrFacts.FreeValues(region));

        // A running sum is added to where its term is: other vectors of examples have added to it before the next part comes.
        foreach (Carried carried in _examples.Carried)
        {
            if (used.Contains(carried.Id) && (PartOf(carried) != part || !Body.Parts.Contains(part))) Refusal = "a sum over the examples grows in several places";
        }

        foreach (int value in used)
        {
            if (_definedIn.TryGetValue(value, out Part? from) && from is not null && from != part) Take(part, value, from);
        }
    }

    private void Take(Part part, int value, Part from)
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
        if (_index.DefinitionOf(value) is { } again and (Let { Op: Op.Argument } or Load { } ) && (IsCheap(again) || (again is Load load && CanLoadAgain(load, from, part))))
        {
            part.Again.Add(again);
            return;
        }

        part.Taken.Add(value);
        if (KeptValues.Contains(value)) return;
        KeptValues.Add(value);
        from.Kept.Add(value);
    }

    private void MarkIdle(Segment segment)
    {
        foreach (Part part in segment.Parts)
        {
            if (part.Body is { } body) MarkIdle(body);
            part.IsIdle = part.RunsForVectors && part.Kept.Count == 0 && part.Items.All(i => i is Let or Load) && _examples.Carried.All(c => PartOf(c) != part);
        }
    }

    /// <summary>Whether an element of a working array is still there when another part wants it.</summary>
    private bool CanLoadAgain(Load load, Part from, Part to)
    {
        if (!_working.Contains(load.Buffer) || !FromOutsideOrHead(load.Index) || SegmentOf(from, Body) is not { } segment) return false;
        int first = segment.Parts.IndexOf(from), last = segment.Parts.FindIndex(p => p == to || (p.Body is { } body && SegmentOf(to, body) is not null));
        return last > first
            && from.Items.SkipWhile(i => i != load).All(i => !Writes(i, load.Buffer))
            && segment.Parts.Skip(first + 1).Take(last - first - 1).All(p => !Writes(p, load.Buffer))
            && (segment.Parts[last] == to || !Writes(segment.Parts[last], load.Buffer));
    }

    private static Segment? SegmentOf(Part part, Segment segment) =>
        segment.Parts.Contains(part) ? segment : segment.Parts.Select(p => p.Body is { } body ? SegmentOf(part, body) : null).FirstOrDefault(s => s is not null);

    private static bool Writes(Part part, int buffer) =>
        part.Loop is { } loop ? Writes(loop, buffer) : part.Contraction is { } nest ? Writes(nest, buffer) : part.Items.Any(i => Writes(i, buffer));

    private static bool Writes(Item item, int buffer) => IrFacts.WrittenBuffers(new Region(Support.EquatableArray.ToEquatableArray(new[] { item }))).Contains(buffer);

    private bool IsCheap(Item item) => item switch
    {
        Let { Op: Op.Argument } => true,
        Load load => _function.Buffers[load.Buffer].Kind == BufferKind.Data && !_function.Arguments[_function.Buffers[load.Buffer].Argument].IsArray,
        _ => false,
    };
}
