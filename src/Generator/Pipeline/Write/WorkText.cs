using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>How much a gradient computes, as C# over the objective's extents: the runtime splits examples by it.</summary>
internal static class WorkText
{
    public static string Of(ObjectiveModel model, Function gradient)
    {
        (IReadOnlyDictionary<string, double> example, IReadOnlyDictionary<string, double> call) = HeaderCost.Work(
            gradient, (op, payload) => op == Op.Extent ? model.ExtentField((int)payload) : model.ConstantMember((int)payload));
        return $"new({Sum(example)}, {Sum(call)})";
    }

    private static string Sum(IReadOnlyDictionary<string, double> terms)
    {
        string sum = string.Join(" + ", terms.Where(t => t.Value != 0).Select(t => NumberText.Real(t.Value, ScalarType.F64) + string.Concat(t.Key.Split('·').Where(n => n.Length > 0).Select(n => " * " + n))));
        return sum.Length == 0 ? "0" : sum.Replace("+ -", "- ");
    }
}
