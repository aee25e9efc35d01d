using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using SymbolicGD.CodeFixes;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

/// <summary>What holds of every code fix.</summary>
public sealed class CodeFixTests
{
    private static readonly CodeFixProvider[] s_fixes = typeof(MakeStaticCodeFix).Assembly.GetTypes()
        .Where(t => typeof(CodeFixProvider).IsAssignableFrom(t) && !t.IsAbstract).Select(t => (CodeFixProvider)Activator.CreateInstance(t)!).ToArray();

    [Fact]
    public void IdsAreThoseOfTheCatalog()
    {
        FieldInfo[] ids = typeof(FixableDiagnostics).GetFields();
        Assert.NotEmpty(ids);
        Assert.All(ids, id =>
        {
            var descriptor = (DiagnosticDescriptor)typeof(DiagnosticCatalog).GetField(id.Name)!.GetValue(null)!;
            Assert.Equal(descriptor.Id, id.GetRawConstantValue());
        });
    }

    [Fact]
    public void EveryFixIsExportedAndFixesAll()
    {
        Assert.Equal(typeof(FixableDiagnostics).GetFields().Length, s_fixes.Length);
        Assert.All(s_fixes, fix =>
        {
            var export = fix.GetType().GetCustomAttribute<ExportCodeFixProviderAttribute>();
            Assert.Equal(fix.GetType().Name, export?.Name);
            Assert.Equal([LanguageNames.CSharp], export!.Languages);
            Assert.NotNull(fix.GetFixAllProvider());
        });
    }

    [Fact]
    public void PagesSayWhichDiagnosticsHaveAFix()
    {
        string[] fixable = s_fixes.SelectMany(f => f.FixableDiagnosticIds).Order(StringComparer.Ordinal).ToArray();
        string[] documented = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "diagnostics"), "SGD*.md")
            .Where(page => File.ReadAllText(page).Contains("code fix", StringComparison.Ordinal))
            .Select(page => Path.GetFileNameWithoutExtension(page)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(fixable, documented);
    }
}
