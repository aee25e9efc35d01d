using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests;

/// <summary>
/// The dependency rule of the generator, enforced on its sources: Support ← Ir ← each stage ← the generator itself; a stage
/// never uses another stage; Roslyn appears in Capture, Diagnostics and the generator only.
/// </summary>
/// <remarks>Names are resolved, not searched for: inside nested namespaces a reference needs neither a using nor a prefix.</remarks>
public sealed class LayeringTests
{
    private const string RootNamespace = "SymbolicGD.Generator";

    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;"
        + "global using System.Threading; global using System.Threading.Tasks;";

    private static readonly string[] MayUseRoslyn = ["", "Diagnostics", "Pipeline.Capture"];

    [Fact]
    public void SourcesKeepTheDependencyRule()
    {
        string folder = Path.Combine(Repository.Root, "src", "Generator");
        SyntaxTree[] trees = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("bin/", StringComparison.Ordinal) && !file.StartsWith("obj/", StringComparison.Ordinal))
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(folder, file)), path: file))
            .ToArray();
        List<string> violations = Violations(trees);
        Assert.True(trees.Length > 5, "no sources found");
        Assert.True(violations.Count == 0, string.Join("\n", violations));
    }

    [Fact]
    public void RuleSeesReferencesWithoutUsings()
    {
        SyntaxTree[] trees =
        [
            CSharpSyntaxTree.ParseText("namespace SymbolicGD.Generator.Pipeline.Schedule; class Plan { }", path: "Pipeline/Schedule/Plan.cs"),
            CSharpSyntaxTree.ParseText("namespace SymbolicGD.Generator.Pipeline.Write; class Writer { Schedule.Plan plan; }", path: "Pipeline/Write/Writer.cs"),
            CSharpSyntaxTree.ParseText("namespace SymbolicGD.Generator.Ir; class Node { Microsoft.CodeAnalysis.ISymbol s; }", path: "Ir/Node.cs"),
            CSharpSyntaxTree.ParseText("namespace SymbolicGD.Generator.Support; class Helper { Ir.Node n; }", path: "Support/Helper.cs"),
        ];
        Assert.Collection(
            Violations(trees).Select(v => v.Split(':')[0]).Distinct(),
            file => Assert.Equal("Pipeline/Write/Writer.cs", file),
            file => Assert.Equal("Ir/Node.cs", file),
            file => Assert.Equal("Support/Helper.cs", file));
    }

    private static List<string> Violations(SyntaxTree[] trees)
    {
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Layers", [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings)],
            assemblies.Where(a => !Path.GetFileName(a).StartsWith("SymbolicGD", StringComparison.Ordinal)).Select(a => MetadataReference.CreateFromFile(a)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var violations = new List<string>();
        foreach (SyntaxTree tree in trees)
        {
            string layer = (Path.GetDirectoryName(tree.FilePath) ?? "").Replace('\\', '/').Replace('/', '.');
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (BaseNamespaceDeclarationSyntax declaration in tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>())
            {
                string declared = declaration.Name.ToString();
                string expected = layer.Length == 0 ? RootNamespace : $"{RootNamespace}.{layer}";
                if (declared.StartsWith(RootNamespace, StringComparison.Ordinal) && declared != expected)
                {
                    violations.Add($"{tree.FilePath}: namespace {declared} instead of {expected}");
                }
            }

            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (name.Ancestors().Any(a => a is BaseNamespaceDeclarationSyntax n && n.Name.Span.Contains(name.Span))) continue;
                ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
                if (symbol is null || Complaint(layer, symbol) is not { } complaint) continue;
                violations.Add($"{tree.FilePath}:{name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {name} is {complaint}");
            }
        }

        return violations;
    }

    private static string? Complaint(string layer, ISymbol symbol)
    {
        string space = symbol is INamespaceSymbol ? symbol.ToDisplayString() : symbol.ContainingNamespace?.ToDisplayString() ?? "";
        if (Within(space, "Microsoft.CodeAnalysis") && symbol is not INamespaceSymbol && symbol.Locations.All(l => l.IsInMetadata))
        {
            return MayUseRoslyn.Contains(layer) ? null : "Roslyn, which this layer must not know";
        }

        // A namespace alone (the Pipeline of Pipeline.Ir) is no use of what it holds; a using of one is.
        if (!Within(space, RootNamespace) || space == RootNamespace || space == RootNamespace + ".Pipeline") return null;
        string used = space.Substring(RootNamespace.Length + 1);
        bool allowed = layer.Length == 0 || used == layer || layer switch
        {
            "Support" => false,
            "Ir" or "Diagnostics" => used == "Support",
            _ => used is "Support" or "Ir" or "Diagnostics",
        };
        return allowed ? null : $"in {used}, which {layer} must not use";
    }

    private static bool Within(string space, string root) => space == root || space.StartsWith(root + ".", StringComparison.Ordinal);
}
