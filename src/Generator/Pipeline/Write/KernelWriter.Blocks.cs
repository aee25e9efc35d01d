using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Code that runs for a block of examples at once: a value that differs from example to example is a vector with one lane
/// per example; an integer that does is a text over the position of the example, written out where it is needed.
/// </summary>
internal sealed partial class KernelWriter
{
    private const int MaxItemsWrittenTwice = 48;

    private const string LastBlockComment = "// The last block ends with the last row; what it shares with the one before is masked.";

    private sealed class BlockState(string position, HashSet<int> varying, HashSet<int> inside, CodeWriter code, CodeWriter.Bookmark before)
    {
        public readonly string Position = position;
        public readonly HashSet<int> Varying = varying;
        public readonly HashSet<int> Inside = inside;
        public readonly CodeWriter Code = code;
        public readonly CodeWriter.Bookmark Before = before;
        public readonly Dictionary<int, Text> Vectors = [];
        public readonly Dictionary<int, Func<string, Text>> PerLane = [];
        public readonly Dictionary<int, int> SpillSlots = [];
        public readonly HashSet<int> Done = [];
        public int Slots;
        public string? Mask;

        /// <summary>Where the body of the block begins, and what is declared there: where the rows start that a column of integers names, by column and width.</summary>
        public CodeWriter.Bookmark Head = before;
        public readonly Dictionary<string, string> Starts = [];

        /// <summary>Every lane has an example of its own.</summary>
        public bool IsWhole;

        /// <summary>Forgets the texts of the body's values, to write the body again.</summary>
        /// <param name="isBroadcast">The values that are broadcast before the loop and stay.</param>
        public void Forget(Func<int, bool> isBroadcast)
        {
            foreach (int value in Vectors.Keys.Where(v => Inside.Contains(v) && !Carried.Contains(v) && !isBroadcast(v)).ToList()) Vectors.Remove(value);
            foreach (int value in SpillSlots.Keys.Where(Inside.Contains).ToList()) SpillSlots.Remove(value);
            Done.Clear();
        }

        public readonly HashSet<int> Carried = [];
    }

    private BlockState? _block;

    private bool IsLane(int value) => _block is not null && _block.Varying.Contains(value);

    private void WriteBlocks(Loop examples)
    {
        string position = _names.Unique("i");
        CodeWriter.Bookmark before = _code.Mark();
        _block = new BlockState(position, VaryingValues.Of(_function, examples),
            [.. examples.Body.DefinedValues(), examples.Counter, .. examples.Carried.Items.Select(c => c.Id)], _code, before);
        _block.PerLane[examples.Counter] = at => new Text($"Lanes.Example(rows, {at})");
        StartSums(examples);

        if (examples.Carried.Count == 0 && !examples.Body.AllItems().OfType<Accumulate>().Any(a => _plan.LayoutOf(a.Buffer) == BufferLayout.Shared))
        {
            string start = _names.Unique("block");
            using (Block($"for (int {start} = 0; {start} < rows.Count; {start} += {_lanes})"))
            {
                _code.Line("// The last block ends with the last row, and does some of the block before again.");
                _code.Line($"int {position} = Math.Min({start}, rows.Count - {_lanes});");
                WriteBlock(examples, masked: false);
            }
        }

        // A short body is written twice: for whole blocks without masks, and for the examples left. A long one would double the code for
        // nothing: there the masks do not show.
        else if (examples.Body.AllItems().All(i => i is not Loop) && examples.Body.Items.Count <= MaxItemsWrittenTwice)
        {
            _code.Line($"int {position} = 0;");
            using (Block($"for (; {position} <= rows.Count - {_lanes}; {position} += {_lanes})")) WriteBlock(examples, masked: false);
            _block.Forget(v => _index.LetOf(v) is { Op: Op.Extent } || (_index.LetOf(v) is { Op: Op.Argument } argument && argument.Payload != SpecialArgument.Seed));
            _code.Gap();
            using (Block($"if ({position} < rows.Count)"))
            {
                _code.Line(LastBlockComment);
                string done = _names.Unique("done");
                _code.Line($"int {done} = {position} - (rows.Count - {_lanes});");
                _code.Line($"{position} -= {done};");
                _code.Line($"var active = Lanes.Active(({_real}){done});");
                WriteBlock(examples, masked: true);
            }
        }
        else
        {
            string start = _names.Unique("block");
            using (Block($"for (int {start} = 0; {start} < rows.Count; {start} += {_lanes})"))
            {
                _code.Line(LastBlockComment);
                _code.Line($"int {position} = Math.Min({start}, rows.Count - {_lanes});");
                _code.Line($"var active = Lanes.Active<{_real}, TRows>(rows, {start}, {position});");
                WriteBlock(examples, masked: true);
            }
        }

        EndSums(examples, before);
    }

