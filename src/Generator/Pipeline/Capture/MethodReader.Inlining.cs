using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Helpers, local functions and lambdas: their bodies are read in place of a call.</summary>
internal sealed partial class MethodReader
{
    /// <summary>An argument of a call: a value or, where it is passed by reference, a place.</summary>
    private readonly record struct Passed(Binding Value, Place? Reference);

    /// <summary>Reads the body of a helper in place of a call to it.</summary>
    private Binding Inline(IOperation call, IMethodSymbol method, IReadOnlyList<IArgumentOperation> arguments, Place? self = null) =>
        Activate(call, method, Pass(call, method, arguments), self);

    /// <summary>The arguments in the order of the parameters, evaluated in the order of the source.</summary>
    private List<Passed> Pass(IOperation call, IMethodSymbol method, IReadOnlyList<IArgumentOperation> arguments)
    {
        var values = new Passed[method.Parameters.Length];
        foreach (IArgumentOperation argument in arguments)
        {
            if (argument.Parameter is not { } parameter) throw DoesNotCompile(argument);
            bool isReference = parameter.RefKind is RefKind.Ref or RefKind.Out
                || (parameter.RefKind is RefKind.In or RefKind.RefReadOnlyParameter && IsPlace(argument.Value) && ScalarTypes.ElementOf(argument.Value.Type) is null);
            if (isReference)
            {
                Place place = PlaceOf(argument.Value, parameter.RefKind is RefKind.Ref or RefKind.Out);

                // On paths that a jump has left, an 'out' argument needs some value that is never read.
                if (parameter.RefKind == RefKind.Out && !place.Read().IsKnown) place.Write(Zero(parameter.Type));
                values[parameter.Ordinal] = new Passed(default, place);
                continue;
            }

            values[parameter.Ordinal] = new Passed(Known(argument.Value, EvaluateBinding(argument.Value, parameter.Type, parameter.Name)), null);
        }

        return [.. values];
    }

    /// <summary>Reads the body of a method whose arguments have been evaluated, and gives it the derivative that the user wrote for it, if any.</summary>
    private Binding Activate(IOperation call, IMethodSymbol method, IReadOnlyList<Passed> arguments, Place? self)
    {
        IMethodSymbol definition = CaptureContext.DefinitionOf(method);
        return !context.IsEager && DerivativeOf(definition) is { } derivative
            ? ActivateWith(derivative, call, method, arguments)
            : ActivateBody(call, method, arguments, self);
    }

    private Binding ActivateBody(IOperation call, IMethodSymbol method, IReadOnlyList<Passed> arguments, Place? self)
    {
        CheckDepth();
        if (context.BodyOf(method) is not var (body, plan)) throw Refusal.At(DiagnosticCatalog.Call, call, method.ContainingType.Name + "." + method.Name);
        IMethodSymbol definition = CaptureContext.DefinitionOf(method);
        if (_unwinding is { } unwinding && SymbolEqualityComparer.Default.Equals(unwinding.Method, definition)) return unwinding.Call(arguments);
        if (Unwound(call, definition, body, plan, arguments) is { } unwound) return unwound;
        List<int?> constants = arguments.Select(a => a.Value.IsValue ? emit.IntOf(a.Value.Value) : null).ToList();
        if (ExceedsRecursion(call, definition, constants)) return Exceed(call, definition, arguments);
        Frame frame = NewFrame(call, method, plan, self, HomeOf(definition));
        frame.Constants = constants;
        return Within(frame, () =>
        {
            BindArguments(definition, arguments);
            return ReadBody(body);
        });
    }

    private Frame NewFrame(IOperation call, IMethodSymbol method, ExitPlan plan, Place? self, Frame? home = null)
    {
        IMethodSymbol definition = CaptureContext.DefinitionOf(method);
        if (method.IsAsync) throw Refusal.At(DiagnosticCatalog.Async, call, method.Name);
        if (definition.ReturnsByRef || definition.ReturnsByRefReadonly) throw Refusal.Expression(call, "returning by reference is not supported");
        var frame = new Frame(definition, plan, _frame, home, _nextSlot) { This = self };
        AddTypes(frame, method);
        return frame;
    }

