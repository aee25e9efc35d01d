using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// The members of <c>TensorPrimitives</c> by shape: element by element into a destination, or a reduction to one number.
/// Scalar arguments stand for spans of that value.
/// </summary>
internal static class TensorPrimitivesTable
{
    private delegate int Element(Emitter emit, IReadOnlyList<int> x);

    /// <summary>Members that work element by element and are not named like a member of <see cref="MathTable"/>.</summary>
    private static readonly Dictionary<string, (int Arity, Element Element)> s_elements = new()
    {
        ["Add"] = (2, (e, x) => e.Add(x[0], x[1])),
        ["Subtract"] = (2, (e, x) => e.Sub(x[0], x[1])),
        ["Multiply"] = (2, (e, x) => e.Mul(x[0], x[1])),
        ["Divide"] = (2, (e, x) => e.Binary(Op.Div, x[0], x[1])),
        ["MultiplyAdd"] = (3, (e, x) => e.Add(e.Mul(x[0], x[1]), x[2])),
        ["AddMultiply"] = (3, (e, x) => e.Mul(e.Add(x[0], x[1]), x[2])),
        ["Negate"] = (1, (e, x) => e.Unary(Op.Neg, x[0])),
        ["Reciprocal"] = (1, (e, x) => e.Binary(Op.Div, e.Constant(e.TypeOf(x[0]), 1), x[0])),
        ["ReciprocalSqrt"] = (1, (e, x) => e.Binary(Op.Div, e.Constant(e.TypeOf(x[0]), 1), e.Unary(Op.Sqrt, x[0]))),
        ["FusedMultiplyAdd"] = (3, Scalar("FusedMultiplyAdd")),
        ["MultiplyAddEstimate"] = (3, Scalar("MultiplyAddEstimate")),
        ["Lerp"] = (3, Scalar("Lerp")),
        ["Clamp"] = (3, Scalar("Clamp")),
        ["DegreesToRadians"] = (1, Scalar("DegreesToRadians")),
        ["RadiansToDegrees"] = (1, Scalar("RadiansToDegrees")),
        ["Exp2M1"] = (1, Scalar("Exp2M1")),
        ["Exp10M1"] = (1, Scalar("Exp10M1")),
        ["Log2P1"] = (1, Scalar("Log2P1")),
        ["Log10P1"] = (1, Scalar("Log10P1")),
        ["Sigmoid"] = (1, (e, x) => e.Unary(Op.Sigmoid, x[0])),
    };

    /// <summary>Reductions Σ f(x, y): the member, how many spans, and f.</summary>
    private static readonly Dictionary<string, (int Arity, Element Element)> s_sums = new()
    {
        ["Sum"] = (1, (e, x) => x[0]),
        ["SumOfSquares"] = (1, (e, x) => e.Mul(x[0], x[0])),
        ["SumOfMagnitudes"] = (1, (e, x) => e.Unary(Op.Abs, x[0])),
        ["Dot"] = (2, (e, x) => e.Mul(x[0], x[1])),
        ["SquaredDistance"] = (2, (e, x) => Square(e, e.Sub(x[0], x[1]))),
    };

    /// <summary>The members that give one number and are not sums of a function of each element.</summary>
    private static readonly string[] s_reductions = ["Norm", "Distance", "Average", "Product", "Max", "Min", "CosineSimilarity"];

    /// <summary>The names of all members that are known.</summary>
    public static IEnumerable<string> Members =>
        s_elements.Keys.Concat(s_sums.Keys).Concat(s_reductions).Concat(["SoftMax"]).Concat(MathTable.Operations).Distinct();

    /// <summary>Emits a member that writes a destination. False where it is unknown.</summary>
    public static bool Write(Emitter emit, string name, ScalarType type, IReadOnlyList<Binding> sources, Binding destination)
    {
        if (name == "SoftMax" && sources.Count == 1)
        {
            SoftMax(emit, type, sources[0], destination);
            return true;
        }

        Element? element = s_elements.TryGetValue(name, out var known) && known.Arity == sources.Count ? known.Element
            : sources.Count == 1 && MathTable.Unary(name) is { } unary ? (e, x) => e.Unary(unary, x[0])
            : sources.Count == 2 && MathTable.Binary(name) is { } binary ? (e, x) => e.Binary(binary, x[0], x[1])
            : null;
        if (element is null) return false;
        emit.Map(sources.First(s => s.IsSpan).Length, destination, i => element(emit, At(emit, sources, i)));
        return true;
    }

