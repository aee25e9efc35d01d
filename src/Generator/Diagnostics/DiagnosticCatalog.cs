using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace SymbolicGD.Generator.Diagnostics;

/// <summary>Every diagnostic of the compiler. Each has a page <c>docs/diagnostics/SGDnnnn.md</c>; a test checks that it does.</summary>
/// <remarks>1xxx: the signature of a loss; 2xxx: what a body may say; 3xxx: shapes; 4xxx: update rules; 5xxx: derivatives and kernels; 6xxx: remarks; 7xxx: devices; 9xxx: the compiler itself.</remarks>
internal static class DiagnosticCatalog
{
    private static readonly List<DiagnosticDescriptor> s_all = [];

    public static readonly DiagnosticDescriptor NotStatic = Error(
        "SGD1001", "A loss is a static method", "'{0}' is not a static method of a class: declare it 'static' in a 'static partial class', so that it depends on its arguments alone");

    public static readonly DiagnosticDescriptor NotPartial = Error(
        "SGD1002", "The types around a loss are partial", "'{0}' is not partial: declare it 'partial', so that the objective can be generated into it");

    public static readonly DiagnosticDescriptor Generic = Error(
        "SGD1003", "A loss is not generic", "'{0}' is generic: write the loss for 'float' or 'double' and share a generic helper method");

    public static readonly DiagnosticDescriptor NoBody = Error(
        "SGD1004", "A loss has a body", "'{0}' has no body in source: there is nothing to differentiate");

    public static readonly DiagnosticDescriptor DoesNotCompile = new(
        "SGD1005", "A loss that does not compile is not differentiated",
        "'{0}' does not compile here ({1}) and was not differentiated", Category, DiagnosticSeverity.Warning, true,
        helpLinkUri: HelpLink("SGD1005"));

    public static readonly DiagnosticDescriptor ReturnType = Error(
        "SGD1006", "A loss returns float or double", "'{0}' returns '{1}': a loss returns 'float' or 'double'");

    public static readonly DiagnosticDescriptor NoParameter = Error(
        "SGD1007", "A loss has a parameter", "'{0}' has no argument marked [Parameter]: there is nothing to fit");

    public static readonly DiagnosticDescriptor ArgumentType = Error(
        "SGD1008", "An argument of a loss has a supported type",
        "'{0}' has type '{1}': arguments of a loss are 'float', 'double', 'int' or a ReadOnlySpan of one of them");

    public static readonly DiagnosticDescriptor ParameterNotReal = Error(
        "SGD1009", "A parameter is real", "'{0}' is a [Parameter] of type '{1}': only reals have a derivative; mark it [Constant] or leave it as data");

    public static readonly DiagnosticDescriptor MixedPrecision = Error(
        "SGD1010", "Parameters have the type of the loss", "'{0}' has type '{1}' but the loss returns '{2}': parameters have the type that the loss returns");

    public static readonly DiagnosticDescriptor ByReference = Error(
        "SGD1011", "Arguments of a loss are passed by value", "'{0}' is passed by '{1}': arguments of a loss are passed by value");

    public static readonly DiagnosticDescriptor RoleConflict = Error(
        "SGD1012", "An argument has one role", "'{0}': {1}");

    public static readonly DiagnosticDescriptor NameClash = Error(
        "SGD1013", "Generated classes have different names",
        "The class '{0}' would be generated for '{1}', but that name is taken in '{2}': give the loss another name with [Loss(Name = \"…\")]");

    public static readonly DiagnosticDescriptor Async = Error(
        "SGD1014", "A loss is not async", "'{0}' is async or an iterator: a loss computes its value and returns it");

    public static readonly DiagnosticDescriptor InvalidName = Error(
        "SGD1015", "The name of a generated class is an identifier", "'{0}' is not an identifier: [Loss(Name = …)] names a generated class");

    public static readonly DiagnosticDescriptor FileLocal = Error(
        "SGD1016", "A loss is not in a file-local type", "'{0}' is declared 'file': the objective is generated in another file and cannot be added to it");

    public static readonly DiagnosticDescriptor Order = Error(
        "SGD1020", "Derivatives are of first or second order", "'{0}' asks for derivatives of order {1}: Order is 1 (the gradient) or 2 (also Hessian-vector products)");

    public static readonly DiagnosticDescriptor ResidualOutput = Error(
        "SGD1021", "A residual method returns one residual or writes several",
        "'{0}' returns void or has an argument marked [Output]: a method of several residuals returns void and has one argument '[Output] Span<T>' of 'float' or 'double'; one of a single residual returns it");

    public static readonly DiagnosticDescriptor Expression = Error(
        "SGD2001", "The expression is not supported", "'{0}' cannot be differentiated: {1}");

    public static readonly DiagnosticDescriptor Statement = Error(
        "SGD2002", "The statement is not supported", "This statement cannot be differentiated: {0}");

    public static readonly DiagnosticDescriptor Type = Error(
        "SGD2003", "The type is not supported", "'{0}' has type '{1}': values of a loss are float, double, int, bool, structures of them that are declared in this project, and spans, matrices or arrays");

    public static readonly DiagnosticDescriptor Call = Error(
        "SGD2004", "The method has no known derivative",
        "'{0}' has neither a known derivative nor source in this project: write it as a static method here, or use Math, TensorPrimitives or Sym");

