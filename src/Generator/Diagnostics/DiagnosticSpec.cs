using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Diagnostics;

/// <summary>
/// A diagnostic that compares by content. It names its place by file and span, and becomes a <see cref="Diagnostic"/> only
/// in the output step that re-attaches the syntax tree, so that <c>#pragma</c> and <c>.editorconfig</c> apply to it.
/// </summary>
internal sealed record DiagnosticSpec(string Id, string FilePath, int Start, int Length, EquatableArray<string> Arguments)
{
    public TextSpan Span => new(Start, Length);
}

/// <summary>What reading one annotated method gave: a spec, or diagnostics that say why not, or both (warnings).</summary>
internal sealed record CaptureResult<TSpec>(TSpec? Spec, EquatableArray<DiagnosticSpec> Diagnostics)
    where TSpec : class, IEquatable<TSpec>
{
    /// <summary>Where operations of the spec stand in the source: beside the spec, which an edit that moves them leaves as it is.</summary>
    public EquatableArray<ValueSite> Sites { get; init; } = EquatableArray<ValueSite>.Empty;
}

/// <summary>Where a value of a captured function comes from.</summary>
/// <param name="Value">Its id.</param>
/// <param name="Text">The expression, cut where it is long.</param>
internal readonly record struct ValueSite(int Value, string FilePath, int Start, int Length, string Text);
