using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    private void ReadFor(IForLoopOperation loop)
    {
        foreach (IOperation statement in loop.Before) ReadStatement(statement);
        ReadConditional(loop, loop.Condition, loop.AtLoopBottom, loop.Locals);
        foreach (ILocalSymbol local in loop.Locals)
        {
            if (_frame.Slots.TryGetValue(local, out Slot? slot)) _env.Remove(slot);
        }
    }

    private void ReadWhile(IWhileLoopOperation loop)
    {
        if (loop.Condition is null) throw DoesNotCompile(loop);
        ReadConditional(loop, loop.Condition, [], []);
    }

    /// <summary>Reads a loop with a condition: by a counter where one is found, else by the condition alone.</summary>
    private void ReadConditional(ILoopOperation loop, IOperation? condition, IReadOnlyList<IOperation> bottom, IReadOnlyList<ILocalSymbol> locals)
    {
        IReadOnlyList<IOperation> body = loop.Body is IBlockOperation block ? block.Operations : [loop.Body];
        IOperation[] all = condition is null ? [loop.Body, .. bottom] : [loop.Body, .. bottom, condition];
        HashSet<int> written = WrittenBuffers(all);
        Refusal? endless = null;
        if (condition is not null)
        {
            (CountedLoop? counted, IReadOnlyList<IOperation> conditions, Refusal? refusal) = CountedPart(loop, condition, [.. body, .. bottom]);
            if (counted is not null && IsCounted(loop, counted, conditions, bottom, written))
            {
                ReadCounted(loop, counted, conditions, bottom, locals, written);
                return;
            }

            if (refusal?.Diagnostic.Id == DiagnosticCatalog.Endless.Id) endless = refusal;
        }
        else
        {
            endless = Refusal.At(DiagnosticCatalog.Endless, loop, "it has no condition");
        }

        bool jumps = Plan.Targets(loop.Body).Any(t => !SymbolEqualityComparer.Default.Equals(t, loop.ContinueLabel));
        if (endless is not null && !jumps && (condition is null || written.Count == 0 || !condition.DescendantsAndSelf().Any(IsElement))) throw endless;
        if (condition?.ConstantValue is { HasValue: true, Value: true }) condition = null;
        ReadLoop(
            loop, emit.Int(0), emit.Int(context.MaxTrips), descending: false, AssignedSymbols.In(all), written, null, [], bottom, _ => { },
            new Ending(condition, loop is IWhileLoopOperation { ConditionIsTop: false }, HeaderOf(loop, condition)));
    }

    /// <summary>How a loop without a counter ends: before each iteration, and with <paramref name="RunsOnce"/> before each but the first, when the condition fails.</summary>
    /// <param name="Condition">Null: only jumps end it.</param>
    /// <param name="Header">The loop as the user knows it.</param>
    private sealed record Ending(IOperation? Condition, bool RunsOnce, string Header);

    private static string HeaderOf(ILoopOperation loop, IOperation? condition)
    {
        string text = condition is null ? "true" : Refusal.Text(condition);
        return loop is IForLoopOperation ? $"for (…; {(condition is null ? string.Empty : text)}; …)"
            : loop is IWhileLoopOperation { ConditionIsTop: false } ? $"do … while ({text})"
            : $"while ({text})";
    }

    /// <summary>Whether the counter alone, with jumps, decides how often a loop runs: it is stepped in every iteration towards a bound that stays.</summary>
    private bool IsCounted(ILoopOperation loop, CountedLoop counted, IReadOnlyList<IOperation> conditions, IReadOnlyList<IOperation> bottom, HashSet<int> written)
    {
        bool runsOnce = loop is IWhileLoopOperation { ConditionIsTop: false };
        if (runsOnce && conditions.Count > 0) return false;
        if (!bottom.Contains(counted.Stepping) && HasContinue(loop)) return false;
        return !MayChange(counted.Bound, written) && !MayChange(counted.Side, written);
    }

    private void ReadCounted(
        ILoopOperation loop, CountedLoop counted, IReadOnlyList<IOperation> conditions, IReadOnlyList<IOperation> bottom, IReadOnlyList<ILocalSymbol> locals, HashSet<int> written)
    {
        bool runsOnce = loop is IWhileLoopOperation { ConditionIsTop: false };
        bool stepsInBody = !bottom.Contains(counted.Stepping);
        ReadVariable(loop, counted.Counter);
        Slot counterSlot = WholeSlotOf(counted.Counter) ?? throw Refusal.At(DiagnosticCatalog.TripCount, loop, $"'{counted.Counter.Name}' is a reference");
        int start = _env[counterSlot].Value;
        (int from, int to, bool descending, Func<int> trips) = Range(counted, start, runsOnce);
        int size = Math.Abs(counted.Step);

        // A counter that is seen after the loop is carried where a jump can end the loop early; else its last value is known.
        bool isLocal = locals.Contains(counted.Counter, SymbolEqualityComparer.Default);
        bool exits = Plan.Targets(loop.Body).Count > 0 || Plan.IsFlagged(loop.ExitLabel);
        bool isCarried = exits && !isLocal;
        HashSet<ISymbol> assigned = AssignedSymbols.In([loop.Body, .. bottom, .. conditions]);
        if (!isCarried)
        {
            assigned.Remove(counted.Counter);
            _env.Remove(counterSlot);
        }

        IEnumerable<IOperation> rest = isCarried ? bottom : bottom.Where(s => s != counted.Stepping);
        ReadLoop(loop, from, to, descending, assigned, written, counted.Counter.Name, conditions, rest, counter =>
            Bind(counterSlot, Binding.Of(size == 1 ? counter : emit.Add(start, emit.Mul(emit.Int(counted.Step), counter)))));

        if (isLocal || isCarried) return;
        int distance = emit.Mul(emit.Int(size), trips());
        Bind(counterSlot, Binding.Of(counted.Step > 0 ? emit.Add(start, distance) : emit.Sub(start, distance)));
    }

    /// <summary>The term of a loop's condition that counts, and the other terms, which end the loop early.</summary>
    private static (CountedLoop?, IReadOnlyList<IOperation>, Refusal?) CountedPart(ILoopOperation loop, IOperation condition, IReadOnlyList<IOperation> statements)
    {
        Refusal? first = null;
        List<IOperation> terms = CountedLoop.Terms(condition).ToList();
        foreach (IOperation term in terms)
        {
            (CountedLoop? counted, Refusal? refusal) = CountedLoop.Match(term, statements, loop);
            if (counted is not null) return (counted, terms.Where(t => t != term).ToList(), null);
            first ??= refusal;
        }

        return (null, [], first);
    }

    /// <summary>
    /// The range of the IR's counter, and how often the loop runs. For a step of ±1 the IR's counter is the user's, else it counts the iterations.
    /// </summary>
    private (int From, int To, bool Descending, Func<int> Trips) Range(CountedLoop counted, int start, bool runsOnce)
    {
        int limit = emit.Sub(Evaluate(counted.Bound), OffsetOf(counted.Side, counted.Counter));
        int size = Math.Abs(counted.Step);
        bool up = counted.Step > 0;

        // From here on the limit is the first value that a counter with step ±1 does not take.
        if (counted.Relation == BinaryOperatorKind.LessThanOrEqual) limit = emit.Add(limit, emit.Int(1));
        if (counted.Relation == BinaryOperatorKind.GreaterThanOrEqual) limit = emit.Sub(limit, emit.Int(1));
        if (size > 1)
        {
            int count = emit.Binary(Op.Div, emit.Add(Distance(), emit.Int(size - 1)), emit.Int(size));
            return (emit.Int(0), runsOnce ? AtLeast(count) : count, false, () => AtLeast(count));
        }

        return up
            ? (start, runsOnce ? emit.Binary(Op.Max, limit, Next(start)) : limit, false, () => AtLeast(Distance()))
            : (runsOnce ? emit.Binary(Op.Min, Next(limit), start) : Next(limit), Next(start), true, () => AtLeast(Distance()));

        int Next(int value) => emit.Add(value, emit.Int(1));

        int Distance() => up ? emit.Sub(limit, start) : emit.Sub(start, limit);

        int AtLeast(int count) => emit.Binary(Op.Max, count, emit.Int(runsOnce ? 1 : 0));
    }

    private void ReadForEach(IForEachLoopOperation loop)
    {
        IOperation collection = loop.Collection;
        while (collection is IConversionOperation { Operand: var inner }) collection = inner;
        if (ScalarTypes.ElementOf(collection.Type) is null)
        {
            throw Refusal.At(DiagnosticCatalog.TripCount, loop.Collection, "'foreach' runs over spans and arrays only");
        }

        if (loop.LoopControlVariable is not IVariableDeclaratorOperation { Symbol: var variable }) throw DoesNotCompile(loop);
        Binding span = EvaluateSpan(collection, null);
        HashSet<int> written = WrittenBuffers([loop.Body]);
        if (variable.RefKind == RefKind.Ref) written.UnionWith(Local(span));
        ReadLoop(loop, emit.Int(0), LengthOf(span), false, AssignedSymbols.In([loop.Body]), written, null, [], [], counter =>
        {
            if (variable.RefKind == RefKind.Ref)
            {
                RequireWritable(loop.Collection, span);
                _frame.Aliases[variable] = new ElementPlace(emit, span, counter);
                return;
            }

            Binding element = emit.LoadElement(span, counter);
            if (element.IsValue) element = Binding.Of(Converted(element.Value, RequireType(loop, variable.Type)));
            Bind(Declare(variable), element);
            Name(element, variable.Name);
        });
    }

    /// <summary>
    /// Reads the body of a loop over from ≤ counter &lt; to. Variables that it assigns are carried; jumps out of it are carried flags, and
    /// after an iteration that jumps there is none. A condition stands in the code twice: before the loop, and at the end of the body.
    /// </summary>
    private void ReadLoop(
        ILoopOperation loop, int from, int to, bool descending, HashSet<ISymbol> assigned, HashSet<int> written,
        string? counterName, IReadOnlyList<IOperation> conditions, IEnumerable<IOperation> bottom, Action<int> bindCounter, Ending? ending = null)
    {
        HashSet<ISymbol> jumps = new(Plan.Targets(loop.Body), SymbolEqualityComparer.Default);
        jumps.Remove(loop.ContinueLabel);
        HashSet<ISymbol> targets = new(jumps, SymbolEqualityComparer.Default);
        if (Plan.IsFlagged(loop.ExitLabel))
        {
            targets.Add(loop.ExitLabel);
            LowerFlag(loop.ExitLabel);
        }

        int? enters = targets.Count == 0 && ending is null ? null
            : ending is { Condition: { } first, RunsOnce: false } ? Evaluate(first) : emit.Builder.Bool(true);
        Environment before = _env;
        List<Slot> carried = assigned.Select(SlotOf).Where(s => s is not null).Select(s => s!)
            .Concat(targets.Select(t => _frame.Flags[t])).Concat(_exceeded is null ? [] : [_exceeded]).Distinct()
            .Where(s => before[s].Leaves.Any(l => l.IsValue || l.IsArray))
            .OrderBy(s => s.Index).ToList();
        if (targets.Contains(_frame.Method) && _frame.Result is { } result)
        {
            if (!before[result].Leaves.All(l => l.IsValue)) throw Refusal.At(DiagnosticCatalog.SpanRoot, loop, _frame.Method.Name, "a span is returned from within a loop");
            carried.Add(result);
        }

        int[] inits = carried.SelectMany(s => Values(before[s], before[s])).ToArray();
        IrBuilder.OpenLoop open = emit.Builder.BeginLoop(from, to, inits, written, descending, counterName: counterName);
        if (enters is { } go)
        {
            open.While = emit.Builder.AddCarried(open, go);
            open.Limited = ending?.Header;
        }

        _env = before.Copy();
        int k = 0;
        foreach (Slot slot in carried)
        {
            _env[slot] = Rebind(before[slot], slot.Name, name =>
            {
                emit.Builder.Rename(open.Carried[k], name);
                return open.Carried[k++];
            });
        }

        Iteration();
        int? again = enters is null ? null : GoesOn();
        List<int> nexts = [];
        foreach (Slot slot in carried)
        {
            Binding next = _env[slot];
            if (!HasSameRoots(before[slot], next))
            {
                throw Refusal.At(DiagnosticCatalog.SpanRoot, loop, slot.Name ?? "span", "it changes from one iteration to the next; use an index into one array");
            }

            nexts.AddRange(Values(before[slot], next));
        }

        if (again is { } last) nexts.Add(last);

        int[] results = emit.Builder.EndLoop(open, nexts);
        _env = before.Copy();
        k = 0;
        foreach (Slot slot in carried)
        {
            _env[slot] = Rebind(before[slot], slot.Name, name =>
            {
                emit.Builder.Rename(results[k], name);
                return results[k++];
            });
        }

        int GoesOn() => ending?.Condition is not { } condition ? targets.Count == 0 ? emit.Builder.Bool(true) : NoneOf(targets)
            : targets.Count == 0 ? Evaluate(condition)
            : Choose(NoneOf(targets), () => Evaluate(condition), () => emit.Builder.Bool(false));

        void Iteration()
        {
            if (Plan.IsFlagged(loop.ContinueLabel)) LowerFlag(loop.ContinueLabel);
            bindCounter(open.Counter);
            emit.EnterLoop(open.Counter, from, to, runsThrough: targets.Count == 0 && conditions.Count == 0 && ending is null);
            Under(0);
            emit.LeaveLoop();
        }

        // What else the loop's condition asks for is tested at the head of each iteration and, where it fails, ends the loop.
        void Under(int index)
        {
            if (index == conditions.Count) ReadBody();
            else Branch(Evaluate(conditions[index]), () => Under(index + 1), () => RaiseFlag(loop.ExitLabel));
        }

        void ReadBody()
        {
            ReadStatements(Sequence.Of(loop.Body));
            Sequence? rest = Sequence.Prepend(bottom, null);
            if (rest is null || !Plan.Completes(loop.Body) && !HasContinue(loop)) return;
            if (jumps.Count == 0) ReadStatements(rest);
            else Branch(NoneOf(jumps), () => ReadStatements(rest), () => { });
        }
    }

    /// <summary>The values of a binding that a loop carries, which are those that it has before the loop.</summary>
    private static IEnumerable<int> Values(Binding before, Binding binding)
    {
        if (before.Parts is { } parts) return parts.Items.Zip(binding.Parts!.Items, Values).SelectMany(v => v);
        return before.IsKnown ? binding.Values : [];
    }

    private static Binding Rebind(Binding binding, string? name, Func<string?, int> next)
    {
        if (binding.Parts is { } parts)
        {
            return Binding.Of(parts.Layout, parts.Items.Select((p, i) => Rebind(p, name is null ? null : parts.Layout.NameOf(name, i), next)));
        }

        return binding.With(() => next(name));
    }

    private static bool HasSameRoots(Binding before, Binding next)
    {
        if (before.Parts is { } parts) return next.Parts is { } others && parts.Items.Zip(others.Items, HasSameRoots).All(same => same);
        return !before.IsKnown || next.IsLike(before);
    }

    private bool HasContinue(ILoopOperation loop) => Plan.Targets(loop.Body).Contains(loop.ContinueLabel);

    /// <summary>What a side of the form counter ± c adds to the counter, with c evaluated on its own.</summary>
    private int OffsetOf(IOperation side, ISymbol counter)
    {
        if (side is not IBinaryOperation binary) return emit.Int(0);
        bool isLeft = AssignedSymbols.ReadIn(binary.LeftOperand).Contains(counter, SymbolEqualityComparer.Default);
        int inner = OffsetOf(isLeft ? binary.LeftOperand : binary.RightOperand, counter);
        int added = Evaluate(isLeft ? binary.RightOperand : binary.LeftOperand);
        return binary.OperatorKind == BinaryOperatorKind.Add ? emit.Add(inner, added) : emit.Sub(inner, added);
    }

    /// <summary>Whether the bound of a counter reads an array that the loop may write.</summary>
    private bool MayChange(IOperation bound, HashSet<int> written) => written.Count > 0 && bound.DescendantsAndSelf().Any(o =>
    {
        // Lengths stay what they are, whatever is written.
        if (IsLength(o)) return false;
        IOperation? array = o switch
        {
            IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } => instance,
            IArrayElementReferenceOperation element => element.ArrayReference,
            _ => null,
        };
        if (o is IPropertyReferenceOperation { Property.GetMethod: { } getter, Instance: { } whole } && !ScalarTypes.IsArray(whole.Type) && context.BodyOf(getter) is not null) return true;
        if (array is null) return IsElement(o);
        return !(AssignedSymbols.SymbolOf(array) is { } symbol && SlotOf(symbol) is { } slot && _env[slot] is { IsArray: true } span && !written.Contains(span.Root));
    });

    private static bool IsElement(IOperation operation) => operation is IInvocationOperation or IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation
        or IPropertyReferenceOperation { Property.IsIndexer: true };

    private static bool IsLength(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod.Name: "GetLength", Instance: { } array } && ScalarTypes.IsArray(array.Type)
        || operation is IPropertyReferenceOperation { Instance: IPropertyReferenceOperation { Property.Name: "Lengths", Instance: { } tensor } } && ScalarTypes.IsArray(tensor.Type);
}
