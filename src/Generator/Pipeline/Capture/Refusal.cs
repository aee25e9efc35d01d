using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Leaves the reading of a method at a construct that is not supported. Caught by <see cref="LossCapture"/> and
/// <see cref="UpdateRuleCapture"/>; no other stage sees it.
/// </summary>
internal sealed class Refusal(DiagnosticSpec diagnostic) : Exception(diagnostic.Id)
{
    public DiagnosticSpec Diagnostic { get; } = diagnostic;

    public static Refusal At(DiagnosticDescriptor descriptor, IOperation operation, params string[] arguments) =>
        new(DiagnosticReporter.At(descriptor, operation.Syntax, arguments));

    public static Refusal Expression(IOperation operation, string reason) =>
        At(DiagnosticCatalog.Expression, operation, Text(operation), reason);

    public static Refusal Statement(IOperation operation, string reason) =>
        At(DiagnosticCatalog.Statement, operation, reason);

    /// <summary>The source of an operation on one line, cut where it is long.</summary>
    public static string Text(IOperation operation) => Text(operation.Syntax);

    /// <inheritdoc cref="Text(IOperation)"/>
    public static string Text(SyntaxNode source)
    {
        string text = string.Join(" ", source.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 60 ? text : text.Substring(0, 59) + "…";
    }
}
