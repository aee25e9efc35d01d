using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Benchmarks.Generator;

/// <summary>The generator over the losses of the Quickstart, in the process: what an editor does at every key stroke.</summary>
internal sealed class QuickstartSession
{
    private static readonly string[] Files = ["HousePrices.cs", "Spam.cs"];

    private readonly SyntaxTree spam;
    private readonly CSharpCompilation compilation;
    private GeneratorDriver driver;

    internal QuickstartSession()
    {
        SyntaxTree[] trees = [.. Files.Select(file => Sources.Parse(Sources.ImplicitUsings + Sources.Read(file), file))];
        spam = trees[^1];
        compilation = Sources.Compilation([.. trees, Sources.Parse("class Unrelated { }", "Unrelated.cs")]);
        driver = Sources.NewDriver().RunGenerators(compilation);
        FirstRun = driver.GetTimingInfo().ElapsedTime;
        GeneratorDriverRunResult result = driver.GetRunResult();
        if (result.GeneratedTrees.Length < Files.Length)
        {
            throw new InvalidOperationException(
                $"The generator wrote {result.GeneratedTrees.Length} files for the Quickstart's {Files.Length} losses: {string.Join("; ", result.Diagnostics)}");
        }
    }

    /// <summary>The run of the constructor: in the first session of a process, it includes the just-in-time compilation of generator and compiler.</summary>
    internal TimeSpan FirstRun { get; }

    /// <summary>Everything anew, with a compiler and a generator that have been compiled: what a build server does.</summary>
    /// <returns>The generator's own time.</returns>
    internal TimeSpan Full() => Time(Sources.NewDriver(), Sources.Fresh(compilation));

    /// <summary>A comment is edited inside the file of a loss.</summary>
    internal TimeSpan CommentEdit(int edit) => Incremental(spam, spam.GetText().Replace(0, 0, $"/* edit {edit} */"));

    /// <summary>The formula of one loss changes: one of the two is generated again.</summary>
    internal TimeSpan LossEdit(int edit)
    {
        const string Formula = "+ l2 * penalty;";
        string text = spam.GetText().ToString();
        return Incremental(spam, SourceText.From(text.Replace(Formula, $"+ l2 * {edit}.5 * penalty;", StringComparison.Ordinal)));
    }

    /// <summary>A file without a loss changes.</summary>
    internal TimeSpan UnrelatedEdit(int edit) =>
        Incremental(compilation.SyntaxTrees[^1], SourceText.From($"class Unrelated {{ int edit = {edit}; }}"));

    private static TimeSpan Time(GeneratorDriver before, CSharpCompilation changed) => before.RunGenerators(changed).GetTimingInfo().ElapsedTime;

    private TimeSpan Incremental(SyntaxTree tree, SourceText text)
    {
        driver = driver.RunGenerators(compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(text)));
        return driver.GetTimingInfo().ElapsedTime;
    }
}
