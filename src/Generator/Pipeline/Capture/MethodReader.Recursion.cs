using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Helpers that call themselves. Where they are no loop in disguise, they are written out call by call: as long as an argument that is a known integer changes from call to call, so
/// that the branches that depend on it are decided; or to the depth that <c>[Recursion]</c> declares.
/// </summary>
internal sealed partial class MethodReader
{
    private const int MaxConstantDepth = 64;
    private const int MaxCalls = 1000;

    /// <summary>Says that the data asked for a deeper call than was declared; null where no helper has a declared depth.</summary>
    private Slot? _exceeded;

    private int _recursiveCalls;

    /// <summary>Reads a loss. Where the data ask for a deeper call than a helper declares, it is NaN.</summary>
    public Binding ReadLoss(IMethodSymbol method, IOperation body, ExitPlan plan, IReadOnlyList<Binding> arguments)
    {
        // Derivatives in the loss's own class are checked even if nothing calls their function.
        context.Derivatives.Of(method);
        if (context.HasBoundedRecursion)
        {
            _exceeded = NewSlot("exceeded");
            Bind(_exceeded, Binding.Of(emit.Bool(false)));
        }

        Binding loss = Read(method, body, plan, arguments, []);
        if (_exceeded is null || emit.BoolOf(_env[_exceeded].Value) == false) return loss;
        if (loss.IsValue) return Binding.Of(Poisoned(loss.Value));

        // A method that returns nothing writes residuals.
        foreach (Binding output in arguments.Where(a => a.IsSpan && emit.Builder.Buffers[a.Root].Kind == BufferKind.Local))
        {
            emit.Map(output.Length, output, i => Poisoned(emit.Load(output, i)));
        }

        return loss;

        int Poisoned(int value) => emit.Builder.Select(_env[_exceeded].Value, emit.Constant(emit.TypeOf(value), double.NaN), value);
    }

    /// <summary>Whether a call is one more than is written out. A recursion without visible end is refused.</summary>
    private bool ExceedsRecursion(IOperation call, IMethodSymbol definition, IReadOnlyList<int?> constants)
    {
        int depth = 0;
        Frame? last = null;
        for (Frame? active = _frame; active is not null; active = active.Caller)
        {
            if (active.Static is not null || !SymbolEqualityComparer.Default.Equals(active.Method, definition)) continue;
            last ??= active;
            depth++;
        }

        // A derivative may call its function, which may call the derivative; there the depth is bounded by the order.
        if (last is null || CustomDerivatives.IsDerivative(definition)) return false;
        int? declared = DeclaredDepth(call, definition);
        if (depth >= declared) return true;
        bool changes = last.Constants.Zip(constants, (was, now) => was is { } a && now is { } b && a != b).Any(c => c);
        if (declared is null && (!changes || depth >= MaxConstantDepth)) throw Refusal.At(DiagnosticCatalog.Recursion, call, definition.Name);
        if (++_recursiveCalls > MaxCalls) throw Refusal.At(DiagnosticCatalog.RecursionSize, call, definition.Name);
        return false;
    }

    /// <summary>The depth that a method, or another that is active between two of its calls, declares.</summary>
    private int? DeclaredDepth(IOperation call, IMethodSymbol definition)
    {
        AttributeData? attribute = definition.GetAttributes()
            .FirstOrDefault(a => a.AttributeClass is { } type && ScalarTypes.FullName(type) == "SymbolicGD.RecursionAttribute");
        if (attribute is null) return null;
        int depth = attribute.NamedArguments.FirstOrDefault(a => a.Key == "MaxDepth").Value.Value as int? ?? 0;
        return depth > 0 ? depth : throw Refusal.At(DiagnosticCatalog.Recursion, call, definition.Name);
    }

    private Binding Exceed(IOperation call, IMethodSymbol definition, IReadOnlyList<Passed> arguments)
    {
        if (ScalarTypes.IsArray(definition.ReturnType)) throw Refusal.Expression(call, "a recursion with a declared depth returns no array");
        NoteExceeded(emit.Bool(true));
        for (int i = 0; i < arguments.Count; i++)
        {
            if (definition.Parameters[i].RefKind == RefKind.Out) arguments[i].Reference!.Write(Known(call, Zero(definition.Parameters[i].Type)));
        }

        return definition.ReturnsVoid ? Binding.Undefined : Known(call, Zero(definition.ReturnType));
    }

    /// <summary>Records that the data ask for a deeper call than is declared, where the condition holds.</summary>
    private void NoteExceeded(int condition)
    {
        if (_exceeded is { } flag)
        {
            Bind(flag, Binding.Of(emit.Or(_env[flag].Value, condition)));
        }
        else
        {
            context.HasBoundedRecursion = true;
            context.MustReadAgain = true;
        }
    }
}
