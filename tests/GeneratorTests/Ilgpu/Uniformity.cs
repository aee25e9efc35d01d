using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>
/// Which names of device code have the same value in all threads of a group. All are thought to, until an assignment of something else, or one under a
/// condition that is not the same for all, says otherwise; and so on through the parameters of the methods that are called, until nothing changes.
/// </summary>
internal sealed class Uniformity
{
    private static readonly HashSet<string> GroupMembers = ["DimX", "DimY", "DimZ", "Dimension", "Size", "Length"];
    private static readonly HashSet<string> GridMembers = ["IdxX", "IdxY", "IdxZ", "DimX", "DimY", "DimZ", "Index", "Dimension"];
    private static readonly HashSet<string> PureReceivers = ["Math", "MathF", "DeviceMath", "float", "double", "SharedMemory"];

    private readonly DeviceMethods _methods;
    private readonly Dictionary<DeviceMethod, HashSet<string>> _varying = [];
    private readonly HashSet<DeviceMethod> _varyingResults = [];

    public Uniformity(DeviceMethods methods)
    {
        _methods = methods;
        foreach (DeviceMethod method in methods.All)
        {
            _varying[method] = [];
            if (method.HasIndex)
            {
                _varying[method].Add(method.Syntax.ParameterList.Parameters[0].Identifier.ValueText);
            }
        }

        bool changes = true;
        while (changes)
        {
            changes = false;
            foreach (DeviceMethod method in methods.All)
            {
                changes |= Spread(method);
            }
        }
    }

    /// <summary>Barriers, and what holds one: all threads of the group take part, and all have its result.</summary>
    public static bool IsGroupOperation(InvocationExpressionSyntax call) => KernelRules.Receiver(call) == "Group";

    /// <summary>The names that are assigned, stepped or passed by reference within a node.</summary>
    public static IEnumerable<string> Assigned(SyntaxNode node) => Assignments(node).Select(a => a.Name);

    /// <summary>Whether it reads, between two barriers, what the first thread alone has written to the memory of the group.</summary>
    public bool IsFromFirst(InvocationExpressionSyntax call) => _methods.Called(call) is { Count: > 0 } methods && methods.All(m => m.Name == "FromFirst");

