using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>What the reading of one annotated method and of the helpers that it calls has in common.</summary>
/// <param name="own">The model of the method's own file. All methods of a file share it, and so do the helpers that they call there.</param>
/// <param name="isEager">
/// Whether both sides of a branch may be computed and one selected: true for update rules, which are pure arithmetic on
/// one element and are not differentiated.
/// </param>
/// <param name="maxTrips">How many iterations a loop may run whose trip count only its condition knows.</param>
internal sealed class CaptureContext(SemanticModel own, ExtentUnifier extents, bool isEager, CancellationToken cancellation, int maxTrips = int.MaxValue)
{
    private readonly Dictionary<IMethodSymbol, (IOperation, ExitPlan)?> _bodies = new(SymbolEqualityComparer.Default);

    private readonly Dictionary<SyntaxTree, SemanticModel> _models = new() { [own.SyntaxTree] = own };
    private readonly Dictionary<IOperation, ExitPlan> _plans = [];

    public Compilation Compilation { get; } = own.Compilation;

    public LayoutTable Layouts { get; } = new(cancellation);

    public CustomDerivatives Derivatives { get; } = new();

    /// <summary>Whether a helper is expanded to a depth that the data may exceed, which is known after the first reading.</summary>
    public bool HasBoundedRecursion { get; set; }

    /// <summary>Whether something was learned that the next reading needs.</summary>
    public bool MustReadAgain { get; set; }

    public ExtentUnifier Extents { get; } = extents;

    public bool IsEager { get; } = isEager;

    public int MaxTrips { get; } = maxTrips;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The declaration of a method that its body refers to: unconstructed, and the implementing part of a partial one.</summary>
    public static IMethodSymbol DefinitionOf(IMethodSymbol method) =>
        method.OriginalDefinition.PartialImplementationPart ?? method.OriginalDefinition;

    /// <summary>The operations of a method that has source in this compilation; null for any other.</summary>
    public (IOperation Body, ExitPlan Plan)? BodyOf(IMethodSymbol method)
    {
        IMethodSymbol definition = DefinitionOf(method);
        if (_bodies.TryGetValue(definition, out var known)) return known;
        (IOperation, ExitPlan)? body = null;
        SyntaxNode? syntax = definition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(Cancellation);
        if (syntax is not null && Find(syntax) is { } operation) body = (operation, new ExitPlan(definition, operation));
        _bodies[definition] = body;
        return body;
    }

    /// <summary>The operations and jumps of a body that is not that of a named method: a lambda's.</summary>
    public ExitPlan PlanOf(IMethodSymbol method, IOperation body)
    {
        if (!_plans.TryGetValue(body, out ExitPlan? plan)) _plans[body] = plan = new ExitPlan(method, body);
        return plan;
    }

    /// <summary>The operation of a piece of source: an initializer, a constructor.</summary>
    public IOperation? OperationOf(SyntaxNode syntax) => ModelOf(syntax).GetOperation(syntax, Cancellation);

    public SemanticModel ModelOf(SyntaxNode node)
    {
        if (!_models.TryGetValue(node.SyntaxTree, out SemanticModel? model)) _models[node.SyntaxTree] = model = Compilation.GetSemanticModel(node.SyntaxTree);
        return model;
    }

    /// <summary>The first error that the compiler itself reports in a piece of source, as a diagnostic of ours.</summary>
    public DiagnosticSpec? CompilerErrorIn(SyntaxNode node, string method)
    {
        Diagnostic? error = ModelOf(node).GetDiagnostics(node.Span, Cancellation)
            .FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error && d.Location.IsInSource);
        return error is null
            ? null
            : DiagnosticReporter.At(DiagnosticCatalog.DoesNotCompile, error.Location.SourceTree!, error.Location.SourceSpan, method, error.Id);
    }

    private IOperation? Find(SyntaxNode syntax)
    {
        // A property's getter is declared by its accessor or by the arrow of the property.
        return ModelOf(syntax).GetOperation(syntax, Cancellation) switch
        {
            IMethodBodyOperation body => (IOperation?)body.BlockBody ?? body.ExpressionBody,
            ILocalFunctionOperation local => local.Body,
            IConstructorBodyOperation constructor => (IOperation?)constructor.BlockBody ?? constructor.ExpressionBody,
            IBlockOperation block => block,
            _ => null,
        };
    }
}
