using SymbolicGD.Generator.Ir;
using Xunit.Sdk;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>Whether two functions compute the same, and whether a gradient function computes the gradient.</summary>
internal static class Equivalence
{
    /// <summary>The bound of the acceptance: the error scaled by the summed absolute partial products.</summary>
    public const double Bound = 1e-11;

    private const double SingleFactor = 1e5;

    /// <summary>
    /// Verifies <paramref name="after"/> and runs both on random inputs: value and gradients must agree up to reassociation, non-finite
    /// ones too.
    /// </summary>
    /// <param name="exact">Whether they must agree in every bit.</param>
    /// <param name="mayRepair">Whether <paramref name="after"/> may be finite where <paramref name="before"/> is not (stabilized formulas).</param>
    public static void Check(Function before, Function after, int runs = 2, bool exact = false, bool mayRepair = false)
    {
        for (int seed = 1; seed <= runs; seed++) Check(before, after, RandomInputs.For(before, seed), exact, mayRepair);
    }

    /// <inheritdoc cref="Check(Function, Function, int, bool, bool)"/>
    public static void Check(Function before, Function after, IrInputs inputs, bool exact = false, bool mayRepair = false)
    {
        IrVerifier.Verify(before);
        IrVerifier.Verify(after);
        IrOutcome<double> expected = IrInterpreter.Run(before, inputs, roundSingle: exact);
        IrOutcome<double> actual = IrInterpreter.Run(after, inputs, roundSingle: exact);
        double scale = 1 + Math.Abs(expected.Value);
        if (!before.Buffers.Any(b => b.Kind == BufferKind.Gradient) && double.IsFinite(expected.Value))
        {
            double[] magnitude = IrInterpreter.Differentiate(before, inputs, roundSingle: false).Magnitude;
            scale += magnitude.Where(double.IsFinite).Sum() / inputs.Seed;
        }

        // Constants of type F32 that a pass folds are rounded to single, though all else is done in double here.
        double single = before.Values.Items.Any(v => v.Type == ScalarType.F32) ? SingleFactor : 1;
        void Compare(string what, double a, double b, double bound)
        {
            bool agree = !double.IsFinite(a) ? mayRepair || a.Equals(b) : exact ? a.Equals(b) : Math.Abs(a - b) <= single * bound;
            if (!agree) throw Mismatch($"{what}: {a:R} before, {b:R} after (allowed {bound:R})", before, after, inputs);
        }

        Compare("value", expected.Value, actual.Value, Bound * scale);
        if (expected.Gradient.Length != actual.Gradient.Length) throw Mismatch("gradients of different length", before, after, inputs);
        double gradientScale = 1 + expected.Gradient.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int k = 0; k < expected.Gradient.Length; k++)
        {
            Compare($"gradient[{k}]", expected.Gradient[k], actual.Gradient[k], 10 * Bound * gradientScale);
        }
    }

    /// <summary>
    /// Verifies the gradient function and compares it with dual numbers on the loss, both in double precision: every component within
    /// <see cref="Bound"/> of its magnitude.
    /// </summary>
    /// <returns>Whether anything was compared: not if the loss or its derivative is not finite there.</returns>
    public static bool CheckGradient(Function loss, Function gradient, IrInputs inputs, double bound = Bound)
    {
        IrVerifier.Verify(loss);
        DualOutcome expected = IrInterpreter.Differentiate(loss, inputs, roundSingle: false);
        if (!expected.IsFinite) return false;
        CheckGradient(loss, expected, gradient, inputs, bound);
        return true;
    }

    /// <summary>As the other, with the derivative by dual numbers already known, and finite.</summary>
    public static void CheckGradient(Function loss, DualOutcome expected, Function gradient, IrInputs inputs, double bound = Bound)
    {
        IrVerifier.Verify(gradient);
        IrOutcome<double> actual = IrInterpreter.Run(gradient, inputs, roundSingle: false);
        if (actual.Gradient.Length != expected.Gradient.Length)
        {
            throw Mismatch($"{expected.Gradient.Length} parameters but gradient buffers for {actual.Gradient.Length}", loss, gradient, inputs);
        }

        double valueBound = bound * (1 + Math.Abs(expected.Value) + (expected.Magnitude.Sum() / inputs.Seed));
        if (!(Math.Abs(actual.Value - expected.Value) <= valueBound))
        {
            throw Mismatch($"value {actual.Value:R} instead of {expected.Value:R}", loss, gradient, inputs);
        }

        for (int k = 0; k < expected.Gradient.Length; k++)
        {
            if (!(Math.Abs(actual.Gradient[k] - expected.Gradient[k]) <= bound * expected.Magnitude[k]))
            {
                throw Mismatch(
                    $"gradient[{k}] is {actual.Gradient[k]:R} instead of {expected.Gradient[k]:R} (magnitude {expected.Magnitude[k]:R})",
                    loss, gradient, inputs);
            }
        }
    }

    /// <summary>
    /// Verifies the function of the Hessian-vector product and compares it with hyper-dual numbers on the loss, as
    /// <see cref="CheckGradient(Function, Function, IrInputs, double)"/> does for the gradient.
    /// </summary>
    /// <returns>Whether anything was compared: not if a derivative is not finite there.</returns>
    public static bool CheckProduct(Function loss, Function product, IrInputs inputs, double bound = Bound)
    {
        DualOutcome expected = IrInterpreter.DifferentiateTwice(loss, inputs, roundSingle: false);
        if (!expected.IsFinite) return false;
        CheckProduct(loss, expected, product, inputs, bound);
        return true;
    }

    /// <summary>As the other, with the product by hyper-dual numbers already known, and finite.</summary>
    public static void CheckProduct(Function loss, DualOutcome expected, Function product, IrInputs inputs, double bound = Bound)
    {
        IrVerifier.Verify(product);
        IrOutcome<double> actual = IrInterpreter.Run(product, inputs, roundSingle: false);
        if (actual.Gradient.Length != expected.Gradient.Length) throw Mismatch("products of different length", loss, product, inputs);
        for (int k = 0; k < expected.Gradient.Length; k++)
        {
            if (!(Math.Abs(actual.Gradient[k] - expected.Gradient[k]) <= bound * expected.Magnitude[k]))
            {
                throw Mismatch(
                    $"product[{k}] is {actual.Gradient[k]:R} instead of {expected.Gradient[k]:R} (magnitude {expected.Magnitude[k]:R})",
                    loss, product, inputs);
            }
        }
    }

    /// <summary>The derivative along the direction against dual numbers on the loss.</summary>
    /// <returns>Whether anything was compared.</returns>
    public static bool CheckTangent(Function loss, Function tangent, IrInputs inputs, double bound = Bound)
    {
        DualOutcome gradient = IrInterpreter.Differentiate(loss, inputs with { Seed = 1 }, roundSingle: false);
        if (!gradient.IsFinite) return false;
        CheckTangent(loss, gradient, weight: 1, tangent, inputs, bound);
        return true;
    }

    /// <summary>As the other, with the gradient already known, and finite.</summary>
    /// <param name="weight">What the gradient is weighed with; the derivative along the direction is not.</param>
    public static void CheckTangent(Function loss, DualOutcome gradient, double weight, Function tangent, IrInputs inputs, double bound = Bound)
    {
        IrVerifier.Verify(tangent);
        double[] direction = [.. inputs.Direction.SelectMany(d => d)];
        double expected = gradient.Gradient.Zip(direction, (g, d) => g * d).Sum() / weight;
        double scale = gradient.Magnitude.Zip(direction, (m, d) => m * Math.Abs(d)).Sum() / weight;
        double actual = IrInterpreter.Run(tangent, inputs, roundSingle: false).Value;
        if (!(Math.Abs(actual - expected) <= bound * scale)) throw Mismatch($"derivative along the direction {actual:R} instead of {expected:R} (magnitude {scale:R})", loss, tangent, inputs);
    }

    private static XunitException Mismatch(string what, Function before, Function after, IrInputs inputs)
    {
        string arguments = string.Join("; ", inputs.Arguments.Select(a => string.Join(", ", a.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))));
        return new($"{what}\ninputs: {arguments}; extents {string.Join(", ", inputs.Extents)}\n--- before\n{IrPrinter.Print(before)}\n--- after\n{IrPrinter.Print(after)}");
    }
}
