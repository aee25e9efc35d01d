using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>
/// Every thread of a group must reach the same barriers. So barriers, and calls of methods that hold some, stand only under conditions that
/// <see cref="Uniformity"/> shows to be the same for all of them, in counting loops whose bounds are, with nothing that leaves the loop or the method before.
/// </summary>
internal sealed class BarrierRules
{
    private readonly DeviceMethods _methods;
    private readonly Action<KernelRule, string, SyntaxNode, string> _add;
    private readonly HashSet<DeviceMethod> _withBarrier;
    private readonly Uniformity _uniformity;

    public BarrierRules(DeviceMethods methods, Action<KernelRule, string, SyntaxNode, string> add)
    {
        _methods = methods;
        _add = add;
        _uniformity = new Uniformity(methods);
        HashSet<DeviceMethod> direct = [.. methods.All.Where(m => m.Body.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(Uniformity.IsGroupOperation))];
        _withBarrier = [.. methods.All.Where(m => direct.Contains(m) || methods.Reached(m).Overlaps(direct))];
    }

    public void Read()
    {
        foreach (DeviceMethod method in _withBarrier)
        {
            InvocationExpressionSyntax[] barriers = [.. method.Body.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(IsBarrier)];
            if (method.HasIndex)
            {
                _add(KernelRule.Barrier, method.Name, barriers[0], "a barrier in a kernel that is grouped implicitly");
            }

            foreach (InvocationExpressionSyntax barrier in barriers)
            {
                ReadWayTo(method, barrier);
            }

            foreach (ReturnStatementSyntax early in method.Body.DescendantNodes().OfType<ReturnStatementSyntax>())
            {
                bool isInLoop = early.Ancestors().TakeWhile(a => a != method.Syntax).Where(IsLoop).Any(loop => barriers.Any(b => loop.Span.Contains(b.Span)));
                if (isInLoop || barriers.Any(b => b.SpanStart > early.SpanStart && !early.Span.Contains(b.Span)))
                {
                    _add(KernelRule.EarlyReturn, method.Name, early, "a return ahead of a barrier");
                }
            }
        }
    }

    private bool IsBarrier(InvocationExpressionSyntax call) => Uniformity.IsGroupOperation(call) || _methods.Called(call).Any(_withBarrier.Contains);

    private void ReadWayTo(DeviceMethod method, InvocationExpressionSyntax barrier)
    {
        SyntaxNode inner = barrier;
        foreach (SyntaxNode outer in barrier.Ancestors().TakeWhile(a => a != method.Syntax))
        {
            bool isFine = outer switch
            {
                IfStatementSyntax branch => branch.Condition == inner || _uniformity.IsUniform(method, branch.Condition),
                SwitchStatementSyntax choice => choice.Expression == inner || _uniformity.IsUniform(method, choice.Expression),
                ConditionalExpressionSyntax choice => choice.Condition == inner || _uniformity.IsUniform(method, choice.Condition),
                SwitchExpressionSyntax choice => choice.GoverningExpression == inner,
                BinaryExpressionSyntax logic when logic.Kind() is SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression => logic.Left == inner || _uniformity.IsUniform(method, logic.Left),
                ForStatementSyntax loop => IsCountingLoop(method, loop) && LeavesAreUniform(method, loop),
                WhileStatementSyntax loop => AsksTheFirst(method, loop),
                DoStatementSyntax => false,
                _ => true,
            };
            if (!isFine)
            {
                _add(KernelRule.Barrier, method.Name, outer, $"'{barrier}' is not shown to be reached by all threads of the group");
            }

            inner = outer;
        }
    }

    /// <summary><c>while (x != 0)</c> where the loop gives x nothing but what the first thread says.</summary>
    private bool AsksTheFirst(DeviceMethod method, WhileStatementSyntax loop)
    {
        if (loop.Condition is not BinaryExpressionSyntax { Left: IdentifierNameSyntax asked, Right: LiteralExpressionSyntax } || !_uniformity.IsUniform(method, loop.Condition)) return false;
        AssignmentExpressionSyntax[] answers = [.. loop.Statement.DescendantNodes().OfType<AssignmentExpressionSyntax>().Where(a => a.Left is IdentifierNameSyntax name && name.Identifier.ValueText == asked.Identifier.ValueText)];
        return answers.Length > 0 && answers.Length == Uniformity.Assigned(loop.Statement).Count(n => n == asked.Identifier.ValueText)
            && answers.All(a => a.Right is InvocationExpressionSyntax call && _uniformity.IsFromFirst(call));
    }

    private static bool IsLoop(SyntaxNode node) => node is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax;

    /// <summary><c>for (int x = a; x &lt; b; x += c)</c> with uniform a, b and c, and nothing else that assigns x.</summary>
    private bool IsCountingLoop(DeviceMethod method, ForStatementSyntax loop)
    {
        if (loop.Declaration?.Variables is not [{ Initializer.Value: { } start } variable] || loop.Condition is not BinaryExpressionSyntax { Left: IdentifierNameSyntax counter } condition
            || condition.Kind() is not (SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression)
            || loop.Incrementors is not [{ } step])
        {
            return false;
        }

        string name = variable.Identifier.ValueText;
        ExpressionSyntax? stepped = step switch
        {
            PostfixUnaryExpressionSyntax unary => unary.Operand,
            PrefixUnaryExpressionSyntax unary => unary.Operand,
            AssignmentExpressionSyntax assignment when !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) && _uniformity.IsUniform(method, assignment.Right) => assignment.Left,
            _ => null,
        };
        return counter.Identifier.ValueText == name && stepped is IdentifierNameSyntax changed && changed.Identifier.ValueText == name
            && _uniformity.IsUniform(method, start) && _uniformity.IsUniform(method, condition.Right) && !Uniformity.Assigned(loop.Statement).Contains(name);
    }

    private bool LeavesAreUniform(DeviceMethod method, ForStatementSyntax loop) =>
        loop.Statement.DescendantNodes().Where(n => n is BreakStatementSyntax or ContinueStatementSyntax)
            .Where(n => n.Ancestors().First(a => IsLoop(a) || (a is SwitchStatementSyntax && n is BreakStatementSyntax)) == loop)
            .All(n => n.Ancestors().TakeWhile(a => a != loop).All(a => a is not IfStatementSyntax branch || _uniformity.IsUniform(method, branch.Condition)));
}