    private void BindArguments(IMethodSymbol definition, IReadOnlyList<Passed> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].Reference is { } place) _frame.Aliases[definition.Parameters[i]] = place;
            else Bind(Declare(definition.Parameters[i]), arguments[i].Value);
        }
    }

    /// <summary>The activation in which a local function lies.</summary>
    private Frame? HomeOf(IMethodSymbol method)
    {
        if (method.MethodKind != MethodKind.LocalFunction) return null;
        for (Frame? frame = _frame; frame is not null; frame = frame.Caller)
        {
            if (SymbolEqualityComparer.Default.Equals(frame.Method, method.ContainingSymbol)) return frame;
        }

        return null;
    }

    /// <summary>What a delegate stands for: a lambda that changes nothing around it, or a static method.</summary>
    private Binding EvaluateFunction(IOperation expression)
    {
        CheckDepth();
        switch (expression)
        {
            case ILocalReferenceOperation { IsDeclaration: false } or IParameterReferenceOperation:
                return SlotOf(AssignedSymbols.SymbolOf(expression)!) is { } slot && _env[slot].Closure is not null
                    ? _env[slot]
                    : throw Refusal.Expression(expression, "which function it stands for is not known here");
            case IDelegateCreationOperation creation:
                return EvaluateFunction(creation.Target);
            case IConversionOperation conversion:
                return EvaluateFunction(conversion.Operand);
            case ISimpleAssignmentOperation:
                return EvaluateAssignment(expression);
            case IAnonymousFunctionOperation lambda:
                RequirePure(lambda);
                return Binding.Of(new Closure(lambda.Symbol, lambda.Body, _frame));
            case IMethodReferenceOperation { Method: { IsStatic: true } or { MethodKind: MethodKind.LocalFunction } } reference:
                return Binding.Of(new Closure(reference.Method, null, null));
            case IInvalidOperation:
                throw DoesNotCompile(expression);
            default:
                throw Refusal.Expression(expression, "a delegate is supported where it is a lambda or a static method that can be seen");
        }
    }

    /// <summary>A loop around a call of it would not see what it changes.</summary>
    private void RequirePure(IAnonymousFunctionOperation lambda)
    {
        HashSet<ISymbol> assigned = AssignedSymbols.In([lambda.Body]);
        ISymbol? outer = assigned.FirstOrDefault(s => s is ILocalSymbol or IParameterSymbol && !lambda.Syntax.Span.Contains(s.Locations[0].SourceSpan));
        if (outer is not null) throw Refusal.Expression(lambda, $"it assigns '{outer.Name}', which lies outside; use a local function");
        List<IOperation> operations = [.. AssignedSymbols.WithCalled(lambda.Body)];
        HashSet<ISymbol> own = new(SymbolEqualityComparer.Default);
        foreach (IVariableDeclaratorOperation declared in operations.OfType<IVariableDeclaratorOperation>())
        {
            if (!assigned.Contains(declared.Symbol) && IsOwn(declared.GetVariableInitializer()?.Value)) own.Add(declared.Symbol);
        }

        if (operations.Select(WrittenSpan).OfType<IOperation>().Any(span => !IsOwn(Whole(span))))
        {
            throw Refusal.Expression(lambda, "it may write an array of the method around it; use a local function");
        }

        // An array made within the lambda, or a part of one.
        bool IsOwn(IOperation? array) => array switch
        {
            null => false,
            IArrayCreationOperation or ICollectionExpressionOperation => true,
            IObjectCreationOperation { Arguments.Length: > 0 } matrix when ScalarTypes.MatrixElementOf(matrix.Type) is not null => IsOwn(matrix.Arguments[0].Value),
            _ when array.Syntax is StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax => true,
            _ when Whole(array) is var whole && whole != array => IsOwn(whole),
            IParameterReferenceOperation { Parameter: { } parameter } => !assigned.Contains(parameter) && !IsAround(parameter.ContainingSymbol),
            _ => AssignedSymbols.SymbolOf(array) is { } symbol && own.Contains(symbol),
        };

        // What is passed to the lambda itself, or to a local function within, is seen where it is passed.
        bool IsAround(ISymbol method) => method.DeclaringSyntaxReferences.Any(r => r.SyntaxTree == lambda.Syntax.SyntaxTree && r.Span != lambda.Syntax.Span && r.Span.Contains(lambda.Syntax.Span));
    }

    private Binding InvokeClosure(IInvocationOperation call)
    {
        if (call.Instance is null) throw DoesNotCompile(call);
        if (EvaluateFunction(call.Instance).Closure is not { } closure) throw Refusal.Expression(call, "it is not known what this delegate stands for");
        List<Passed> arguments = Pass(call, call.TargetMethod, call.Arguments);
        if (closure.Body is { } body)
        {
            for (Frame? active = _frame; active is not null; active = active.Caller)
            {
                if (SymbolEqualityComparer.Default.Equals(active.Method, closure.Method)) throw Refusal.At(DiagnosticCatalog.Recursion, call, Refusal.Text(call));
            }

            Frame frame = NewFrame(call, closure.Method, context.PlanOf(closure.Method, body), null, (Frame?)closure.Home);
            return Within(frame, () =>
            {
                BindArguments(closure.Method, arguments);
                return ReadBody(body);
            });
        }

        if (context.BodyOf(closure.Method) is not null) return Activate(call, closure.Method, arguments, null);
        if (IsMathType(closure.Method.ContainingType) && arguments.All(a => a.Value.IsValue) && TypeOf(closure.Method.ReturnType) is { } type
            && MathTable.Call(emit, closure.Method.Name, type, arguments.Select(a => a.Value.Value).ToArray()) is { } value)
        {
            return Binding.Of(value);
        }

        throw Refusal.At(DiagnosticCatalog.Call, call, closure.Method.ContainingType.Name + "." + closure.Method.Name);
    }
}
