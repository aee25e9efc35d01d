namespace SymbolicGD;

public static partial class Sym
{
    private const double HalfRoot = 0.7071067811865476;
    private const double HalfRootRest = -4.833646656726457e-17;

    // Bernoulli numbers B₂ₖ over 2k(2k − 1), over 2k, and alone: the tails of Stirling's series and its derivatives. (Abramowitz and Stegun 6.1.40.)
    private static ReadOnlySpan<double> Stirling =>
        [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400];

    private static ReadOnlySpan<double> DigammaTail =>
        [1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160];

    private static ReadOnlySpan<double> TrigammaTail =>
        [1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510];

    // erf x/x − 1 in x² on 0…1, 2⁻⁵⁶·⁹.
    private static ReadOnlySpan<double> ErfSmall =>
    [
        0.12837916709551256, -0.3761263890318352, 0.11283791670944174, -0.02686617064310975, 0.00522397760610417, -0.0008548325928610798,
        0.00012055293555268031, -1.492471187540677e-05, 1.644712618004841e-06, -1.620627157006155e-07, 1.3710794345646824e-08, -7.779115091280972e-10,
    ];

    // e^(x²)·erfc x·(x + 2.5) in (x − 2.5)/(x + 2.5) for x in ½…28, 2⁻⁵⁷·³.
    private static ReadOnlySpan<double> ErfcScaled =>
    [
        1.054031820305718, -0.8046518494391488, 0.45391411664809983, -0.1712511452460605, 0.028361550131747234, 0.00839304430316021,
        -0.004818785516878018, -0.00043920828214015945, 0.0007026936411159302, 5.830797896189993e-05, -0.00011260421605495672,
        -1.9533428378069678e-05, 1.8241644006138514e-05, 6.75988895399331e-06, -2.3252952076263636e-06, -1.9796429649819344e-06,
        -1.4679060595824637e-08, 4.801354829558492e-07, 1.3781933965698214e-07, -1.0395648092579388e-07, -3.9696462301190776e-08,
        2.0448226455207462e-08,
    ];

    // ln Γ(x)/((x − 1)(x − 2)) in x − 1.125 on 0.8…1.5, 2⁻⁶²·⁷.
    private static ReadOnlySpan<double> LogGammaNearOne =>
    [
        0.5487833977237905, -0.21115323425817586, 0.1196032084425613, -0.0789268196646104, 0.05628216876884275, -0.04199485601176167,
        0.032263887167499575, -0.025296547347418256, 0.020132840226270595, -0.016209044139283684, 0.01317067624883164, -0.010783074535840358,
        0.008884437879473779, -0.007358214495303466, 0.00612160101565531, -0.00513225705869914, 0.004332091491046705, -0.003523627757143694,
        0.0027612175873884632, -0.002828265846523867, 0.003303000702060229, -0.0019465028311257569,
    ];

    // The same in x − 2 on 1.5…2.5, 2⁻⁶²·⁸.
    private static ReadOnlySpan<double> LogGammaNearTwo =>
    [
        0.42278433509846713, -0.10031730167435392, 0.032965000621155864, -0.012384192193371356, 0.004998641164691865, -0.002108130833949075,
        0.0009153769225289444, -0.0004057073977728884, 0.00018255263191505159, -8.30951205830955e-05, 3.816899527795955e-05,
        -1.7661750529076204e-05, 8.221238220017568e-06, -3.8467242114544186e-06, 1.8133624267361997e-06, -8.560034044474078e-07,
        3.8633763978795824e-07, -1.8227752856173864e-07, 1.2216216160045693e-07, -5.9221873703883494e-08,
    ];

    // ψ(x)/(x − root) in x − 1.5 on 1…2, 2⁻⁶¹·⁰.
    private static ReadOnlySpan<double> DigammaPrimary =>
    [
        0.9510558760318328, -0.42362742128146047, 0.24054248424078736, -0.14840492305391834, 0.09498872445282826, -0.06192213327158068,
        0.04076083394473801, -0.0269757968479597, 0.017907248192341792, -0.01190821507391204, 0.007927024136795805, -0.0052800194345691415,
        0.0035180792611849035, -0.0023446331417155096, 0.001563574153619271, -0.0010423780929741315, 0.0006899416698102415,
        -0.0004594399910815452, 0.00032689789747718137, -0.00021933895755858014, 9.157814634634433e-05, -5.8796236741840484e-05,
        0.0001224246987702419, -8.318488871279091e-05,
    ];

