using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Helpers with a declared depth that call themselves in one place and change nothing around them. Their body is not written out once per level but
/// in two loops over the levels: on the way down, what each call passes on to the next; on the way back, its result from the result of the one below.
/// </summary>
internal sealed partial class MethodReader
{
    /// <summary>The recursion whose body is read as one level of a loop.</summary>
    /// <param name="Call">What the call of the level below stands for, given its arguments.</param>
    private sealed record Unwinding(IMethodSymbol Method, Func<IReadOnlyList<Passed>, Binding> Call);

    private Unwinding? _unwinding;

    /// <summary>The call as two loops; null where the recursion has not that form and is written out call by call.</summary>
    private Binding? Unwound(IOperation call, IMethodSymbol method, IOperation body, ExitPlan plan, IReadOnlyList<Passed> arguments)
    {
        if (context.IsEager || ChangingArguments(call, method, body, arguments) is not { } changing) return null;
        Binding zero = Known(call, Zero(method.ReturnType));
        if (!zero.Leaves.All(l => l.IsValue)) return null;
        int levels = emit.Int(DeclaredDepth(call, method)!.Value);
        Binding[] passed = [.. changing.Select(i => arguments[i].Value)];
        Binding[] recorded = [.. passed.Select((p, i) =>
            p.Map(v => emit.Alloc(method.Parameters[changing[i]].Name, emit.TypeOf(v.Value), levels)))];

        (int last, int tooDeep) = Down();
        NoteExceeded(tooDeep);
        return Up();

        // A level's arguments are recorded, and its body is read for what it passes on; all else that it computes is dropped.
        (int Last, int TooDeep) Down()
        {
            Environment before = _env;
            int[] inits = [.. passed.SelectMany(p => p.Leaves).Select(l => l.Value), emit.Int(0)];
            int enters = emit.Builder.Bool(true);
            IrBuilder.OpenLoop loop = emit.Builder.BeginLoop(emit.Int(0), levels, inits, recorded.SelectMany(r => r.Leaves).Select(l => l.Root), counterName: "level");
            loop.While = emit.Builder.AddCarried(loop, enters);
            _env = before.Copy();
            int k = 0;
            Binding[] current = [.. passed.Select(p => p.Map(_ => Binding.Of(loop.Carried[k++])))];
            Slot calls = NewSlot(null);
            Slot[] next = [.. passed.Select(_ => NewSlot(null))];
            Bind(calls, Binding.Of(emit.Bool(false)));
            for (int i = 0; i < next.Length; i++)
            {
                emit.StoreElement(recorded[i], loop.Counter, current[i]);
                Bind(next[i], current[i]);
            }

            emit.EnterLoop(loop.Counter, emit.Int(0), levels, runsThrough: false);
            ReadLevel(current, below =>
            {
                Bind(calls, Binding.Of(emit.Bool(true)));
                for (int i = 0; i < next.Length; i++) Bind(next[i], below[changing[i]].Value);
                return zero;
            });
            emit.LeaveLoop();
            int[] results = emit.Builder.EndLoop(loop, [.. next.SelectMany(n => _env[n].Leaves).Select(l => l.Value), loop.Counter, _env[calls].Value]);
            _env = before;
            return (results[results.Length - 2], results[results.Length - 1]);
        }

        Binding Up()
        {
            Slot result = NewSlot(null);
            Bind(result, zero);
            Slot[] carried = _exceeded is { } flag ? [result, flag] : [result];
            Environment before = _env;
            int[] inits = [.. carried.SelectMany(s => before[s].Leaves).Select(l => l.Value)];
            IrBuilder.OpenLoop loop = emit.Builder.BeginLoop(emit.Int(0), levels, inits, [], descending: true, counterName: "level");
            _env = Carry(before, loop.Carried);
            emit.EnterLoop(loop.Counter, emit.Int(0), levels, runsThrough: false);
            Branch(
                emit.Compare(Op.Le, loop.Counter, last),
                () =>
                {
                    Binding below = _env[result];
                    Bind(result, ReadLevel([.. recorded.Select(r => emit.LoadElement(r, loop.Counter))], _ => below));
                },
                () => { });
            emit.LeaveLoop();
            _env = Carry(before, emit.Builder.EndLoop(loop, [.. carried.SelectMany(s => _env[s].Leaves).Select(l => l.Value)]));
            Binding all = _env[result];
            _env.Remove(result);
            return all;

            Environment Carry(Environment environment, int[] values)
            {
                Environment copy = environment.Copy();
                int k = 0;
                foreach (Slot slot in carried) copy[slot] = environment[slot].Map(_ => Binding.Of(values[k++]));
                return copy;
            }
        }

        Binding ReadLevel(Binding[] current, Func<IReadOnlyList<Passed>, Binding> below)
        {
            Unwinding? outer = _unwinding;
            _unwinding = new Unwinding(method, below);
            Frame frame = NewFrame(call, method, plan, null, HomeOf(method));
            Binding value = Within(frame, () =>
            {
                BindArguments(method, [.. arguments.Select((a, i) => changing.IndexOf(i) is >= 0 and int index ? new Passed(current[index], null) : a)]);
                return ReadBody(body);
            });
            _unwinding = outer;
            return value;
        }
    }