    public static readonly DiagnosticDescriptor Recursion = Error(
        "SGD2005", "A recursion has an end that can be seen", "'{0}' calls itself, directly or through other methods, without an end that can be seen here: write it as a loop, or mark it [Recursion(MaxDepth = n)]");

    public static readonly DiagnosticDescriptor TripCount = Error(
        "SGD2006", "A loop's elements can be counted",
        "What this loop runs over is not known: {0}");

    public static readonly DiagnosticDescriptor Endless = Error(
        "SGD2007", "A loop ends", "This loop has no end that can be seen: {0}");

    public static readonly DiagnosticDescriptor Jump = Error(
        "SGD2008", "Jumps are structured", "{0}");

    public static readonly DiagnosticDescriptor Dynamic = Error(
        "SGD2009", "Dynamic operations are not supported", "'{0}' is bound at run time ('dynamic'): nothing is known of it at build time");

    public static readonly DiagnosticDescriptor SpanRoot = Error(
        "SGD2010", "It is known which array a span refers to", "'{0}' may refer to different arrays here: {1}");

    public static readonly DiagnosticDescriptor NoReturn = Error(
        "SGD2011", "Every path returns a value", "'{0}' does not return a value on every path");

    public static readonly DiagnosticDescriptor State = Error(
        "SGD2012", "A loss reads arguments and constants only", "'{0}' is neither an argument nor a constant: pass it as an argument marked [Constant]");

    public static readonly DiagnosticDescriptor NotExhaustive = Error(
        "SGD2013", "A switch expression covers every value", "This switch has no arm for the remaining values: add '_ => …'");

    public static readonly DiagnosticDescriptor TooDeep = Error(
        "SGD2014", "The method is nested too deeply", "'{0}' is nested too deeply to be read: split the expression or the chain of branches with locals or loops");

    public static readonly DiagnosticDescriptor Unassigned = Error(
        "SGD2015", "A variable has a value where it is read", "'{0}' is not known to have a value here");

    public static readonly DiagnosticDescriptor RecursionSize = Error(
        "SGD2016", "A recursion is written out a limited number of times", "'{0}' would be written out more than 1000 times: lower its depth, or write it as a loop");

    public static readonly DiagnosticDescriptor DerivativeSignature = Error(
        "SGD2017", "A derivative fits its function", "'{0}': {1}");

    public static readonly DiagnosticDescriptor ExtentMismatch = Error(
        "SGD3001", "Lengths that must agree agree", "'{0}' needs spans of equal length: {1}");

    public static readonly DiagnosticDescriptor ShapeNames = Error(
        "SGD3002", "[Shape] names each dimension", "'{0}' has {1} dimension(s) but [Shape] names {2}");

    public static readonly DiagnosticDescriptor RuleSignature = Error(
        "SGD4001", "An update rule has the expected signature", "'{0}': {1}");

    public static readonly DiagnosticDescriptor NoDerivative = Error(
        "SGD5001", "A loss has a derivative", "'{0}' cannot be differentiated: {1}");

    public static readonly DiagnosticDescriptor NotWritable = Error(
        "SGD5002", "A loss can be written as a kernel", "'{0}' cannot be compiled: {1}");

    public static readonly DiagnosticDescriptor Overhead = Error(
        "SGD5003", "A gradient keeps its cost contract", "The gradient of '{0}' takes {1}");

    public static readonly DiagnosticDescriptor NotFinite = new(
        "SGD6001", "A derivative is finite for finite inputs", "The derivative of '{0}' {1}: {2}", Category, DiagnosticSeverity.Info, true,
        helpLinkUri: HelpLink("SGD6001"));

    public static readonly DiagnosticDescriptor Stabilized = new(
        "SGD6002", "What is computed can be read in the source", "'{0}' is computed as {1}: write that to say so in the source", Category, DiagnosticSeverity.Info, true,
        helpLinkUri: HelpLink("SGD6002"));

    public static readonly DiagnosticDescriptor NotOnDevices = new(
        "SGD7001", "A loss has kernels for devices where ILGPU is referenced", "'{0}' has no kernels for devices: {1}; [Loss(Targets = Target.Cpu)] says that none are wanted",
        Category, DiagnosticSeverity.Warning, true, helpLinkUri: HelpLink("SGD7001"));

    public static readonly DiagnosticDescriptor Internal = Error(
        "SGD9999", "The compiler failed", "SymbolicGD failed on '{0}': {1}. This is a defect of SymbolicGD: please report it with this method");

    private const string Category = "SymbolicGD";

    public static ImmutableArray<DiagnosticDescriptor> All { get; } = s_all.Append(DoesNotCompile).Append(NotFinite).Append(Stabilized).Append(NotOnDevices).ToImmutableArray();

    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> s_byId = All.ToImmutableDictionary(d => d.Id);

    /// <summary>The descriptor of an id of this catalog.</summary>
    public static DiagnosticDescriptor Find(string id) => s_byId[id];

    private static DiagnosticDescriptor Error(string id, string title, string format)
    {
        var descriptor = new DiagnosticDescriptor(id, title, format, Category, DiagnosticSeverity.Error, true, helpLinkUri: HelpLink(id));
        s_all.Add(descriptor);
        return descriptor;
    }

    private static string HelpLink(string id) => $"docs/diagnostics/{id}.md";
}
