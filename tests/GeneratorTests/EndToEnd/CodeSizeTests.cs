using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>
/// Generated code is at most 12 KB and 40 times its source, both measured in tokens (4 bytes each; comments are none). It cannot grow with an
/// extent, which is not known when it is written.
/// </summary>
public sealed class CodeSizeTests
{
    private const int BytesPerToken = 4;
    private const int Fixed = 12 * 1024 / BytesPerToken;
    private const int PerToken = 40;

    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void GeneratedCodeIsSmall(string name) => Check(SampleLosses.Sources[name], 1);

    /// <summary>Two kernels more, of which one carries a tangent beside each value of the gradient: twice the bound.</summary>
    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void SecondOrderProductsAreWithinTwiceTheBound(string name) => Check(SampleLosses.SecondOrder(name), 2);

    private static void Check(string source, int times)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()]).RunGenerators(compilation);
        int generated = Assert.Single(driver.GetRunResult().GeneratedTrees).GetRoot().DescendantTokens().Count();
        int tokens = CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens().Count();
        int limit = times * (Fixed + (PerToken * tokens));
        Assert.True(generated <= limit, $"{generated} tokens are generated from {tokens}; the limit is {limit}");
    }
}
