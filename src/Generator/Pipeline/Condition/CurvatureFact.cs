namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>How a value depends on the parameters, in the order of what a sum with a simpler one gives.</summary>
internal enum Shape : byte
{
    Constant,
    Affine,
    Convex,
    Concave,
    Unknown,
}

/// <summary>What is known of one value as a function of all parameters.</summary>
/// <param name="Shape">Its curvature.</param>
/// <param name="IsSmooth">Whether its second derivatives are bounded; constants and affine functions are.</param>
/// <param name="Shift">
/// The id of a value that is not differentiated and that this one holds <paramref name="ShiftCount"/> times as a summand: the largest exponent of a
/// log-sum-exp, which cancels in the end; -1 for none. The shape is that of the rest.
/// </param>
/// <param name="IsExpSum">Whether it is a sum of exponentials of convex functions, times exp of the shifts.</param>
/// <param name="IsSquares">Whether it is a nonnegative constant plus squares of affine functions.</param>
internal readonly record struct CurvatureFact(
    Shape Shape, bool IsSmooth = true, int Shift = -1, int ShiftCount = 0, bool IsExpSum = false, bool IsSquares = false)
{
    public static CurvatureFact Constant { get; } = new(Shape.Constant);

    public static CurvatureFact Affine { get; } = new(Shape.Affine);

    public static CurvatureFact Unknown { get; } = new(Shape.Unknown, IsSmooth: false);

    /// <summary>Bounded second derivatives of either sign.</summary>
    public static CurvatureFact Smooth { get; } = new(Shape.Unknown);

    public bool IsShifted => Shift >= 0;

    public bool IsConstant => Shape == Shape.Constant && !IsShifted;

    public bool IsAffine => Shape is Shape.Constant or Shape.Affine && !IsShifted;

    /// <summary>Convex, affine or constant, without a shift.</summary>
    public bool IsConvex => Shape <= Shape.Convex && !IsShifted;

    public bool IsConcave => (Shape is Shape.Constant or Shape.Affine or Shape.Concave) && !IsShifted;

    public CurvatureFact Negated => this with
    {
        Shape = Shape switch { Shape.Convex => Shape.Concave, Shape.Concave => Shape.Convex, _ => Shape },
        ShiftCount = -ShiftCount,
        IsExpSum = false,
        IsSquares = false,
    };

    /// <summary>The fact of a sum.</summary>
    public static CurvatureFact Sum(CurvatureFact a, CurvatureFact b)
    {
        if (a.IsExpSum || b.IsExpSum) return ExpSum(a, b);
        if (a.IsShifted && b.IsShifted && a.Shift != b.Shift) return Unknown;
        int count = a.ShiftCount + b.ShiftCount;
        return new CurvatureFact(
            Shapes(a.Shape, b.Shape), a.IsSmooth && b.IsSmooth, count == 0 ? -1 : Math.Max(a.Shift, b.Shift), count, IsSquares: a.IsSquares && b.IsSquares);
    }

    /// <summary>The fact of a value that is one or the other.</summary>
    public static CurvatureFact Either(CurvatureFact a, CurvatureFact b)
    {
        if (a == b) return a;
        if (a.IsExpSum || b.IsExpSum) return ExpSum(a, b);
        if (a.Shift != b.Shift || a.ShiftCount != b.ShiftCount) return Unknown;
        return new CurvatureFact(Shapes(a.Shape, b.Shape), a.IsSmooth && b.IsSmooth, a.Shift, a.ShiftCount, IsSquares: a.IsSquares && b.IsSquares);
    }

    // A loop's sum starts from 0, which is a sum of exponentials of any shift; so is a constant factor times exp(−shift).
    private static CurvatureFact ExpSum(CurvatureFact a, CurvatureFact b)
    {
        if (!a.IsExpSum) (a, b) = (b, a);
        if (b.IsExpSum) return a.Shift == b.Shift && a.ShiftCount == b.ShiftCount ? a with { IsSmooth = a.IsSmooth && b.IsSmooth } : Unknown;
        if (b.IsConstant && b.IsSquares) return a;
        return a.IsShifted ? Unknown : new CurvatureFact(Shapes(a.Shape, b.Shape), false);
    }

    private static Shape Shapes(Shape a, Shape b) =>
        a == b ? a : a == Shape.Unknown || b == Shape.Unknown ? Shape.Unknown
        : a <= Shape.Affine || b <= Shape.Affine ? (Shape)Math.Max((byte)a, (byte)b)
        : Shape.Unknown;
}
