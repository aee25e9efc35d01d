using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Takes away from a failing program what it fails without, until nothing more can go.</summary>
internal sealed class ProgramReducer(Func<RandomProgram, string?> failure)
{
    // Each attempt compiles once: enough for the programs that are written here, and an end.
    private const int MaxAttempts = 600;

    private int _attempts;

    /// <param name="program">A program that fails.</param>
    /// <returns>A smaller one that fails in the same stage, and how.</returns>
    public (RandomProgram Program, string Failure) Reduce(RandomProgram program)
    {
        string message = failure(program) ?? throw new ArgumentException("The program does not fail.", nameof(program));
        string stage = StageOf(message);
        bool smaller = true;
        while (smaller && _attempts < MaxAttempts)
        {
            smaller = false;
            foreach (string method in Candidates(program.Method))
            {
                if (++_attempts > MaxAttempts) break;
                RandomProgram candidate = program with { Method = method };
                if (failure(candidate) is not { } other || StageOf(other) != stage) continue;
                (program, message, smaller) = (candidate, other, true);
                break;
            }
        }

        return (program, message);
    }

    /// <summary>The stage; where it was refused, with which diagnostic.</summary>
    private static string StageOf(string message) => string.Join(":", message.Split(':').Take(message.StartsWith("refused", StringComparison.Ordinal) ? 2 : 1));

    /// <summary>The method with one thing taken away, the largest things first.</summary>
    private static IEnumerable<string> Candidates(string method)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText($"class C\n{{\n{method}}}\n").GetRoot();
        List<MethodDeclarationSyntax> declarations = [.. root.DescendantNodes().OfType<MethodDeclarationSyntax>()];
        foreach (MethodDeclarationSyntax helper in declarations.SkipLast(1)) yield return Text(root.RemoveNode(helper, SyntaxRemoveOptions.KeepNoTrivia)!);
        List<SyntaxNode> nodes = [.. declarations.SelectMany(d => d.Body!.DescendantNodes())];
        foreach (StatementSyntax statement in nodes.OfType<StatementSyntax>().OrderByDescending(s => s.Span.Length))
        {
            if (statement is BlockSyntax) continue;
            foreach (StatementSyntax inner in Instead(statement)) yield return Text(root.ReplaceNode(statement, inner));
            if (statement.Parent is BlockSyntax or SwitchSectionSyntax) yield return Text(root.RemoveNode(statement, SyntaxRemoveOptions.KeepNoTrivia)!);
        }

        foreach (ExpressionSyntax expression in nodes.OfType<ExpressionSyntax>().OrderByDescending(e => e.Span.Length))
        {
            foreach (ExpressionSyntax inner in Instead(expression)) yield return Text(root.ReplaceNode(expression, inner.WithTriviaFrom(expression)));
        }

        static string Text(SyntaxNode changed) => string.Concat(changed.DescendantNodes().OfType<MethodDeclarationSyntax>().Select(m => m.ToFullString()));
    }

    private static IEnumerable<StatementSyntax> Instead(StatementSyntax statement) => statement switch
    {
        IfStatementSyntax { Else: { } otherwise } branch => [branch.Statement, otherwise.Statement, branch.WithElse(null)],
        IfStatementSyntax branch => [branch.Statement],
        ForStatementSyntax or WhileStatementSyntax or ForEachStatementSyntax or DoStatementSyntax => [],
        _ => [],
    };

    private static IEnumerable<ExpressionSyntax> Instead(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax binary => [binary.Left, binary.Right],
        ParenthesizedExpressionSyntax parenthesized when parenthesized.Expression is IdentifierNameSyntax or LiteralExpressionSyntax => [parenthesized.Expression],
        ConditionalExpressionSyntax choice => [choice.WhenTrue, choice.WhenFalse],
        InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } => arguments.Select(a => a.Expression),
        PrefixUnaryExpressionSyntax prefix => [prefix.Operand],
        WithExpressionSyntax changed => [changed.Expression],
        _ => [],
    };
}
