using System.Globalization;
using System.Numerics;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

/// <summary>The tables of <c>Reference/</c>, and the losses that are held against them.</summary>
internal static class ReferenceTable
{
    /// <summary>The rows of a table.</summary>
    public static IEnumerable<string> Lines(string file) => File.ReadLines(
        Path.Combine(Repository.Root, "tests", "GeneratorTests", "Differentiate", "Reference", file)).Where(line => !line.StartsWith('#'));

    /// <summary>Generates and compiles; neither may warn.</summary>
    public static Assembly Compile(string source)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return CompilationFactory.Load((CSharpCompilation)generated);
    }
}

/// <summary>A number; one that may be NaN as well, being only a limit; or one that is not asked.</summary>
internal readonly record struct ReferenceCell(double Number, bool OrNaN, bool IsAsked)
{
    /// <summary>The size to which the bounds are relative where 0 is expected, and terms may cancel up to their rounding.</summary>
    private const double SizeOfZero = 0.01;

    public static ReferenceCell Parse(string text) => text.TrimEnd('?') switch
    {
        "-" => default,
        "∞" => new ReferenceCell(double.PositiveInfinity, text.EndsWith('?'), true),
        "-∞" => new ReferenceCell(double.NegativeInfinity, text.EndsWith('?'), true),
        var number => new ReferenceCell(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture), text.EndsWith('?'), true),
    };

    /// <summary>Not asked; equal, of either sign where 0; relatively close; or NaN, where only the limit is a number.</summary>
    /// <param name="size">What the bound is relative to, where that is more than the number.</param>
    public bool IsClose<T>(T actual, double bound, double size = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!IsAsked) return true;
        double e = double.CreateChecked(T.CreateChecked(Number)), a = double.CreateChecked(actual); // in float, beyond its range is ∞
        double scale = Math.Max(e == 0 ? SizeOfZero : Math.Abs(e), size);
        return double.IsNaN(a) ? double.IsNaN(e) || OrNaN : a == e || Math.Abs(a - e) <= bound * scale;
    }

    public override string ToString() =>
        IsAsked ? string.Create(CultureInfo.InvariantCulture, $"{Number:R}{(OrNaN ? " or NaN" : "")}") : "not asked";
}
