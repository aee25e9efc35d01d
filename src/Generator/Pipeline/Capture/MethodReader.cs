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
    private sealed class Frame(IMethodSymbol method, ExitPlan plan, Frame? caller)
    {
        public IMethodSymbol Method { get; } = method;

        public ExitPlan Plan { get; } = plan;

        public Frame? Caller { get; } = caller;

        public Dictionary<ISymbol, Slot> Slots { get; } = new(SymbolEqualityComparer.Default);

        /// <summary>Per flagged jump target, the variable that says whether the jump was taken.</summary>
        public Dictionary<ISymbol, Slot> Flags { get; } = new(SymbolEqualityComparer.Default);

        public Dictionary<ITypeParameterSymbol, ScalarType> Types { get; } = new(SymbolEqualityComparer.Default);

        public Slot? Result { get; set; }
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
        IEnumerable<KeyValuePair<ITypeParameterSymbol, ScalarType>> types, Action<Func<IParameterSymbol, Binding>>? readBack = null)
    {
        (Frame, Environment) caller = (_frame, _env);
        _frame = new Frame(method, plan, _frame);
        _env = new Environment();
        foreach (var pair in types) _frame.Types.Add(pair.Key, pair.Value);
        for (int i = 0; i < arguments.Count; i++) Bind(Declare(method.Parameters[i]), arguments[i]);

        if (!method.ReturnsVoid)
        {
            _frame.Result = NewSlot(null);
            _env[_frame.Result] = plan.IsFlagged(method) && TypeOf(method.ReturnType) is { } type
                ? Binding.Of(emit.Constant(type, 0))
                : Binding.Undefined;
        }

        if (plan.IsFlagged(method)) LowerFlag(method);
        ReadStatements(Sequence.Of(body));
        Binding result = _frame.Result is null ? Binding.Undefined : _env[_frame.Result];
        if (_frame.Result is not null && (!result.IsValue && !result.IsArray))
        {
            throw Refusal.At(result.HasUnknownRoot ? DiagnosticCatalog.SpanRoot : DiagnosticCatalog.NoReturn, body, method.Name, "it returns one of several");
        }

        readBack?.Invoke(parameter => _env[_frame.Slots[parameter]]);
        (_frame, _env) = caller;
        return result;
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
        _env[flag] = Binding.Of(emit.Builder.Bool(false));
    }

    private void RaiseFlag(ISymbol target)
    {
        if (_frame.Flags.TryGetValue(target, out Slot? flag)) _env[flag] = Binding.Of(emit.Builder.Bool(true));
    }

    private ScalarType? TypeOf(ITypeSymbol? type) =>
        type is ITypeParameterSymbol parameter && _frame.Types.TryGetValue(parameter, out ScalarType known) ? known : ScalarTypes.Of(type);

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