    /// <summary>The error function 2/√π ∫₀ˣ e^(−t²) dt, at most 2 ulp off. Its derivative is 2/√π e^(−x²).</summary>
    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a <= 1)
        {
            return Math.FusedMultiplyAdd(x, Polynomial(ErfSmall, x * x), x);
        }

        return Math.CopySign(1 - ErfcTail(a, 0), x);
    }

    /// <inheritdoc cref="Erf(double)"/>
    public static float Erf(float x) => (float)Erf((double)x);

    /// <summary>1 − erf x without cancellation, at most 5 ulp off; underflows gradually above 26.54, to zero above 27.23.</summary>
    public static double Erfc(double x)
    {
        double a = Math.Abs(x);
        if (a <= 0.5)
        {
            return 1 - Math.FusedMultiplyAdd(x, Polynomial(ErfSmall, x * x), x);
        }

        double tail = ErfcTail(a, 0);
        return x < 0 ? 2 - tail : tail;
    }

    /// <inheritdoc cref="Erfc(double)"/>
    public static float Erfc(float x) => (float)Erfc((double)x);

    /// <summary>The standard normal distribution function Φ(x) = ½ erfc(−x/√2), at most 5 ulp off, in the far left tail too. Its derivative is the density.</summary>
    public static double NormalCdf(double x)
    {
        // The rounding of x/√2 would be magnified by x² in the tail.
        double scaled = -x * HalfRoot;
        if (Math.Abs(scaled) <= 0.5 || double.IsInfinity(x))
        {
            return 0.5 * Erfc(scaled);
        }

        double lost = Math.FusedMultiplyAdd(-x, HalfRoot, -scaled) - x * HalfRootRest;
        double tail = 0.5 * ErfcTail(Math.Abs(scaled), scaled < 0 ? -lost : lost);
        return scaled < 0 ? 1 - tail : tail;
    }

    /// <inheritdoc cref="NormalCdf(double)"/>
    public static float NormalCdf(float x) => (float)NormalCdf((double)x);

    /// <summary>The standard normal density φ(x) = e^(−x²/2)/√(2π), at most 3 ulp off.</summary>
    public static double NormalPdf(double x)
    {
        double square = Math.Min(x * x, 1e4);
        double lost = x * x < 1e4 ? Math.FusedMultiplyAdd(x, x, -square) : 0;
        double e = Math.Exp(-0.5 * square);
        return 0.3989422804014327 * Math.FusedMultiplyAdd(e, -0.5 * lost, e);
    }

    /// <inheritdoc cref="NormalPdf(double)"/>
    public static float NormalPdf(float x) => (float)NormalPdf((double)x);

    /// <summary>x·Φ(x), the exact Gaussian error linear unit; NaN at −∞, where only the limit 0 exists. (Hendrycks and Gimpel, 2016.)</summary>
    public static double Gelu(double x) => x * NormalCdf(x);

    /// <inheritdoc cref="Gelu(double)"/>
    public static float Gelu(float x) => (float)Gelu((double)x);

    /// <summary>
    /// ln|Γ(x)|, at most 4 ulp off for x &gt; 0, also next to its zeros 1 and 2; accurate to a few 10⁻¹⁵ absolutely next to its zeros at negative x.
    /// +∞ at 0, at the negative integers and at ±∞. Its derivative is the digamma function.
    /// </summary>
    public static double LogGamma(double x)
    {
        if (!double.IsFinite(x))
        {
            return x * x;
        }

        if (x <= 0)
        {
            if (x == Math.Floor(x))
            {
                return double.PositiveInfinity;
            }

            // Γ(x)Γ(−x) = −π/(x sin πx)
            return x > -1e-20 ? -Math.Log(-x) : Math.Log(Math.PI / Math.Abs(x * SinPi(x))) - LogGammaPositive(-x);
        }

        return LogGammaPositive(x);
    }

    /// <inheritdoc cref="LogGamma(double)"/>
    public static float LogGamma(float x) => (float)LogGamma((double)x);

    /// <summary>
    /// ψ(x) = Γ′(x)/Γ(x), at most 4 ulp off for x &gt; 0, also next to its zero at 1.4616; accurate to a few 10⁻¹⁵·|π cot πx| absolutely at negative x.
    /// NaN at the negative integers and −∞, ∓∞ at ±0. Its derivative is the trigamma function. (Abramowitz and Stegun 6.3.)
    /// </summary>
    public static double Digamma(double x)
    {
        if (x <= 0)
        {
            if (x == 0)
            {
                return -1 / x;
            }

            return x == Math.Floor(x) ? double.NaN : Digamma(1 - x) - Math.PI / TanPi(x);
        }

        if (x >= 10)
        {
            double z = 1 / x;
            return Math.Log(x) - z * Math.FusedMultiplyAdd(z, Polynomial(DigammaTail, z * z), 0.5);
        }

        // ψ(x + 1) = ψ(x) + 1/x leads into 1…2.
        double shift = 0;
        if (x < 1)
        {
            shift = -1 / x;
            x += 1;
        }

        while (x > 2)
        {
            x -= 1;
            shift += 1 / x;
        }

        double primary = ((x - 1.4616321449683622) - 9.549995429965697e-17) * Polynomial(DigammaPrimary, x - 1.5);
        return primary + shift;
    }

    /// <inheritdoc cref="Digamma(double)"/>
    public static float Digamma(float x) => (float)Digamma((double)x);

    /// <summary>ψ′(x), the second derivative of ln Γ, at most 5 ulp off; +∞ at 0 and at the negative integers, NaN at −∞. (Abramowitz and Stegun 6.4.)</summary>
    public static double Trigamma(double x)
    {
        if (x <= 0)
        {
            if (x == Math.Floor(x))
            {
                return double.IsInfinity(x) ? double.NaN : double.PositiveInfinity;
            }

            double s = Math.PI / SinPi(x);
            return s * s - Trigamma(1 - x);
        }

        double sum = 0;
        while (x < 10)
        {
            sum += 1 / (x * x);
            x += 1;
        }

        double z = 1 / x;
        return sum + z * Math.FusedMultiplyAdd(z, Math.FusedMultiplyAdd(z, Polynomial(TrigammaTail, z * z), 0.5), 1);
    }

    /// <inheritdoc cref="Trigamma(double)"/>
    public static float Trigamma(float x) => (float)Trigamma((double)x);

    private static double LogGammaPositive(double x)
    {
        if (x >= 10)
        {
            double z = 1 / x;
            return x > 1e17 ? x * (Math.Log(x) - 1) : (x - 0.5) * (Math.Log(x) - 1) + (0.41893853320467274 + z * Polynomial(Stirling, z * z));
        }

        if (x < 0.8)
        {
            return LogGammaPositive(x + 1) - Math.Log(x);
        }

        if (x <= 1.5)
        {
            return (1 - x) * (2 - x) * Polynomial(LogGammaNearOne, x - 1.125);
        }

        double product = 1;
        while (x > 2.5)
        {
            x -= 1;
            product *= x;
        }

        double near = (x - 1) * (x - 2) * Polynomial(LogGammaNearTwo, x - 2);
        return product == 1 ? near : near + Math.Log(product);
    }

    /// <summary>erfc(a + lost) for a &gt; ½ and a tiny correction: the exponent −(a + lost)² is carried in two parts.</summary>
    private static double ErfcTail(double a, double lost)
    {
        if (a > 28)
        {
            return 0;
        }

        double square = a * a;
        double rest = Math.FusedMultiplyAdd(a, a, -square) + 2 * a * lost;
        double factor = Polynomial(ErfcScaled, (a - 2.5) / (a + 2.5)) / (a + 2.5);

        if (square < 700)
        {
            double e = Math.Exp(-square);
            return Math.FusedMultiplyAdd(e, -rest, e) * factor;
        }

        // e^(−a²) may be subnormal: e⁻⁷⁰⁰ joins last, so that only one product rounds there.
        double head = Math.Exp(700 - square);
        return Math.FusedMultiplyAdd(head, -rest, head) * factor * 9.85967654375977e-305;
    }

    private static double SinPi(double x)
    {
        double r = x - 2 * Math.Round(0.5 * x);                              // exact, in −1…1
        return Math.Abs(r) > 0.5 ? Math.Sin(Math.PI * (Math.CopySign(1, r) - r)) : Math.Sin(Math.PI * r);
    }

    private static double TanPi(double x)
    {
        double r = x - Math.Round(x);                                       // exact, in −½…½
        return Math.Abs(r) > 0.25 ? 1 / Math.Tan(Math.PI * (Math.CopySign(0.5, r) - r)) : Math.Tan(Math.PI * r);
    }

    /// <summary>Σ cᵢxⁱ by Horner's rule.</summary>
    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        double sum = coefficients[^1];
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            sum = Math.FusedMultiplyAdd(sum, x, coefficients[i]);
        }

        return sum;
    }
}
