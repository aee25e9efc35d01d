using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

/// <summary>Applies a code fix to the diagnostics that the generator reports, as an editor does.</summary>
internal static class CodeFixDriver
{
    private const string Usings = "using SymbolicGD;\n";

    /// <summary>
    /// Fixes the <paramref name="index"/>-th diagnostic that <paramref name="fix"/> is for and compares the text; the result must compile with what
    /// is generated for it, and the generator must have nothing left to say.
    /// </summary>
    /// <param name="mayStillReport">Whether the generator may go on saying the same of the result.</param>
    public static async Task Check(CodeFixProvider fix, string source, string expected, int index = 0, bool mayStillReport = false)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Open(workspace, source);
        ImmutableArray<Diagnostic> diagnostics = await FixableBy(fix, document);
        CodeAction action = Assert.Single(await Offered(fix, document, diagnostics[index]));
        await CheckResult(document, action, expected, mayStillReport);
    }

    /// <summary>As <see cref="Check"/>, but fixes all in the document at once.</summary>
    public static async Task CheckAll(CodeFixProvider fix, string source, string expected)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Open(workspace, source);
        ImmutableArray<Diagnostic> diagnostics = await FixableBy(fix, document);
        CodeAction? one = null;
        foreach (Diagnostic diagnostic in diagnostics) one ??= (await Offered(fix, document, diagnostic)).FirstOrDefault();
        Assert.NotNull(one);
        var context = new FixAllContext(
            document, fix, FixAllScope.Document, one.EquivalenceKey!, fix.FixableDiagnosticIds, new Reported(diagnostics), CancellationToken.None);
        CodeAction? all = await fix.GetFixAllProvider()!.GetFixAsync(context);
        Assert.NotNull(all);
        await CheckResult(document, all, expected);
    }

    /// <summary>Checks that the generator reports what the fix is for, and that the fix is offered for none of it.</summary>
    public static async Task CheckNotOffered(CodeFixProvider fix, string source, int index = 0)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Open(workspace, source);
        ImmutableArray<Diagnostic> diagnostics = await FixableBy(fix, document);
        Assert.Empty(await Offered(fix, document, diagnostics[index]));
    }

    private static Document Open(AdhocWorkspace workspace, string source)
    {
        CSharpCompilation settings = CompilationFactory.Create("", withUsings: false);
        Project project = workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "UserProject", "UserProject", LanguageNames.CSharp,
            compilationOptions: settings.Options, parseOptions: settings.SyntaxTrees[0].Options, metadataReferences: CompilationFactory.References));
        return project.AddDocument("Loss.cs", Usings + source, filePath: "Loss.cs");
    }

    private static async Task<ImmutableArray<Diagnostic>> FixableBy(CodeFixProvider fix, Document document)
    {
        (ImmutableArray<Diagnostic> diagnostics, _) = await Generate(document);
        ImmutableArray<Diagnostic> fixable = [.. diagnostics.Where(d => fix.FixableDiagnosticIds.Contains(d.Id)).OrderBy(d => d.Location.SourceSpan.Start)];
        Assert.NotEmpty(fixable);
        return fixable;
    }

    private static async Task<List<CodeAction>> Offered(CodeFixProvider fix, Document document, Diagnostic diagnostic)
    {
        List<CodeAction> actions = [];
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        return actions;
    }

    private static async Task CheckResult(Document document, CodeAction action, string expected, bool mayStillReport = false)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None);
        Solution changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
        Document result = changed.GetDocument(document.Id)!;
        Assert.Equal(Usings + expected, (await result.GetTextAsync()).ToString());

        (ImmutableArray<Diagnostic> left, Compilation generated) = await Generate(result);
        if (!mayStillReport) Assert.Empty(left);
        Assert.Empty(generated.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
    }

    private static async Task<(ImmutableArray<Diagnostic> Diagnostics, Compilation Generated)> Generate(Document document)
    {
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)document.Project.ParseOptions!)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out ImmutableArray<Diagnostic> diagnostics);
        return (diagnostics, generated);
    }

    /// <summary>Hands the generator's diagnostics to a batch.</summary>
    private sealed class Reported(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
