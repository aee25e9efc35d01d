using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SymbolicGD.Generator;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>How much code is generated for one loss, and from how much source.</summary>
/// <remarks>Code is what the compiler reads: keywords, names, numbers, the text that <c>Describe()</c> returns. The bound is that of the requirements.</remarks>
/// <param name="Loss">Class and method.</param>
/// <param name="Bytes">Generated code in UTF-8, one byte per line end, without comments, indentation and empty lines.</param>
/// <param name="Tokens">
/// The loss's tokens and those of what it uses of the user's: helpers, operators, properties, constants, types and derivatives given by hand. Each counts once, however
/// often it is called, itself or by others.
/// </param>
/// <param name="Orders">2 where Hessian-vector products are generated too, else 1.</param>
/// <param name="Members">The bytes of each member of the generated class, largest first.</param>
internal sealed record CodeSize(string Loss, int Bytes, int Tokens, int Orders, IReadOnlyList<(string Name, int Bytes)> Members)
{
    private const int Fixed = 12 * 1024;
    private const int PerToken = 40;

    /// <summary>The most bytes allowed: 12 KB and 40 for each token.</summary>
    public int Limit => Fixed + (PerToken * Tokens);

    /// <summary>The sizes of all losses in the source.</summary>
    public static IReadOnlyList<CodeSize> Of(string source)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees.Single().Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation after, out _);
        SyntaxTree written = compilation.SyntaxTrees.Single();
        Diagnostic[] errors = [.. after.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && d.Location.SourceTree != written)];
        if (errors.Length > 0) throw new InvalidOperationException(string.Join(Environment.NewLine, errors.Take(5)));
        var sizes = new List<CodeSize>();
        foreach (SyntaxTree tree in after.SyntaxTrees.Where(t => t != written))
        {
            ClassDeclarationSyntax? objective = tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().FirstOrDefault(c => c.Identifier.Text.EndsWith("Objective", StringComparison.Ordinal));
            if (objective is null) continue;
            INamedTypeSymbol generated = after.GetSemanticModel(tree).GetDeclaredSymbol(objective)!;
            string name = generated.Name[..^"Objective".Length];
            IMethodSymbol loss = generated.ContainingType.GetMembers(name).OfType<IMethodSymbol>().Single();
            IReadOnlyList<(string Name, int Bytes)> members = MembersOf(objective);
            sizes.Add(new CodeSize($"{generated.ContainingType.Name}.{name}", BytesOf(tree.GetRoot()), new SourceTokens(after, written).Of(loss), members.Any(m => m.Name is "HessianVectorProductCore" or "AddHessianVectorProductCore") ? 2 : 1, members));
        }

        return sizes;
    }

    /// <summary>The code that is generated for the one loss of a source, as it is counted.</summary>
    public static string Code(string source)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees.Single().Options)
            .RunGenerators(compilation);
        return CodeOf(driver.GetRunResult().GeneratedTrees.Single().GetRoot());
    }

    /// <summary>The figures, as a failing test shows them.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Loss}: {Bytes:N0} bytes are generated from {Tokens} tokens; the limit is {Limit:N0} ({(double)Bytes / Limit:P0}). {string.Join(", ", Members.Select(m => $"{m.Name} {m.Bytes:N0}"))}");

    private static IReadOnlyList<(string Name, int Bytes)> MembersOf(ClassDeclarationSyntax objective)
    {
        string[] names = [.. objective.Members.Select(NameOf)];
        return [.. objective.Members.Zip(names).GroupBy(m => m.Second).Select(g => (g.Key, g.Sum(m => BytesOf(m.First)))).OrderByDescending(m => m.Item2)];

        static string NameOf(MemberDeclarationSyntax member) => member switch
        {
            MethodDeclarationSyntax method => method.Identifier.Text,
            PropertyDeclarationSyntax property => property.Identifier.Text,
            BaseTypeDeclarationSyntax type => type.Identifier.Text,
            ConstructorDeclarationSyntax => "constructors",
            _ => "fields",
        };
    }

    private static int BytesOf(SyntaxNode node) => Encoding.UTF8.GetByteCount(CodeOf(node));

    private static string CodeOf(SyntaxNode node)
    {
        var text = new StringBuilder();
        foreach (SyntaxToken token in node.DescendantTokens())
        {
            Append(token.LeadingTrivia);
            text.Append(token.Text);
            Append(token.TrailingTrivia);
        }

        return string.Concat(text.ToString().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).Select(line => line + '\n'));

        void Append(SyntaxTriviaList trivia)
        {
            foreach (SyntaxTrivia item in trivia)
            {
                if (item.IsKind(SyntaxKind.WhitespaceTrivia) || item.IsKind(SyntaxKind.EndOfLineTrivia) || item.IsDirective) text.Append(item.ToFullString());
            }
        }
    }

    /// <summary>Counts the tokens of a method and of all that it uses and that stands in the source.</summary>
    private sealed class SourceTokens(Compilation compilation, SyntaxTree written)
    {
        private readonly SemanticModel _model = compilation.GetSemanticModel(written);
        private readonly HashSet<SyntaxNode> _counted = [];
        private readonly HashSet<IMethodSymbol> _methods = new(SymbolEqualityComparer.Default);
        private int _tokens;

        public int Of(IMethodSymbol loss)
        {
            Count(loss);

            // A derivative given by hand names the method that it belongs to.
            foreach (MethodDeclarationSyntax method in written.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            {
                AttributeSyntax? derivative = AttributeOf(method, "Derivative");
                if (derivative?.DescendantNodes().OfType<IdentifierNameSyntax>().Any(n => _methods.Any(m => m.Name == n.Identifier.Text)) == true) Count(_model.GetDeclaredSymbol(method)!);
            }

            return _tokens;
        }

        private void Count(ISymbol symbol)
        {
            foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences.Where(r => r.SyntaxTree == written))
            {
                SyntaxNode node = reference.GetSyntax();
                if (node.AncestorsAndSelf().Any(n => n is not TypeDeclarationSyntax && _counted.Contains(n))) continue;
                if (symbol is IMethodSymbol method) _methods.Add(method.OriginalDefinition);
                if (!_counted.Add(node)) continue;
                if (node is TypeDeclarationSyntax type) CountType(type);
                else CountWith(node);
            }
        }

        /// <summary>Name, fields and primary constructor: the other members count where they are used.</summary>
        private void CountType(TypeDeclarationSyntax type)
        {
            int end = type.OpenBraceToken.IsKind(SyntaxKind.None) ? type.Span.End : type.OpenBraceToken.SpanStart;
            _tokens += type.DescendantTokens().Count(t => t.SpanStart < end);
            foreach (FieldDeclarationSyntax field in type.Members.OfType<FieldDeclarationSyntax>().Where(f => !f.Modifiers.Any(SyntaxKind.StaticKeyword) && !f.Modifiers.Any(SyntaxKind.ConstKeyword)))
            {
                if (_counted.Add(field)) CountWith(field);
            }
        }

        private void CountWith(SyntaxNode node)
        {
            _tokens += node.DescendantTokens().Count();
            foreach (SyntaxNode used in node.DescendantNodes().Where(n => n is ExpressionSyntax or ConstructorInitializerSyntax))
            {
                if (_model.GetSymbolInfo(used).Symbol is (IMethodSymbol or IPropertySymbol or IFieldSymbol or INamedTypeSymbol) and { } symbol) Count(symbol.OriginalDefinition);
            }
        }

        private static AttributeSyntax? AttributeOf(SyntaxNode node, string name) => node is MethodDeclarationSyntax method
            ? method.AttributeLists.SelectMany(l => l.Attributes).FirstOrDefault(a => a.Name.ToString() == name)
            : null;
    }
}