    /// <summary>A vector of running sums for each value that the loop over examples carries.</summary>
    private void StartSums(Loop examples)
    {
        foreach (Carried carried in examples.Carried)
        {
            string name = NameOf(carried.Id, _function.Values[carried.Result].Name ?? (carried.Result == _function.Result ? "loss" : null));
            _code.Line($"var {name} = {VectorType}.Zero;");
            _block!.Vectors[carried.Id] = new Text(name);
            _block.Carried.Add(carried.Id);
        }
    }

    private void EndSums(Loop examples, CodeWriter.Bookmark before)
    {
        if (_block!.Slots > 0)
        {
            _block.Code.InsertAt(before, $"Span<{_real}> spill = stackalloc {_real}[{NumberText.Integer(_block.Slots * _lanes)}];");
        }

        _code.Gap();
        var sums = examples.Carried.Items.Select(c => (c, Vector(c.Id).Code)).ToList();
        _block = null;
        foreach ((Carried carried, string name) in sums)
        {
            string init = Scalar(carried.Init).Code, sum = $"Lanes.Sum({name})";
            string result = _names.Unique(name + "Sum");
            _code.Line($"{_real} {result} = {(_index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 } ? sum : init + " + " + sum)};");
            _scalars[carried.Result] = new Text(result);
        }
    }

    private void WriteBlock(Loop examples, bool masked)
    {
        _block!.IsWhole = !masked;
        _block.Head = _code.Mark();
        _block.Starts.Clear();
        WriteItems(examples.Body);
        foreach (Carried carried in examples.Carried.Items.Where(c => c.Next != c.Id)) AddToSum(carried, masked);
    }

    private void AddToSum(Carried carried, bool masked)
    {
        // The loss of an example that the block before has done must not count twice. Adjoints are zero there, since the seed is.
        string name = Vector(carried.Id).Code, next = Vector(carried.Next).Code, prefix = name + " + ";
        if (masked && carried.Result == _function.Result) _code.Line($"{name} = Vector512.ConditionalSelect(active, {next}, {name});");
        else if (next.StartsWith(prefix, StringComparison.Ordinal) && IsSingleTerm(next.Substring(prefix.Length))) _code.Line($"{name} += {next.Substring(prefix.Length)};");
        else _code.Line($"{name} = {next};");
    }

