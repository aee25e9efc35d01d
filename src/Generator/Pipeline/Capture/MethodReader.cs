using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Reads the operations of a method, and of the helpers that it calls, into IR: follows the user's variables through
/// assignments, branches and loops, so that every value has one definition.
/// </summary>
/// <remarks>The parts: Statements, Branches, Loops, Expressions, Assignments, Spans, Calls.</remarks>
internal sealed partial class MethodReader(CaptureContext context, Emitter emit)
{
    /// <summary>One activation of a method: the annotated one, or a helper while it is inlined.</summary>
    /// <param name="caller">The activation that called it.</param>
    /// <param name="home">The activation in which a local function or lambda lies: it sees that one's variables.</param>
    /// <param name="firstSlot">The index that its first variable will have.</param>
    private sealed class Frame(IMethodSymbol method, ExitPlan plan, Frame? caller, Frame? home, int firstSlot)
    {
        public IMethodSymbol Method { get; } = method;

        public ExitPlan Plan { get; } = plan;

        public Frame? Caller { get; } = caller;

        public Frame? Home { get; } = home;

        public int FirstSlot { get; } = firstSlot;

        public Dictionary<ISymbol, Slot> Slots { get; } = new(SymbolEqualityComparer.Default);

        /// <summary>What arguments and locals that are references refer to.</summary>
        public Dictionary<ISymbol, Place> Aliases { get; } = new(SymbolEqualityComparer.Default);

        /// <summary>Per flagged jump target, the variable that says whether the jump was taken.</summary>
        public Dictionary<ISymbol, Slot> Flags { get; } = new(SymbolEqualityComparer.Default);

        public Dictionary<ITypeParameterSymbol, ITypeSymbol> Types { get; } = new(SymbolEqualityComparer.Default);

        /// <summary>Where <c>this</c> lies, in an instance method.</summary>
        public Place? This { get; set; }

        public Slot? Result { get; set; }

        /// <summary>The arguments that are integers known when the method was called.</summary>
        public IReadOnlyList<int?> Constants { get; set; } = [];

        /// <summary>The static field or property whose initializer is read.</summary>
        public ISymbol? Static { get; set; }
    }

    private Environment _env = new();
    private Frame _frame = null!;
    private int _nextSlot;

    private ExitPlan Plan => _frame.Plan;

    /// <summary>
    /// Reads a method whose arguments are bound already: returns its result, or <see cref="Binding.Undefined"/> for a void method. Afterwards
    /// <paramref name="readBack"/> sees the arguments' final bindings.
    /// </summary>
    /// <param name="types">What the method's type parameters stand for.</param>
    public Binding Read(
        IMethodSymbol method, IOperation body, ExitPlan plan, IReadOnlyList<Binding> arguments,
        IEnumerable<KeyValuePair<ITypeParameterSymbol, ITypeSymbol>> types, Action<Func<IParameterSymbol, Binding>>? readBack = null)
    {
        var frame = new Frame(method, plan, _frame, home: null, _nextSlot);
        foreach (var pair in types) frame.Types.Add(pair.Key, pair.Value);
        return Within(frame, () =>
        {
            for (int i = 0; i < arguments.Count; i++) Bind(Declare(method.Parameters[i]), arguments[i]);
            Binding result = ReadBody(body);
            readBack?.Invoke(parameter => _env[frame.Slots[parameter]]);
            return result;
        });
    }

    /// <summary>Does something in another activation, whose variables are forgotten afterwards.</summary>
    private Binding Within(Frame frame, Func<Binding> read)
    {
        Frame caller = _frame;
        _frame = frame;
        Binding result = read();
        _frame = caller;
        _env.RemoveFrom(frame.FirstSlot);
        return result;
    }

    /// <summary>Reads the body of the current activation's method and gives its result.</summary>
    private Binding ReadBody(IOperation body)
    {
        Frame frame = _frame;
        IMethodSymbol method = frame.Method;
        bool isConstructor = method.MethodKind == MethodKind.Constructor;
        if (!method.ReturnsVoid && !isConstructor)
        {
            frame.Result = NewSlot(null);
            _env[frame.Result] = frame.Plan.IsFlagged(method) ? Zero(method.ReturnType) : Binding.Undefined;
        }

        if (frame.Plan.IsFlagged(method)) LowerFlag(method);
        ReadStatements(Sequence.Of(body));
        if (frame.Result is null) return Binding.Undefined;
        Binding result = _env[frame.Result];
        return result.IsKnown
            ? result
            : throw Refusal.At(
                result.Leaves.Any(l => l.HasUnknownRoot) ? DiagnosticCatalog.SpanRoot : DiagnosticCatalog.NoReturn, body, method.Name, "it returns one of several");
    }

    /// <summary>Binds a variable. The bindings are replaced where control flow joins, so this comes after the evaluation of what is bound.</summary>
    private void Bind(Slot slot, Binding binding) => _env[slot] = binding;

    private Slot NewSlot(string? name) => new(_nextSlot++, name);

    private Slot Declare(ISymbol symbol)
    {
        Slot slot = NewSlot(symbol.Name);
        _frame.Slots[symbol] = slot;
        return slot;
    }

    /// <summary>Says that a jump to the target was not taken yet.</summary>
    private void LowerFlag(ISymbol target)
    {
        Slot flag = NewSlot(null);
        _frame.Flags[target] = flag;
        _env[flag] = Binding.Of(emit.Bool(false));
    }

    private void RaiseFlag(ISymbol target)
    {
        if (_frame.Flags.TryGetValue(target, out Slot? flag)) _env[flag] = Binding.Of(emit.Bool(true));
    }

    /// <summary>The scalar type of a C# type: that of its values, for an enumeration.</summary>
    private ScalarType? TypeOf(ITypeSymbol? type)
    {
        ITypeSymbol? resolved = Resolve(type);
        return resolved is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType.SpecialType: SpecialType.System_Int32 }
            ? ScalarType.I32
            : ScalarTypes.Of(resolved);
    }

    private ScalarType RequireType(IOperation operation, ITypeSymbol? type)
    {
        if (TypeOf(type) is { } known) return known;
        if (type is null or IErrorTypeSymbol) throw DoesNotCompile(operation);
        throw type.TypeKind == TypeKind.Dynamic
            ? Refusal.At(DiagnosticCatalog.Dynamic, operation, Refusal.Text(operation))
            : Refusal.At(DiagnosticCatalog.Type, operation, Refusal.Text(operation), ScalarTypes.Text(type));
    }

    private Refusal DoesNotCompile(IOperation operation) =>
        Refusal.At(DiagnosticCatalog.DoesNotCompile, operation, _frame.Method.Name, "see the compiler's own errors");

    /// <summary>Called where nesting can grow with the user's source.</summary>
    private void CheckDepth()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        context.Cancellation.ThrowIfCancellationRequested();
    }
}
