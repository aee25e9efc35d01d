using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using SymbolicGD.Generator;

namespace Benchmarks.Generator;

/// <summary>The generator over the losses of the Quickstart, in the process: what an editor does at every key stroke.</summary>
internal sealed class QuickstartSession
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);
    private static readonly string[] Files = ["HousePrices.cs", "Spam.cs"];

    private readonly SyntaxTree spam;
    private readonly CSharpCompilation compilation;
    private GeneratorDriver driver;

    internal QuickstartSession()
    {
        SyntaxTree[] trees = [.. Files.Select(file => CSharpSyntaxTree.ParseText(ImplicitUsings + Read(file), Options, file))];
        spam = trees[^1];
        compilation = CSharpCompilation.Create(
            "Quickstart", [.. trees, CSharpSyntaxTree.ParseText("class Unrelated { }", Options, "Unrelated.cs")], References(),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        driver = NewDriver().RunGenerators(compilation);
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

    private static string ImplicitUsings =>
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";

    /// <summary>Everything anew, with a compiler and a generator that have been compiled: what a build server does.</summary>
    /// <returns>The generator's own time.</returns>
    internal TimeSpan Full() => Time(NewDriver(), Fresh());

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

    /// <summary>Trees and symbols that nobody has looked at yet.</summary>
    private CSharpCompilation Fresh() => compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(
        compilation.SyntaxTrees.Select(tree => CSharpSyntaxTree.ParseText(tree.GetText(), Options, tree.FilePath)));

    private static GeneratorDriver NewDriver() =>
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: Options);

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The source {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>What this program runs on: the framework, the runtime and the attributes.</summary>
    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetExtension(path) == ".dll")
            .Select(path => MetadataReference.CreateFromFile(path));
}
