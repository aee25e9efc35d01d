using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>The members of <c>System.Numerics.Vector2</c>, <c>Vector3</c> and <c>Vector4</c>, component by component.</summary>
/// <remarks>A number among the operands stands for a vector all of whose components it is.</remarks>
internal static class VectorTable
{
    private static readonly Dictionary<string, Op> s_operators = new()
    {
        ["op_Addition"] = Op.Add, ["op_Subtraction"] = Op.Sub, ["op_Multiply"] = Op.Mul, ["op_Division"] = Op.Div,
        ["Add"] = Op.Add, ["Subtract"] = Op.Sub, ["Multiply"] = Op.Mul, ["Divide"] = Op.Div,
    };

    private static readonly Dictionary<string, Op> s_unary = new()
    {
        ["op_UnaryNegation"] = Op.Neg, ["Negate"] = Op.Neg, ["SquareRoot"] = Op.Sqrt,
    };

    /// <summary>The components of a static property, or null.</summary>
    public static IReadOnlyList<double>? Constant(string name, Layout layout)
    {
        int count = layout.Parts.Count;
        if (MathTable.Constant(name) is { } number) return Enumerable.Repeat((double)(float)number, count).ToList();
        int unit = name.StartsWith("Unit", StringComparison.Ordinal) ? layout.Parts.ToList().FindIndex(p => "Unit" + p.Name == name) : -1;
        return unit >= 0 ? Enumerable.Range(0, count).Select(i => i == unit ? 1.0 : 0).ToList() : null;
    }

    /// <summary>The result of an operator, or null where it is unknown.</summary>
    public static Binding? Operator(Emitter emit, string name, IReadOnlyList<Binding> x, Layout? layout)
    {
        if (name is "op_Equality" or "op_Inequality" && x.Count == 2)
        {
            int equal = x[0].Leaves.Zip(x[1].Leaves, (a, b) => emit.Compare(Op.Eq, a.Value, b.Value)).Aggregate(emit.And);
            return Binding.Of(name == "op_Equality" ? equal : emit.Not(equal));
        }

        if (name == "op_UnaryPlus") return x[0];
        return Call(emit, name, x, layout);
    }

    /// <summary>The result of a method, static or not, with the object as first operand; null where it is unknown.</summary>
    /// <param name="layout">That of the result, where it is a vector.</param>
    public static Binding? Call(Emitter emit, string name, IReadOnlyList<Binding> x, Layout? layout)
    {
        if (layout is null) return Number(emit, name, x) is { } number ? Binding.Of(number) : null;
        switch (name, x.Count)
        {
            case ("Cross", 2) when layout.Parts.Count == 3:
                return Cross(emit, layout, x[0], x[1]);
            case ("Normalize", 1):
                return Each(emit, layout, (e, c) => e.Binary(Op.Div, c[0], c[1]), x[0], Binding.Of(Length(emit, x[0])));
            case ("Reflect", 2):
                int dot = Dot(emit, x[0], x[1]);
                int twice = emit.Add(dot, dot);
                return Each(emit, layout, (e, c) => e.Sub(c[0], e.Mul(c[2], c[1])), x[0], x[1], Binding.Of(twice));
            case ("Create", 1) when x[0].IsValue:
                return Each(emit, layout, (_, c) => c[0], x[0]);
            case ("Create", _) when x.Sum(o => o.Leaves.Count()) == layout.Parts.Count:
                return Binding.Of(layout, x.SelectMany(o => o.Leaves));
        }

        if (x.Count == 2 && s_operators.TryGetValue(name, out Op binary)) return Each(emit, layout, (e, c) => e.Binary(binary, c[0], c[1]), [.. x]);
        if (x.Count == 1 && s_unary.TryGetValue(name, out Op unary)) return Each(emit, layout, (e, c) => e.Unary(unary, c[0]), [.. x]);
        if (x.Any(o => o.IsAggregate && o.Parts!.Items.Count != layout.Parts.Count)) return null;
        int known = 0;
        Binding result = Each(emit, layout, (e, c) =>
        {
            if (MathTable.Call(e, name, ScalarType.F32, c) is not { } value) return c[0];
            known++;
            return value;
        }, [.. x]);
        return known == layout.Parts.Count ? result : null;
    }

    private static int? Number(Emitter emit, string name, IReadOnlyList<Binding> x) => (name, x.Count) switch
    {
        ("Dot", 2) => Dot(emit, x[0], x[1]),
        ("Length", 1) => Length(emit, x[0]),
        ("LengthSquared", 1) => Dot(emit, x[0], x[0]),
        ("Distance", 2) => Length(emit, Difference(emit, x[0], x[1])),
        ("DistanceSquared", 2) => Dot(emit, Difference(emit, x[0], x[1]), Difference(emit, x[0], x[1])),
        ("Sum", 1) => x[0].Leaves.Select(l => l.Value).Aggregate(emit.Add),
        ("Cross", 2) when x[0].Parts!.Items.Count == 2 => emit.Sub(
            emit.Mul(x[0].Parts![0].Value, x[1].Parts![1].Value), emit.Mul(x[0].Parts![1].Value, x[1].Parts![0].Value)),
        ("GetElement", 2) => Element(emit, x[0], x[1].Value),
        _ => null,
    };

    /// <summary>A component by its number, which need not be known.</summary>
    public static int Element(Emitter emit, Binding vector, int index)
    {
        List<Binding> components = vector.Leaves.ToList();
        if (emit.IntOf(index) is >= 0 and int known && known < components.Count) return components[known].Value;
        int value = components[components.Count - 1].Value;
        for (int i = components.Count - 2; i >= 0; i--) value = emit.Builder.Select(emit.Compare(Op.Eq, index, emit.Int(i)), components[i].Value, value);
        return value;
    }

    private static int Dot(Emitter emit, Binding a, Binding b) =>
        a.Leaves.Zip(b.Leaves, (x, y) => emit.Mul(x.Value, y.Value)).Aggregate(emit.Add);

    /// <summary>The root over the sum of squares, with slope 0 at the origin.</summary>
    private static int Length(Emitter emit, Binding a) => emit.Unary(Op.Norm, Dot(emit, a, a));

    private static Binding Difference(Emitter emit, Binding a, Binding b) => Binding.Zip(a, b, (x, y) => Binding.Of(emit.Sub(x.Value, y.Value)));

    private static Binding Cross(Emitter emit, Layout layout, Binding a, Binding b)
    {
        return Binding.Of(layout, [Component(1, 2), Component(2, 0), Component(0, 1)]);

        Binding Component(int i, int j) => Binding.Of(emit.Sub(
            emit.Mul(a.Parts![i].Value, b.Parts![j].Value), emit.Mul(a.Parts![j].Value, b.Parts![i].Value)));
    }

    private static Binding Each(Emitter emit, Layout layout, Func<Emitter, int[], int> component, params Binding[] x) =>
        Binding.Of(layout, layout.Parts.Select((_, i) => Binding.Of(component(emit, x.Select(o => o.IsAggregate ? o.Parts![i].Value : o.Value).ToArray()))).ToList());
}