    /// <summary>Emits a member that gives one number. Null where it is unknown.</summary>
    public static int? Reduce(Emitter emit, string name, ScalarType type, IReadOnlyList<Binding> sources)
    {
        if (s_sums.TryGetValue(name, out var sum)) return sum.Arity == sources.Count ? Sum(emit, type, sources, sum.Element) : null;
        return (name, sources.Count) switch
        {
            ("Norm", 1) => emit.Unary(Op.Norm, Sum(emit, type, sources, s_sums["SumOfSquares"].Element)),
            ("Distance", 2) => emit.Unary(Op.Norm, Sum(emit, type, sources, s_sums["SquaredDistance"].Element)),
            ("Average", 1) => Average(emit, type, sources[0]),
            ("Product", 1) => emit.Reduce(sources[0].Length, emit.Constant(type, 1), (carried, i) => emit.Mul(carried, emit.Load(sources[0], i))),
            ("Max", 1) => Max(emit, type, sources[0]),
            ("Min", 1) => emit.Reduce(
                sources[0].Length, emit.Constant(type, double.PositiveInfinity), (carried, i) => emit.Binary(Op.Min, carried, emit.Load(sources[0], i))),
            ("CosineSimilarity", 2) => CosineSimilarity(emit, type, sources),
            _ => null,
        };
    }

    public static int Max(Emitter emit, ScalarType type, Binding x) => emit.Reduce(
        x.Length, emit.Constant(type, double.NegativeInfinity), (carried, i) => emit.Binary(Op.Max, carried, emit.Load(x, i)));

    public static int Average(Emitter emit, ScalarType type, Binding x) =>
        emit.Binary(Op.Div, Sum(emit, type, [x], s_sums["Sum"].Element), emit.Builder.Convert(x.Length, type));

    /// <summary>m and Σ exp(x − m), where m = max x does not take part in the derivative: it cancels.</summary>
    public static (int Max, int Sum) ShiftedExponentials(Emitter emit, ScalarType type, Binding x)
    {
        int max = emit.Unary(Op.Detach, Max(emit, type, x));
        int sum = emit.Reduce(x.Length, emit.Constant(type, 0), (carried, i) => emit.Add(carried, emit.Weight(emit.Sub(emit.Load(x, i), max))));
        return (max, sum);
    }

    private static void SoftMax(Emitter emit, ScalarType type, Binding x, Binding destination)
    {
        (int max, int sum) = ShiftedExponentials(emit, type, x);
        emit.Map(x.Length, destination, i => emit.Binary(Op.Div, emit.Weight(emit.Sub(emit.Load(x, i), max)), sum));
    }

    private static int CosineSimilarity(Emitter emit, ScalarType type, IReadOnlyList<Binding> sources)
    {
        int dot = Sum(emit, type, sources, s_sums["Dot"].Element);
        int a = emit.Unary(Op.Sqrt, Sum(emit, type, [sources[0]], s_sums["SumOfSquares"].Element));
        int b = emit.Unary(Op.Sqrt, Sum(emit, type, [sources[1]], s_sums["SumOfSquares"].Element));
        return emit.Binary(Op.Div, dot, emit.Mul(a, b));
    }

    private static int Sum(Emitter emit, ScalarType type, IReadOnlyList<Binding> sources, Element element) => emit.Reduce(
        sources[0].Length, emit.Constant(type, 0), (carried, i) => emit.Add(carried, element(emit, At(emit, sources, i))));

    private static int[] At(Emitter emit, IReadOnlyList<Binding> sources, int index) =>
        sources.Select(s => s.IsSpan ? emit.Load(s, index) : s.Value).ToArray();

    /// <summary>The scalar member of the same name, element by element.</summary>
    private static Element Scalar(string name) => (e, x) => MathTable.Call(e, name, e.TypeOf(x[0]), x)!.Value;

    private static int Square(Emitter emit, int x) => emit.Mul(x, x);
}
