using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>The stable forms that are more than one operation.</summary>
internal sealed partial class Terms
{
    private const double Ln2 = 0.69314718055994530942;

    /// <summary>The Taylor coefficients of x/(eˣ − 1) at x², x⁴, …: Bernoulli numbers over factorials, B₂ₖ/(2k)!.</summary>
    private static readonly double[] s_bernoulli =
    [
        1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000, 1.0 / 74724249600, -3617.0 / 10670622842880000,
    ];

    // The user's own −expm1(x) is left alone: who writes it has thought of the other half of log(1 − exp x), as Sym.Log1mExp does.
    private readonly Dictionary<int, int> _oneMinusExp = [];
    private readonly Dictionary<int, int> _expMinusOne = [];
    private readonly HashSet<int> _sumsOfSquares = [];

    public int OneMinusExp(int x)
    {
        int value = Negate(Unary(Op.Expm1, x));
        _oneMinusExp[value] = x;
        return value;
    }

    public int ExpMinusOne(int x)
    {
        int value = Unary(Op.Expm1, x);
        _expMinusOne[value] = x;
        return value;
    }

    /// <summary>x where the user wrote 1 − exp x.</summary>
    public int? OneMinusExpOperand(int value) => _oneMinusExp.TryGetValue(value, out int x) ? x : null;

    /// <summary>x where the user wrote exp x − 1.</summary>
    public int? ExpMinusOneOperand(int value) => _expMinusOne.TryGetValue(value, out int x) ? x : null;

    /// <summary>log(1 − eˣ), of which −expm1 keeps the digits near 0 and log1p those far below (Mächler 2012).</summary>
    public int LogOneMinusExp(int x) => If(
        Binary(Op.Lt, Real(TypeOf(x), -Ln2), x),
        () => Unary(Op.Log, Negate(Unary(Op.Expm1, x))),
        () => Unary(Op.Log1p, Negate(Unary(Op.Exp, x))));

    /// <summary>log(eˣ − 1), the inverse of softplus. The minimum keeps the operand of the untaken side, and so its slope, finite.</summary>
    public int LogExpMinusOne(int x) => If(
        Binary(Op.Lt, x, Real(TypeOf(x), Ln2)),
        () => Unary(Op.Log, Unary(Op.Expm1, Binary(Op.Min, x, Real(TypeOf(x), Ln2)))),
        () => Binary(Op.Add, x, Unary(Op.Log1p, Negate(Unary(Op.Exp, Negate(x))))));

    /// <summary>f − log s; where log s = m + log t is shifted, (f − m) − log t, which keeps the digits that f and m share.</summary>
    public int MinusLog(int f, int log) =>
        ShiftedLog(log) is (int shift, int rest) ? Binary(Op.Sub, Binary(Op.Sub, f, shift), rest) : Binary(Op.Sub, f, log);

    /// <summary>m and log t where the value is m + log t, m not differentiated: a log-sum-exp.</summary>
    public (int Shift, int Log)? ShiftedLog(int value) =>
        !Is(value, Op.Add, out Let add) ? null
        : Is(add.A, Op.Detach, out _) && Is(add.B, Op.Log, out _) ? (add.A, add.B)
        : Is(add.B, Op.Detach, out _) && Is(add.A, Op.Log, out _) ? (add.B, add.A)
        : null;

    /// <summary>
    /// x/(eˣ − 1): near 0, where the derivative of the quotient cancels too, 1 − x/2 + x²/12 − … to full precision for |x| ≤ ½;
    /// elsewhere in terms of exp(−|x|), which does not overflow.
    /// </summary>
    public int Bernoulli(int x)
    {
        ScalarType type = TypeOf(x);
        int magnitude = Unary(Op.Abs, x);
        return If(Binary(Op.Lt, magnitude, Real(type, 0.5)), Series, Quotient);

        int Series()
        {
            int square = Binary(Op.Mul, x, x);
            int sum = Real(type, s_bernoulli[s_bernoulli.Length - 1]);
            for (int k = s_bernoulli.Length - 2; k >= 0; k--) sum = Binary(Op.Add, Binary(Op.Mul, sum, square), Real(type, s_bernoulli[k]));
            return Binary(Op.Add, Binary(Op.Sub, Real(type, 1), Binary(Op.Mul, Real(type, 0.5), x)), Binary(Op.Mul, square, sum));
        }

        int Quotient()
        {
            int m = Unary(Op.Neg, magnitude);
            int even = Binary(Op.Div, m, Unary(Op.Expm1, m));
            return Binary(Op.Mul, even, Emit(Op.Select, type, Binary(Op.Lt, Real(type, 0), x), Unary(Op.Exp, m), Real(type, 1)));
        }
    }

