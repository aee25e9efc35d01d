using System.Globalization;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;
using static SymbolicGD.Generator.Pipeline.Write.Formula;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>A value or array that has a name of its own and the formula of it.</summary>
/// <param name="Sign">How it comes to be: "=", or "+=" for one of several contributions.</param>
/// <param name="Text">The right side where it is more than one formula; else null.</param>
internal sealed record FormulaDefinition(string Left, string Sign, Formula Right, string? Text = null)
{
    public string RightText => Text ?? FormulaPrinter.Print(Right);
}

/// <summary>
/// Reads formulas off the IR: operations are inlined, loops that sum become Σ, and values that are used more than once
/// become definitions under the user's names. The seed of the reverse sweep counts as 1, so that derivatives are those of
/// one example's loss.
/// </summary>
/// <param name="inlineSize">Unnamed values that are used more than once and show more symbols than this get a name.</param>
/// <param name="forced">Values that get this name whatever their size.</param>
internal sealed class FormulaBuilder(Function function, int inlineSize, IReadOnlyDictionary<int, string>? forced = null)
{
    private const int MaxSize = 400;

    // A chain of operations longer than this is followed without recursion: the compiler's stack is not ours to fill.
    private const int MaxDepth = 100;

    private readonly Item?[] _defining = IrFacts.DefiningItems(function);
    private readonly int[] _uses = IrFacts.Uses(function);
    private readonly LoopLetters _letters = new(function);
    private readonly Dictionary<int, Formula> _formulas = [];
    private readonly Dictionary<Formula, string> _names = [];
    private readonly HashSet<string> _taken = new(function.Arguments.Select(a => a.Name));
    private readonly HashSet<int> _arrays = [];

    // The arrays whose element is being looked up: one that is made of its own other elements has no formula.
    private readonly HashSet<int> _recorded = [];
    private readonly Dictionary<string, int> _primes = [];
    private int _temporaries;
    private int _depth;

    /// <summary>What was given a name so far, in an order in which each uses earlier ones only (arrays excepted).</summary>
    public List<FormulaDefinition> Definitions { get; } = [];

    /// <summary>The letters of the indices and their ranges.</summary>
    public LoopLetters Letters => _letters;

    public Formula Of(int value)
    {
        if (_formulas.TryGetValue(value, out Formula? known)) return known;
        if (_depth > MaxDepth) ComputeOperands(value);
        _depth++;
        Formula formula = Name(value, Compute(value));
        _depth--;
        _formulas[value] = formula;
        return formula;
    }

    /// <summary>Computes what a value is made of, operands before results, without descending: a method of thousands of statements is a chain as long.</summary>
    private void ComputeOperands(int value)
    {
        var pending = new Stack<int>();
        pending.Push(value);
        int depth = _depth;
        _depth = 0;
        while (pending.Count > 0)
        {
            int top = pending.Peek();
            int next = _defining[top] is Let let ? let.Operands.Where(o => !_formulas.ContainsKey(o) && _defining[o] is Let).DefaultIfEmpty(-1).First() : -1;
            if (next >= 0)
            {
                pending.Push(next);
                continue;
            }

            pending.Pop();
            if (top != value) Of(top);
        }

        _depth = depth;
    }

    private Formula Name(int value, Formula formula)
    {
        if (_names.TryGetValue(formula, out string? known)) return new Symbol(known);
        if (formula.Size <= 2 || !function.TypeOf(value).IsReal()) return formula;
        string? name = null;
        if (forced is not null && forced.TryGetValue(value, out string? given))
        {
            name = given;
        }
        else
        {
            bool isShared = _uses[value] >= 2;
            string? user = function.Values[value].Name;
            bool isLarge = (isShared && formula.Size > inlineSize) || formula.Size > MaxSize;
            bool isUsers = user is not null && !IsAdjointName(user) && !function.Arguments.Any(a => a.Name == user);
            if (isUsers && (isShared || formula.Size > inlineSize)) name = Unused(user!);
            else if (isLarge) name = user is null ? Temporary() : Unused(user);
        }

        if (name is null) return formula;
        _taken.Add(name);
        _names[formula] = name;
        Definitions.Add(new FormulaDefinition(name, "=", formula));
        return new Symbol(name);
    }