    /// <summary>Writes an item that differs from example to example; false if it is the same for all and scalar code will do.</summary>
    private bool WriteInBlock(Item item)
    {
        switch (item)
        {
            case Let or Load when _block!.Done.Remove(item is Let written ? written.Id : ((Load)item).Id):
                return true;
            case Let let when IsLane(let.Id):
                WriteLaneLet(let);
                return true;
            case Load load when IsLane(load.Id):
                WriteLaneLoad(load);
                return true;
            case Store store:
                WriteLaneStore(store);
                return true;
            case Accumulate accumulate:
                WriteLaneAccumulate(accumulate);
                return true;
            case Alloc alloc:
                if (NeedsZeros(alloc)) _code.Line($"{_bufferNames[alloc.Buffer]}.Clear();");
                return true;
            case Loop loop when _plan.IsVectorLoop(loop):
                WriteVectorLoop(loop);
                return true;
            case Loop loop:
                WriteLaneLoop(loop);
                return true;
            case If branch when IsLane(branch.Condition):
                WriteLaneBranch(branch);
                return true;
            case If branch:
                WriteUniformBranch(branch);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The value as a vector: a lane value as it is, any other broadcast.</summary>
    private Text Vector(int value)
    {
        BlockState block = _block!;
        if (block.Vectors.TryGetValue(value, out Text text)) return text;
        if (block.PerLane.TryGetValue(value, out Func<string, Text>? perLane))
        {
            return FillLanes(value, at => $"({_real}){perLane(at).Under(Text.UnaryOperator)}", null);
        }

        return Broadcast(value, block);
    }

    /// <summary>A scalar in all lanes. What is defined before the loop over examples is broadcast there, once.</summary>
    private Text Broadcast(int value, BlockState block)
    {
        Text scalar = Scalar(value);
        if (_function.TypeOf(value) == ScalarType.Bool) return new Text($"Lanes.Mask<{_real}>({scalar})");
        Let? let = _index.LetOf(value);
        if (let?.Op == Op.Const)
        {
            return let.Payload == 0 ? new Text($"{VectorType}.Zero") : new Text($"Vector512.Create({scalar})");
        }

        bool before = !block.Inside.Contains(value) || let?.Op is Op.Argument or Op.Extent;
        if (!before) return new Text($"Vector512.Create({scalar})");
        string name = _names.UniqueAtTop((_function.Values[value].Name ?? scalar.Code.Split('[', '(', ' ', '.')[0]) + "V");
        block.Code.InsertAt(block.Before, $"var {name} = Vector512.Create({scalar});");
        return block.Vectors[value] = new Text(name);
    }

    private void DefineVector(int value, Text text)
    {
        if (MayInline(value, text))
        {
            _block!.Vectors[value] = text;
            return;
        }

        string name = NameOf(value);
        _code.Line($"var {name} = {text};");
        _block!.Vectors[value] = new Text(name);
    }

    private void WriteLaneLet(Let let)
    {
        BlockState block = _block!;
        ScalarType type = _function.TypeOf(let.Id);
        if (let.Op == Op.Argument)
        {
            // The seed: the weight of an example, zero where the block before has done it.
            string seed = _names.Unique("seed");
            _code.Line($"var {seed} = {(block.IsWhole ? string.Empty : "active & ")}Vector512.Create(weight);");
            block.Vectors[let.Id] = new Text(seed);
            return;
        }

        if (type == ScalarType.I32)
        {
            block.PerLane[let.Id] = at => OpText.Scalar(let.Op, type, type, PerLane(let.A, at), let.B < 0 ? default : PerLane(let.B, at), let.C < 0 ? default : PerLane(let.C, at));
            return;
        }

        ScalarType operand = _function.TypeOf(let.A);
        if (operand == ScalarType.I32 && (let.Op == Op.Convert || let.Op.IsComparison()))
        {
            block.Vectors[let.Id] = let.Op == Op.Convert
                ? FillLanes(let.Id, at => $"({_real}){PerLane(let.A, at).Under(Text.UnaryOperator)}", null)
                : FillLanes(let.Id, at => OpText.Scalar(let.Op, type, operand, PerLane(let.A, at), PerLane(let.B, at), default) + " ? 1 : 0", "mask");
            return;
        }

        if (let.Op is Op.Sigmoid or Op.Softplus or Op.Tanh or Op.Sin or Op.Cos && WritePair(let)) return;
        DefineVector(let.Id, VectorText(let, Vector));
    }

    /// <summary>Two functions of one exponential, or of one angle, computed together where both are wanted.</summary>
    private bool WritePair(Let let)
    {
        List<Let> lets = ItemsOfBlock().OfType<Let>().ToList();
        if (!lets.Contains(let)) return false;
        foreach (Let other in lets)
        {
            if (_block!.Vectors.ContainsKey(other.Id) || other.Id == let.Id || PairOf(let, other) is not { } pair) continue;
            string first = NameOf(pair.First.Id, pair.FirstName), second = NameOf(pair.Second.Id, pair.SecondName);
            _code.Line($"VectorMath.{pair.Function}({Vector(pair.First.A)}, out var {first}, out var {second});");
            _block.Vectors[pair.First.Id] = new Text(first);
            _block.Vectors[pair.Second.Id] = new Text(second);
            _block.Done.Add(other.Id);
            return true;
        }

        return false;
    }

    /// <summary>What stands in the body itself, or in branches that are written flat: what a nested block of C# declares is not visible after it.</summary>
    private IEnumerable<Item> ItemsOfBlock()
    {
        return Flat(_partItems is null ? _function.Body.Items.OfType<Loop>().First(l => l.IsExamples).Body.Items : _partItems);

        IEnumerable<Item> Flat(IEnumerable<Item> items) =>
            items.SelectMany(i => i is If branch && IsLane(branch.Condition) ? Flat(branch.Then.Items).Concat(Flat(branch.Else.Items)) : [i]);
    }

    /// <summary>The function that gives both values, from the operand of the first.</summary>
    private (string Function, Let First, string FirstName, Let Second, string SecondName)? PairOf(Let a, Let b)
    {
        switch (a.Op, b.Op)
        {
            case (Op.Sigmoid, Op.Softplus) when a.A == b.A:
                return ("SigmoidAndSoftplus", a, "sigmoid", b, "softplus");
            case (Op.Softplus, Op.Sigmoid) when a.A == b.A:
                return ("SigmoidAndSoftplus", b, "sigmoid", a, "softplus");
            case (Op.Sigmoid, Op.Sigmoid) when IsNegated(b.A, a.A) || IsNegated(a.A, b.A):
                return ("SigmoidAndComplement", a, "sigmoid", b, "complement");
            case (Op.Tanh, Op.Sigmoid) when IsTwiceMagnitude(b.A, a.A):
                return ("TanhAndComplement", a, "tanh", b, "complement");
            case (Op.Sin, Op.Cos) when a.A == b.A:
                return ("SinCos", a, "sine", b, "cosine");
            case (Op.Cos, Op.Sin) when a.A == b.A:
                return ("SinCos", b, "sine", a, "cosine");
        }

        return null;

        bool IsNegated(int value, int of) => _index.LetOf(value) is { Op: Op.Neg } negated && negated.A == of;

        // −2·|x|
        bool IsTwiceMagnitude(int value, int of) => _index.LetOf(value) is { Op: Op.Mul } twice && (Is(twice.A, twice.B, of) || Is(twice.B, twice.A, of));

        bool Is(int factor, int magnitude, int of) =>
            _index.LetOf(factor) is { Op: Op.Const, RealConstant: -2 } && _index.LetOf(magnitude) is { Op: Op.Abs } abs && abs.A == of;
    }

    /// <summary>A vector operation, with a product and a sum fused where the product is used once.</summary>
    private Text VectorText(Let let, Func<int, Text> operand, bool quads = false)
    {
        if (let.Op is Op.Add or Op.Sub)
        {
            if (InlineProduct(let.B) is { } right) return Fused(right, let.A, negateProduct: let.Op == Op.Sub, negateAddend: false);
            if (InlineProduct(let.A) is { } left) return Fused(left, let.B, negateProduct: false, negateAddend: let.Op == Op.Sub);
        }

        // s·(1 − s), the slope of the logistic function, as s − s·s: one instruction, and rounded once.
        if (let.Op == Op.Mul && (Complement(let.B) == let.A || Complement(let.A) == let.B))
        {
            Text s = operand(Complement(let.B) == let.A ? let.A : let.B);
            return new Text($"{(quads ? "Quad" : "Lanes")}.MultiplyAddNegated({s}, {s}, {s})");
        }

        if (let is { Op: Op.Exp, Payload: OpFacts.Weight }) return new Text($"VectorMath.ExpOrZero({operand(let.A)})");
        return OpText.Vector(let.Op, operand(let.A), let.B < 0 ? OpText.Order(let) : operand(let.B), let.C < 0 ? default : operand(let.C), Family(quads));

        int? Complement(int value) =>
            _index.LetOf(value) is { Op: Op.Sub } difference && _index.LetOf(difference.A) is { Op: Op.Const, RealConstant: 1 }
            && _index.UsesOf(value) == 1 && operand(value).Precedence != Text.Atom ? difference.B : null;

        Let? InlineProduct(int value) =>
            _index.LetOf(value) is { Op: Op.Mul } product && operand(value).Precedence == Text.Product && operand(value).Code.Contains(" * ") ? product : null;

        Text Fused(Let product, int addend, bool negateProduct, bool negateAddend)
        {
            // A minus in front of an operand would be an instruction of its own: the just-in-time compiler does not fold it.
            string function = negateProduct ? "MultiplyAddNegated" : negateAddend ? "MultiplySubtract" : "FusedMultiplyAdd";
            string family = quads ? "Quad" : function == "FusedMultiplyAdd" ? "Vector512" : "Lanes";
            return new Text($"{family}.{function}({operand(product.A)}, {operand(product.B)}, {operand(addend)})");
        }
    }

    /// <summary>The text of an integer for the example at a position.</summary>
    private Text PerLane(int value, string at)
    {
        if (_block!.PerLane.TryGetValue(value, out Func<string, Text>? text)) return text(at);
        return Scalar(value);
    }
}
