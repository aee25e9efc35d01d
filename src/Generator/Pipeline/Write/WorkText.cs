using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>How much a gradient computes, as C# over the objective's extents: the runtime splits examples by it.</summary>
internal static class WorkText
{
    // How much longer an operation takes that is done once per call, one after the other, than one in a product of matrices.
    private const double ScalarOperations = 8;

    public static string Of(ObjectiveModel model, KernelPlan gradient)
    {
        (IReadOnlyDictionary<string, double> example, IReadOnlyDictionary<string, double> call) = HeaderCost.Work(
            gradient.Function, (op, payload) => op == Op.Extent ? model.ExtentField((int)payload) : model.ConstantMember((int)payload));
        return $"new({Sum(example, Slowdown(gradient))}, {Sum(call, gradient.Contractions.Count > 0 ? ScalarOperations : 1)})";
    }

    /// <summary>How much longer an operation takes where examples do not run in blocks, one in each lane of a vector: without vectors, or with short ones.</summary>
    private static double Slowdown(KernelPlan gradient) => gradient.Examples != ExampleMode.OneByOne ? 1 : gradient.VectorLoops.Count > 0 ? 2 : 8;

    private static string Sum(IReadOnlyDictionary<string, double> terms, double factor)
    {
        string sum = string.Join(" + ", terms.Where(t => t.Value != 0).Select(t => NumberText.Real(factor * t.Value, ScalarType.F64) + string.Concat(t.Key.Split('·').Where(n => n.Length > 0).Select(n => " * " + n))));
        return sum.Length == 0 ? "0" : sum.Replace("+ -", "- ");
    }
}