    public bool IsUniform(DeviceMethod method, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case LiteralExpressionSyntax:
            case PredefinedTypeSyntax:
                return true;
            case IdentifierNameSyntax name:
                return !_varying[method].Contains(name.Identifier.ValueText) && (method.DeclaredType(name.Identifier.ValueText) is not null || _methods.IsConstant(name));
            case ParenthesizedExpressionSyntax inner:
                return IsUniform(method, inner.Expression);
            case PrefixUnaryExpressionSyntax unary:
                return IsUniform(method, unary.Operand);
            case PostfixUnaryExpressionSyntax unary:
                return IsUniform(method, unary.Operand);
            case CastExpressionSyntax cast:
                return IsUniform(method, cast.Expression);
            case BinaryExpressionSyntax binary:
                return IsUniform(method, binary.Left) && IsUniform(method, binary.Right);
            case ConditionalExpressionSyntax choice:
                return IsUniform(method, choice.Condition) && IsUniform(method, choice.WhenTrue) && IsUniform(method, choice.WhenFalse);
            case ElementAccessExpressionSyntax element:
                return IsUniform(method, element.Expression) && !IsWritten(method, element.Expression) && element.ArgumentList.Arguments.All(a => IsUniform(method, a.Expression));
            case MemberAccessExpressionSyntax member:
                string owner = KernelRules.NameOf(member.Expression), part = member.Name.Identifier.ValueText;
                return owner switch
                {
                    "Group" => GroupMembers.Contains(part),
                    "Grid" => GridMembers.Contains(part),
                    "Warp" => false,
                    _ => _methods.IsConstant(member) || IsUniform(method, member.Expression),
                };
            case InvocationExpressionSyntax call:
                return IsUniformCall(method, call);
            default:
                return false;
        }
    }

    /// <summary>Whether the method stores into a view that it was given: one thread may read before another one writes. (Shared memory has barriers for that.)</summary>
    private static bool IsWritten(DeviceMethod method, ExpressionSyntax view)
    {
        string name = KernelRules.NameOf(view);
        bool isGiven = view is not IdentifierNameSyntax || method.Syntax.ParameterList.Parameters.Any(p => p.Identifier.ValueText == name);
        return isGiven && method.Body.DescendantNodes().OfType<ElementAccessExpressionSyntax>()
            .Where(e => KernelRules.NameOf(e.Expression) == name)
            .Any(e => e.Parent is RefExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None }
                or PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression }
                || (e.Parent is AssignmentExpressionSyntax assignment && assignment.Left == e));
    }

    private bool IsUniformCall(DeviceMethod method, InvocationExpressionSyntax call)
    {
        if (IsGroupOperation(call) || IsFromFirst(call))
        {
            return true;
        }

        bool hasUniformArguments = call.ArgumentList.Arguments.All(a => a.RefKindKeyword.IsKind(SyntaxKind.None) && IsUniform(method, a.Expression));
        IReadOnlyCollection<DeviceMethod> called = _methods.Called(call);
        if (called.Count > 0)
        {
            return hasUniformArguments && !called.Any(_varyingResults.Contains);
        }

        return hasUniformArguments && (PureReceivers.Contains(KernelRules.Receiver(call))
            || (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "SubView" } view && IsUniform(method, view.Expression)));
    }

    private bool Spread(DeviceMethod method)
    {
        HashSet<string> varying = _varying[method];
        int before = varying.Count;
        bool changes = false;
        foreach ((string name, ExpressionSyntax? value, SyntaxNode place) in Assignments(method.Body))
        {
            if (value is null || !IsUniform(method, value) || !IsReachedByAll(method, place))
            {
                varying.Add(name);
            }
        }

        foreach (InvocationExpressionSyntax call in method.Body.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            foreach (DeviceMethod called in _methods.Called(call))
            {
                for (int i = 0; i < call.ArgumentList.Arguments.Count; i++)
                {
                    ArgumentSyntax argument = call.ArgumentList.Arguments[i];
                    if (argument.NameColon is not null || !argument.RefKindKeyword.IsKind(SyntaxKind.None) || !IsUniform(method, argument.Expression))
                    {
                        int position = argument.NameColon is null ? i : called.Syntax.ParameterList.Parameters.IndexOf(p => p.Identifier.ValueText == argument.NameColon.Name.Identifier.ValueText);
                        changes |= position >= 0 && _varying[called].Add(called.Syntax.ParameterList.Parameters[position].Identifier.ValueText);
                    }
                }
            }
        }

        IEnumerable<(ExpressionSyntax Value, SyntaxNode Place)> results = method.Syntax.ExpressionBody is { } arrow
            ? [(arrow.Expression, arrow)]
            : method.Body.DescendantNodes().OfType<ReturnStatementSyntax>().Where(r => r.Expression is not null).Select(r => (r.Expression!, (SyntaxNode)r));
        if (results.Any(r => !IsUniform(method, r.Value) || !IsReachedByAll(method, r.Place)))
        {
            changes |= _varyingResults.Add(method);
        }

        return changes || varying.Count > before;
    }

    /// <summary>Whether all conditions and loops around it are the same for all threads, and no loop around it is left by a thread alone.</summary>
    private bool IsReachedByAll(DeviceMethod method, SyntaxNode place)
    {
        SyntaxNode inner = place;
        foreach (SyntaxNode outer in place.Ancestors().TakeWhile(a => a != method.Syntax))
        {
            ExpressionSyntax? condition = outer switch
            {
                IfStatementSyntax branch when branch.Condition != inner => branch.Condition,
                ConditionalExpressionSyntax choice when choice.Condition != inner => choice.Condition,
                SwitchStatementSyntax choice when choice.Expression != inner => choice.Expression,
                BinaryExpressionSyntax logic when logic.Right == inner && logic.Kind() is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression => ((BinaryExpressionSyntax)outer).Left,
                ForStatementSyntax loop when loop.Declaration != inner => loop.Condition,
                WhileStatementSyntax loop => loop.Condition,
                DoStatementSyntax loop => loop.Condition,
                _ => null,
            };
            if (condition is not null && !IsUniform(method, condition))
            {
                return false;
            }

            bool isLeftAlone = outer is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax
                && outer.DescendantNodes().Where(n => n is BreakStatementSyntax or ContinueStatementSyntax or ReturnStatementSyntax)
                    .Any(n => n.Ancestors().TakeWhile(a => a != outer).OfType<IfStatementSyntax>().Any(b => !IsUniform(method, b.Condition)));
            if (isLeftAlone)
            {
                return false;
            }

            inner = outer;
        }

        return true;
    }

    /// <summary>Every name that gets a value, and which: null where it is not an expression. What a reference refers to is nobody's business: it varies.</summary>
    private static IEnumerable<(string Name, ExpressionSyntax? Value, SyntaxNode Place)> Assignments(SyntaxNode body)
    {
        foreach (SyntaxNode node in body.DescendantNodes())
        {
            switch (node)
            {
                case VariableDeclaratorSyntax { Initializer: { } initializer } variable:
                    yield return (variable.Identifier.ValueText, initializer.Value is RefExpressionSyntax ? null : initializer.Value, node);
                    break;
                case AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } assignment:
                    yield return (name.Identifier.ValueText, assignment.Right is RefExpressionSyntax ? null : assignment.Right, node);
                    break;
                case AssignmentExpressionSyntax { Left: TupleExpressionSyntax or DeclarationExpressionSyntax } assignment:
                    foreach (SyntaxToken token in assignment.Left.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)))
                    {
                        yield return (token.ValueText, null, node);
                    }

                    break;
                case AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax name } } assignment:
                    yield return (name.Identifier.ValueText, assignment.Right, node);
                    break;
                case PrefixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name } unary when unary.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression:
                    yield return (name.Identifier.ValueText, name, node);
                    break;
                case PostfixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name }:
                    yield return (name.Identifier.ValueText, name, node);
                    break;
                case ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None, Expression: IdentifierNameSyntax name }:
                    yield return (name.Identifier.ValueText, null, node);
                    break;
            }
        }
    }
}
