using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>A method of thousands of statements is a chain of operations as long: nothing may follow it by recursion.</summary>
public sealed class LongMethodTests
{
    private const int Statements = 5000;

    /// <summary>The stack of a thread on Windows, where the compiler runs on threads of the pool.</summary>
    private const int StackSize = 1 << 20;

    [Fact]
    public void FiveThousandStatementsNeedNoDeepStack()
    {
        string body = string.Join('\n', Enumerable.Range(0, Statements).Select(i => string.Create(CultureInfo.InvariantCulture, $"s = s * 0.5 + Math.Sin(w[{i % 6}] + {i});")));
        CSharpCompilation compilation = CompilationFactory.Create($$"""
            public static partial class Long
            {
                [Loss]
                public static double F([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0;
                    {{body}}
                    return s;
                }
            }
            """);
        ImmutableArray<Diagnostic> diagnostics = [];
        ImmutableArray<SyntaxTree> trees = [];
        var thread = new Thread(
            () =>
            {
                GeneratorDriverRunResult result = CSharpGeneratorDriver
                    .Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
                    .RunGenerators(compilation).GetRunResult();
                (diagnostics, trees) = (result.Diagnostics, result.GeneratedTrees);
            },
            StackSize);
        thread.Start();
        thread.Join();
        Assert.Empty(diagnostics);
        Assert.Contains($"double s{Statements} = ", Assert.Single(trees).ToString(), StringComparison.Ordinal);
    }
}