    /// <summary>
    /// The arguments that change from call to call, where a method can be read as loops: it calls itself once on each path, not within a loop, has no
    /// effect but its result, and passes arrays on as they are. Null where it can not, or where an integer that is known decides how deep it goes.
    /// </summary>
    private List<int>? ChangingArguments(IOperation call, IMethodSymbol method, IOperation body, IReadOnlyList<Passed> arguments)
    {
        if (method.IsGenericMethod || method.ReturnsVoid || ScalarTypes.IsArray(method.ReturnType) || !(method.IsStatic || method.MethodKind == MethodKind.LocalFunction)) return null;
        if (arguments.Any(a => a.Reference is not null)) return null;
        for (Frame? active = _frame; active is not null; active = active.Caller)
        {
            if (active.Static is null && SymbolEqualityComparer.Default.Equals(active.Method, method)) return null;
        }

        List<IInvocationOperation> calls = [.. body.DescendantsAndSelf().OfType<IInvocationOperation>().Where(c => IsMethod(c.TargetMethod))];
        if (calls.Count != 1 || Around(calls[0]).Any(o => o is ILoopOperation or IAnonymousFunctionOperation or ILocalFunctionOperation)) return null;
        if (DeclaredDepth(calls[0], method) is not > 1 || CallsThroughOthers(body)) return null;
        HashSet<ISymbol> assigned = AssignedSymbols.In([body]);
        if (assigned.Any(s => !IsOwn(s)) || AssignedSymbols.WithCalled(body).Any(o => WrittenSpan(o) is not null)) return null;

        List<int> changing = [];
        foreach (IArgumentOperation argument in calls[0].Arguments)
        {
            if (argument.Parameter is not { } parameter) return null;
            bool stays = argument.Value is IParameterReferenceOperation { Parameter: var same } && SymbolEqualityComparer.Default.Equals(same, parameter) && !assigned.Contains(parameter);
            if (stays) continue;
            IEnumerable<Binding> leaves = arguments[parameter.Ordinal].Value.Leaves;
            if (leaves.Any(l => !l.IsValue || emit.TypeOf(l.Value) == ScalarType.Bool || emit.IntOf(l.Value) is not null)) return null;
            changing.Add(parameter.Ordinal);
        }

        changing.Sort();
        return changing;

        bool IsMethod(IMethodSymbol other) => SymbolEqualityComparer.Default.Equals(CaptureContext.DefinitionOf(other), method);

        bool IsOwn(ISymbol symbol)
        {
            for (ISymbol? owner = symbol.ContainingSymbol; owner is not null; owner = owner.ContainingSymbol)
            {
                if (SymbolEqualityComparer.Default.Equals(owner, method)) return true;
            }

            return false;
        }

        IEnumerable<IOperation> Around(IOperation operation)
        {
            for (IOperation? parent = operation.Parent; parent is not null && parent != body; parent = parent.Parent) yield return parent;
        }

        bool CallsThroughOthers(IOperation start)
        {
            HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default) { method };
            var open = new Stack<IOperation>([start]);
            while (open.Count > 0)
            {
                foreach (IOperation operation in open.Pop().DescendantsAndSelf())
                {
                    IMethodSymbol? used = operation switch
                    {
                        IInvocationOperation invocation => invocation.TargetMethod,
                        IMethodReferenceOperation reference => reference.Method,
                        IPropertyReferenceOperation property => property.Property.GetMethod,
                        IBinaryOperation binary => binary.OperatorMethod,
                        IUnaryOperation unary => unary.OperatorMethod,
                        IConversionOperation conversion => conversion.OperatorMethod,
                        IObjectCreationOperation creation => creation.Constructor,
                        _ => null,
                    };
                    if (used is null) continue;
                    IMethodSymbol definition = CaptureContext.DefinitionOf(used);
                    if (IsMethod(definition))
                    {
                        if (operation != calls[0]) return true;
                    }
                    else if (seen.Add(definition) && context.BodyOf(definition) is var (other, _))
                    {
                        open.Push(other);
                    }
                }
            }

            return false;
        }
    }
}