    public int OneMinusCos(int x)
    {
        int sine = Unary(Op.Sin, Binary(Op.Mul, x, Real(TypeOf(x), 0.5)));
        return Binary(Op.Mul, Real(TypeOf(x), 2), Binary(Op.Mul, sine, sine));
    }

    public int TwiceSigmoid(int x, double scale) =>
        Binary(Op.Mul, Real(TypeOf(x), 2), Unary(Op.Sigmoid, Binary(Op.Mul, x, Real(TypeOf(x), scale))));

    /// <summary>1/cosh² x: 1 − tanh² near 0, where neither it nor its slope cancels, and in terms of exp(−2|x|) elsewhere.</summary>
    public int SquaredSecant(int x)
    {
        ScalarType type = TypeOf(x);
        int magnitude = Unary(Op.Abs, x);
        return If(Binary(Op.Lt, magnitude, Real(type, 1)), Near, Far);

        int Near()
        {
            int y = Unary(Op.Tanh, x);
            return Binary(Op.Sub, Real(type, 1), Binary(Op.Mul, y, y));
        }

        int Far()
        {
            int u = Unary(Op.Exp, Binary(Op.Mul, Real(type, -2), magnitude));
            int sum = Binary(Op.Add, Real(type, 1), u);
            return Binary(Op.Div, Binary(Op.Mul, Real(type, 4), u), Binary(Op.Mul, sum, sum));
        }
    }

    /// <summary>
    /// a² − b² to 1.5 ulp (Kahan; Jeannerod, Louvet and Muller 2013): fma(−b, b, w) is what w = b·b has lost. Its derivative is zero but for
    /// rounding, so that the slopes stay the naive 2a and −2b; and it is left out where a square is infinite.
    /// </summary>
    public int DifferenceOfSquares(int a, int b)
    {
        ScalarType type = TypeOf(a);
        int w = Binary(Op.Mul, b, b);
        int difference = Emit(Op.Fma, type, a, a, Negate(w));
        int lost = Emit(Op.Fma, type, Negate(b), b, w);
        int isFinite = Binary(Op.Lt, Unary(Op.Abs, difference), Real(type, double.PositiveInfinity));
        return Binary(Op.Add, difference, Unary(Op.Detach, Emit(Op.Select, type, isFinite, lost, Real(type, 0))));
    }

    /// <summary>x where the value is x·x or pow(x, 2).</summary>
    public int? SquareOf(int value) =>
        Is(value, Op.Mul, out Let mul) && mul.A == mul.B ? mul.A
        : Is(value, Op.Pow, out Let pow) && IsConstant(pow.B, 2) ? pow.A
        : null;

    /// <summary>Whether the value is x² or x² + y².</summary>
    public bool IsSumOfTwoSquares(int value) =>
        SquareOf(value) is not null || (Is(value, Op.Add, out Let add) && SquareOf(add.A) is not null && SquareOf(add.B) is not null);

    /// <summary>Says that a loop's result is a sum of squares.</summary>
    public void AddSumOfSquares(int value) => _sumsOfSquares.Add(value);

    /// <summary>Whether the value is a sum of squares, over loops or term by term.</summary>
    public bool IsSumOfSquares(int value, int depth = 0) =>
        _sumsOfSquares.Contains(value) || SquareOf(value) is not null || IsConstant(value, 0)
        || (depth < MaxDepth && Is(value, Op.Add, out Let add) && IsSumOfSquares(add.A, depth + 1) && IsSumOfSquares(add.B, depth + 1));

    /// <summary>x where the quotient is (exp x − exp(−x))/(exp x + exp(−x)).</summary>
    public int? TanhOperand(Let div)
    {
        if (!Is(div.A, Op.Sub, out Let difference) || !Is(div.B, Op.Add, out Let sum)) return null;
        bool isSame = (sum.A == difference.A && sum.B == difference.B) || (sum.A == difference.B && sum.B == difference.A);
        if (!isSame || !Is(difference.A, Op.Exp, out Let up) || !Is(difference.B, Op.Exp, out Let down)) return null;
        return Is(down.A, Op.Neg, out Let neg) && neg.A == up.A ? up.A : null;
    }

    private int If(int condition, Func<int> then, Func<int> otherwise) => builder.If(condition, () => [then()], () => [otherwise()])[0];
}