    /// <summary>Differentiate calls the derivative with respect to z "zBar", that of z along a direction "zDot": no names of the user's.</summary>
    public static bool IsAdjointName(string name) => name.EndsWith("Bar", StringComparison.Ordinal) || name.EndsWith("Dot", StringComparison.Ordinal);

    /// <summary>s, s′, s′′, s′′′, s⁽⁴⁾, …</summary>
    private string Unused(string name)
    {
        _primes.TryGetValue(name, out int primes);
        string unused = Primed();
        for (; _taken.Contains(unused); unused = Primed()) primes++;
        _primes[name] = primes;
        return unused;

        string Primed() => name + (primes < 4 ? new string('′', primes) : "⁽" + FormulaPrinter.Superscript(primes) + "⁾");
    }

    private string Temporary()
    {
        string name;
        do name = "t" + (++_temporaries).ToString(CultureInfo.InvariantCulture);
        while (_taken.Contains(name));
        return name;
    }

    private Formula Compute(int value)
    {
        switch (_defining[value])
        {
            case Let let:
                return FormulaOps.Of(function, let, Of);
            case Load load:
                return Element(load.Buffer, Of(load.Index));
            case Loop loop when loop.Counter == value:
                return new Symbol(_letters.Of(loop));
            case Loop loop:
                return OfCarried(loop, loop.Carried.First(c => c.Id == value || c.Result == value), value);
            case If branch:
                Merge merge = branch.Results.First(m => m.Result == value);
                if (GradientTerm.Gathered(function, branch)) return Of(merge.Else);
                return FormulaAlgebra.Choose(Of(branch.Condition), Of(merge.Then), Of(merge.Else));
            default:
                return new Symbol("?");
        }
    }

    private Formula OfCarried(Loop loop, Carried carried, int value)
    {
        if (value == carried.Result)
        {
            // The number of iterations of a loop that may end early.
            if (loop.EndsEarly && carried.Equals(loop.Carried[loop.Carried.Count - 1]) && function.Values[value].Name == "trips") return new Symbol("trips");
            if (Reductions.Links(loop, carried) is { } links)
            {
                // The links come last first; the terms are shown as they are added.
                IEnumerable<Formula> terms = links.Reverse().Select(link => Term(link, links, carried.Id));
                Formula body = FormulaAlgebra.Add(terms.ToArray());
                return FormulaAlgebra.Add(Of(carried.Init), loop.IsExamples ? body : FormulaAlgebra.Reduce("Σ", _letters.Of(loop), body));
            }

            if (_defining[carried.Next] is Let { Op: Op.Max or Op.Min } let && (let.A == carried.Id || let.B == carried.Id))
            {
                string sign = let.Op == Op.Max ? "max" : "min";
                var reduce = new Reduce(sign, _letters.Of(loop), Of(let.A == carried.Id ? let.B : let.A));
                return Of(carried.Init) is Number { Value: var init } && double.IsInfinity(init)
                    ? reduce
                    : new Call(sign, new[] { Of(carried.Init), reduce }.ToEquatableArray());
            }
        }

        // Neither a sum nor an extremum: a recurrence with a name of its own.
        string name = Unused(function.Values[carried.Result].Name ?? function.Values[carried.Id].Name ?? "state");
        _taken.Add(name);
        var symbol = new Symbol(name);
        _formulas[carried.Id] = symbol;
        _formulas[carried.Result] = symbol;
        string init0 = FormulaPrinter.Print(Of(carried.Init)), next = FormulaPrinter.Print(Of(carried.Next));
        Definitions.Add(new FormulaDefinition(name, "=", symbol, $"{init0}, then {name} ← {next} for each {_letters.RangeOf(loop, this)}"));
        return symbol;
    }

    private Formula Term(Let link, IReadOnlyList<Let> links, int carried)
    {
        bool isChain(int id) => id == carried || links.Any(l => l.Id == id);
        if (link.Op == Op.Sub) return FormulaAlgebra.Negate(Of(link.B));
        return Of(isChain(link.A) ? link.B : link.A);
    }

