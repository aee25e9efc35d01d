using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Benchmarks.Generator;

/// <summary>The generator over one large source.</summary>
internal sealed class LargeSource
{
    private readonly CSharpCompilation compilation;

    /// <param name="text">A source with one loss or more.</param>
    internal LargeSource(string text)
    {
        compilation = Sources.Compilation(Sources.Parse(Sources.ImplicitUsings + text, "Large.cs"));
        GeneratorDriverRunResult result = Sources.NewDriver().RunGenerators(compilation).GetRunResult();
        if (result.GeneratedTrees.IsEmpty) throw new InvalidOperationException($"The generator wrote nothing: {string.Join("; ", result.Diagnostics)}");
    }

    /// <summary>A loss of so many statements in a row.</summary>
    internal static LargeSource OfStatements(int count)
    {
        IEnumerable<string> statements = Enumerable.Range(0, count).Select(i => Invariant($"s = s * 0.5 + Math.Sin(w[{i % 6}] + {i});"));
        return new LargeSource($$"""
            public static partial class Long
            {
                [SymbolicGD.Loss]
                public static double Statements([SymbolicGD.Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0;
                    {{string.Join('\n', statements)}}
                    return s;
                }
            }
            """);
    }

    /// <summary>Everything anew.</summary>
    /// <returns>The generator's own time.</returns>
    internal TimeSpan Full() => Sources.NewDriver().RunGenerators(Sources.Fresh(compilation)).GetTimingInfo().ElapsedTime;
}
