using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

public sealed class RandomProgramTests
{
    [Fact]
    public void SourcesCompile()
    {
        var batch = new ProgramBatch(Enumerable.Range(0, 2000).Select(RandomProgram.Create).ToArray(), LanguageVersion.CSharp13);
        File.WriteAllText("/tmp/Losses.cs", batch.Compilation.SyntaxTrees[0].ToString());
        ProgramBatch.Load(batch.Compilation);
    }
}