    private Formula Element(int buffer, Formula index)
    {
        BufferInfo info = function.Buffers[buffer];
        if (info.Argument >= 0 && info.Kind != BufferKind.Gradient)
        {
            Argument argument = function.Arguments[info.Argument];
            if (info.Kind == BufferKind.Direction) argument = argument with { Name = "direction." + argument.Name };
            return FormulaElements.Of(function, argument, index);
        }

        if (info.Kind is BufferKind.Tape or BufferKind.Adjoint && Recorded(buffer, index) is Formula recorded) return recorded;
        Define(buffer);
        return new Element(info.Name, index);
    }

    private (int Index, int Value, string Sign)[] Writes(int buffer) => IrFacts.Walk(function.Body).Select(item => item switch
    {
        Store store when store.Buffer == buffer && !IsBookkeeping(store) => (store.Index, store.Value, "="),
        Accumulate accumulate when accumulate.Buffer == buffer => (accumulate.Index, accumulate.Value, "+="),
        _ => (-1, -1, ""),
    }).Where(w => w.Item1 >= 0).ToArray();

    /// <summary>The reverse sweep puts back what the forward sweep overwrote, and clears adjoints that it has used: no part of any formula.</summary>
    private bool IsBookkeeping(Store store) => function.Buffers[store.Buffer].Kind switch
    {
        BufferKind.Local => _defining[store.Value] is Load load && function.Buffers[load.Buffer].Kind == BufferKind.Tape,
        BufferKind.Adjoint => _defining[store.Value] is Let { Op: Op.Const, RealConstant: 0 },
        _ => false,
    };

    /// <summary>What the one write to a record or adjoint array has put where it is read.</summary>
    private Formula? Recorded(int buffer, Formula index)
    {
        (int Index, int Value, string Sign)[] writes = Writes(buffer);
        if (writes.Length != 1) return null;

        // An array whose elements are made of its own elements is no shorthand for anything.
        Formula at = Of(writes[0].Index);
        bool isSame = at.Equals(index) || at is Number;
        if ((!isSame && at is not Symbol) || !_recorded.Add(buffer)) return null;
        Formula value = Of(writes[0].Value);
        _recorded.Remove(buffer);
        if (writes[0].Sign == "+=") value = SummedInto(buffer, at, value);
        return isSame ? value : FormulaAlgebra.Replace(value, ((Symbol)at).Name, index);
    }

    /// <summary>What the one accumulation into an array adds up: a sum over each loop around it that does not choose the element.</summary>
    private Formula SummedInto(int buffer, Formula at, Formula value)
    {
        foreach (Loop loop in LoopsAround(function.Body).Reverse())
        {
            string letter = _letters.Of(loop);
            if (!FormulaAlgebra.Contains(at, f => f is Symbol s && s.Name == letter)) value = FormulaAlgebra.Reduce("Σ", letter, value);
        }

        return value;

        // The loops between the allocation and the accumulation, outermost first.
        IReadOnlyList<Loop> LoopsAround(Region region)
        {
            foreach (Item item in region.Items)
            {
                if (item is Accumulate accumulate && accumulate.Buffer == buffer) return [];
                Region? inner = IrFacts.Regions(item).FirstOrDefault(r => IrFacts.WrittenBuffers(r).Contains(buffer));
                if (inner is null) continue;
                bool isOutside = item is not Loop { IsExamples: false } || IrFacts.Walk(inner).Any(i => i is Alloc alloc && alloc.Buffer == buffer);
                IReadOnlyList<Loop> loops = LoopsAround(inner);
                return isOutside ? loops : [(Loop)item, .. loops];
            }

            return [];
        }
    }

    /// <summary>Adds the definitions of an array's elements, once.</summary>
    private void Define(int buffer)
    {
        if (!_arrays.Add(buffer)) return;
        string name = function.Buffers[buffer].Name;
        (int Index, int Value, string Sign)[] writes = Writes(buffer);
        foreach ((int index, int value, string sign) in writes.Take(6))
        {
            string left = $"{name}[{FormulaPrinter.Print(Of(index))}]";
            Formula right = Of(value);
            if (FormulaPrinter.Print(right) == left) continue;
            Definitions.Add(new FormulaDefinition(left, writes.Length > 1 && sign == "=" ? "←" : sign, right));
        }

        if (writes.Length > 6) Definitions.Add(new FormulaDefinition(name, "←", new Symbol("…")));
    }
}
