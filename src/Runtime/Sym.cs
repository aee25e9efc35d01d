namespace SymbolicGD;

/// <summary>
/// Functions that losses are made of and that <see cref="Math"/> lacks. They run as ordinary methods, and the generator knows the
/// derivative and the vector form of each.
/// </summary>
/// <remarks>
/// All are stable at the extremes of their domain: no intermediate overflow, no cancellation where the result is finite. The bounds are in
/// units in the last place (ulp) of the result. <c>float</c> overloads compute in <c>double</c> and round once. NaN gives NaN.
/// The table of values, derivatives and behaviour at singular points is in <c>docs/functions.md</c>.
/// </remarks>
public static partial class Sym
{
    /// <summary>The logistic function σ(x) = 1/(1 + e⁻ˣ); at most 2.5 ulp off, also in the far left tail, where it tends to eˣ.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    /// <inheritdoc cref="Sigmoid(double)"/>
    public static float Sigmoid(float x) => (float)Sigmoid((double)x);

    /// <summary>ln(1 + eˣ), a smooth max(x, 0), without overflow; at most 2 ulp off, also in the far left tail. Its derivative is the sigmoid.</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    /// <inheritdoc cref="Softplus(double)"/>
    public static float Softplus(float x) => (float)Softplus((double)x);

    /// <summary>ln σ(x) = −softplus(−x), finite for every finite x.</summary>
    public static double LogSigmoid(double x) => -Softplus(-x);

    /// <inheritdoc cref="LogSigmoid(double)"/>
    public static float LogSigmoid(float x) => -Softplus(-x);

    /// <summary>max(x, 0); slope 0 at 0.</summary>
    public static double Relu(double x) => Math.Max(x, 0);

    /// <inheritdoc cref="Relu(double)"/>
    public static float Relu(float x) => MathF.Max(x, 0);

    /// <summary>min(max(x, −1), 1); slope 0 at ±1.</summary>
    public static double HardTanh(double x) => Math.Min(Math.Max(x, -1), 1);

    /// <inheritdoc cref="HardTanh(double)"/>
    public static float HardTanh(float x) => MathF.Min(MathF.Max(x, -1), 1);

    /// <summary>x for x &gt; 0, else <paramref name="slope"/>·x; slope <paramref name="slope"/> at 0.</summary>
    public static double LeakyRelu(double x, double slope) => 0 < x ? x : slope * x;

    /// <inheritdoc cref="LeakyRelu(double, double)"/>
    public static float LeakyRelu(float x, float slope) => 0 < x ? x : slope * x;

    /// <summary>The exponential linear unit: x for x ≥ 0, else eˣ − 1; slope 1 at 0. (Clevert, Unterthiner and Hochreiter, 2016, with α = 1.)</summary>
    public static double Elu(double x) => x < 0 ? Expm1(x) : x;

    /// <inheritdoc cref="Elu(double)"/>
    public static float Elu(float x) => (float)Elu((double)x);

    /// <summary>x·σ(x), also known as swish; NaN at −∞, where only the limit 0 exists.</summary>
    public static double Silu(double x) => x * Sigmoid(x);

    /// <inheritdoc cref="Silu(double)"/>
    public static float Silu(float x) => (float)Silu((double)x);

    /// <summary>x·tanh(softplus(x)); NaN at −∞, where only the limit 0 exists. (Misra, 2019.)</summary>
    public static double Mish(double x) => x * Math.Tanh(Softplus(x));

    /// <inheritdoc cref="Mish(double)"/>
    public static float Mish(float x) => (float)Mish((double)x);

    /// <summary>x/(1 + |x|); NaN at ±∞, where only the limits ±1 exist.</summary>
    public static double Softsign(double x) => x / (1 + Math.Abs(x));

    /// <inheritdoc cref="Softsign(double)"/>
    public static float Softsign(float x) => x / (1 + MathF.Abs(x));

    /// <summary>Huber's loss: ½x² for |x| ≤ <paramref name="delta"/>, else δ(|x| − ½δ); continuous with its slope. (Huber, 1964.)</summary>
    /// <param name="x">The residual.</param>
    /// <param name="delta">Where the parabola turns into a line; positive.</param>
    public static double Huber(double x, double delta)
    {
        double a = Math.Abs(x);
        return a <= delta ? 0.5 * x * x : delta * (a - 0.5 * delta);
    }

    /// <inheritdoc cref="Huber(double, double)"/>
    public static float Huber(float x, float delta)
    {
        float a = MathF.Abs(x);
        return a <= delta ? 0.5f * x * x : delta * (a - 0.5f * delta);
    }

    /// <summary>x².</summary>
    public static double Square(double x) => x * x;

    /// <inheritdoc cref="Square(double)"/>
    public static float Square(float x) => x * x;

    /// <summary><paramref name="x"/> itself; to the generator a constant, whose derivative is zero.</summary>
    public static double Detach(double x) => x;

    /// <inheritdoc cref="Detach(double)"/>
    public static float Detach(float x) => x;
}
