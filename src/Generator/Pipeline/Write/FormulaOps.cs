using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;
using static SymbolicGD.Generator.Pipeline.Write.Formula;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>How each operation is written in a formula.</summary>
internal static class FormulaOps
{
    public static Formula Of(Function function, Let let, Func<int, Formula> of)
    {
        switch (let.Op)
        {
            case Op.Const: return Constant(function.TypeOf(let.Id), let);
            case Op.Argument when let.Payload == -2: return FormulaAlgebra.One;
            case Op.Argument when let.Payload == SpecialArgument.Output: return new Symbol("output");
            case Op.Argument when let.Payload == -1: return new Symbol(CountName(function));
            case Op.Argument: return new Symbol(function.Arguments[(int)let.Payload].Name);
            case Op.Extent: return new Symbol(ExtentName(function, (int)let.Payload));
            case Op.Neg: return FormulaAlgebra.Negate(of(let.A));
            case Op.Add when !function.TypeOf(let.Id).IsReal() && of(let.A) is Number: return FormulaAlgebra.Add(of(let.B), of(let.A));
            case Op.Add: return FormulaAlgebra.Add(of(let.A), of(let.B));
            case Op.Sub: return FormulaAlgebra.Subtract(of(let.A), of(let.B));
            case Op.Div when !function.TypeOf(let.Id).IsReal(): return Call("div", of(let.A), of(let.B));
            case Op.Mul: return FormulaAlgebra.Multiply(of(let.A), of(let.B));
            case Op.Div: return FormulaAlgebra.Divide(of(let.A), of(let.B));
            case Op.Fma: return FormulaAlgebra.Add(FormulaAlgebra.Multiply(of(let.A), of(let.B)), of(let.C));
            case Op.Pow when of(let.B) is Number { Value: var exponent } && exponent == Math.Round(exponent) && Math.Abs(exponent) <= 16:
                return FormulaAlgebra.Power(of(let.A), (int)exponent);
            case Op.Pow: return Call("^", of(let.A), of(let.B));
            case Op.Convert or Op.Detach or Op.Chain: return of(let.A);
            // The shift of a log-sum-exp: its maximum, unless that is infinite.
            case Op.Select when of(let.A) is Relation { Left: Call { Name: "|" } size, Right: Number { Value: double.PositiveInfinity } } && size.Arguments[0].Equals(of(let.B)):
                return of(let.B);
            case Op.Select: return FormulaAlgebra.Choose(of(let.A), of(let.B), of(let.C));
            case Op.Lt: return new Relation("<", of(let.A), of(let.B));
            case Op.Le: return new Relation("≤", of(let.A), of(let.B));
            case Op.Eq: return new Relation("=", of(let.A), of(let.B));
            case Op.Ne: return new Relation("≠", of(let.A), of(let.B));
            case Op.And: return new Relation("and", of(let.A), of(let.B));
            case Op.Or: return new Relation("or", of(let.A), of(let.B));
            case Op.Polygamma: return Call("ψ⁽" + FormulaPrinter.Superscript((int)let.Payload) + "⁾", of(let.A));
            default: return new Call(Name(let.Op), let.Operands.Select(of).ToEquatableArray());
        }
    }

    /// <summary>The extent's own name; one that is only called after its array is that array's length.</summary>
    public static string ExtentName(Function function, int extent)
    {
        string name = function.Extents[extent].Name;
        return function.Arguments.Any(a => a.Name == name) ? name + ".Length" : name;
    }

    private static Formula Call(string name, params Formula[] arguments) => new Call(name, arguments.ToEquatableArray());

    private static string CountName(Function function) =>
        function.Arguments.FirstOrDefault(a => a.Role == ArgumentRole.Count)?.Name ?? "n";

    private static Formula Constant(ScalarType type, Let let) => type switch
    {
        ScalarType.Bool => new Symbol(let.Payload != 0 ? "true" : "false"),
        ScalarType.I32 => new Number((int)let.Payload),

        // A float's shortest text, not the digits of the double that holds it.
        ScalarType.F32 when !double.IsNaN(let.RealConstant) && !double.IsInfinity(let.RealConstant) =>
            new Number(double.Parse(NumberText.Real(let.RealConstant, type).TrimEnd('f'), System.Globalization.CultureInfo.InvariantCulture)),
        _ => new Number(let.RealConstant == 0 ? 0 : let.RealConstant),
    };

    private static string Name(Op op) => op switch
    {
        Op.Sqrt or Op.Norm => "√",
        Op.Abs => "|",
        Op.Sigmoid => "σ",
        Op.LogGamma => "lnΓ",
        Op.Digamma => "ψ",
        Op.Trigamma => "ψ′",
        Op.Cbrt => "∛",
        Op.Floor => "floor",
        Op.Not => "not",
        Op.Rem => "rem",
        _ => op.ToString().ToLowerInvariant(),
    };
}
