using System.Numerics;

namespace SymbolicGD;

/// <summary>How <see cref="GradientCheck"/> compares.</summary>
public sealed record GradientCheckOptions
{
    /// <summary>The largest relative error, beyond what the uncertainty of the differences explains, that passes; null: 1e-6 for double, 1e-3 for float.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Of more parameters than this, as many are drawn at random.</summary>
    public int MaxParameters { get; init; } = 1000;

    /// <summary>The seed of that choice, and of the direction of the Hessian-vector product.</summary>
    public int Seed { get; init; }
}

/// <summary>
/// Compares derivatives with differences: the gradient, the Hessian-vector product of an <see cref="ITwiceDifferentiable{T}"/>, the Jacobian of a
/// <see cref="ResidualObjective{T}"/>, and derivatives that were written by hand. For tests, and for doubts.
/// </summary>
/// <remarks>
/// Differences are central, extrapolated, and in proportion to the parameters; they come with an estimate of their own uncertainty. Costs twenty
/// evaluations per parameter. Choose a point where the function is smooth: at a kink the differences are right about neither side.
/// </remarks>
public static class GradientCheck
{
    /// <summary>Checks every derivative that an objective has.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="point">Where; as long as the parameter vector, finite.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <exception cref="ArgumentException">The point has the wrong length or is not finite.</exception>
    public static GradientCheckReport Run<T>(IObjective<T> objective, ReadOnlySpan<T> point, GradientCheckOptions? options = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        FitChecks.Start(objective, point);
        options ??= new GradientCheckOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxParameters);
        double tolerance = Tolerance<T>(options.Tolerance);
        T[] x = point.ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            if (!T.IsFinite(x[i]))
            {
                throw new ArgumentException($"{objective.Layout.NameOf(i)} is {x[i]}; derivatives can be checked at finite points only.", nameof(point));
            }
        }

        var check = new ObjectiveCheck<T>(objective, x, Choose(x.Length, options), tolerance, options.Seed);
        List<GradientCheckEntry> entries = [.. check.Gradient()];
        if (objective is ITwiceDifferentiable<T> twice)
        {
            entries.AddRange(check.HessianVectorProduct(twice));
        }

        if (objective is ResidualObjective<T> residuals)
        {
            entries.AddRange(check.Jacobian(residuals));
        }

        return new GradientCheckReport(objective.GetType().Name, x.Length, tolerance, entries);
    }

    /// <summary>Checks the derivative of a function of one number, such as a <c>[Derivative]</c> that was written by hand.</summary>
    /// <param name="function">The function.</param>
    /// <param name="derivative">What is said to be its derivative.</param>
    /// <param name="points">Where; inside the domain, finite.</param>
    public static GradientCheckReport Derivative<T>(Func<T, T> function, Func<T, T> derivative, params ReadOnlySpan<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(derivative);
        double tolerance = Tolerance<T>(null);
        var differences = new Differences<T>(1);
        var entries = new List<GradientCheckEntry>();
        for (int i = 0; i < points.Length; i++)
        {
            T x = points[i];
            differences.Run((step, values) => values[0] = function(x + T.CreateChecked(step)), ScaleOf(x, 1));
            string name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"x = {x}");
            double analytic = double.CreateSaturating(derivative(x));
            entries.Add(Compare(CheckedDerivative.Custom, name, i, analytic, differences.Values[0], differences.Errors[0], 0, tolerance));
        }

        return new GradientCheckReport("function", points.Length, tolerance, entries);
    }

    /// <summary>Checks a vector-Jacobian product that was written by hand: adjointᵀ·J, for an adjoint drawn at random.</summary>
    /// <param name="function">Writes the outputs.</param>
    /// <param name="vectorJacobian">Writes what is said to be adjointᵀ·J.</param>
    /// <param name="point">Where; inside the domain, finite.</param>
    /// <param name="outputs">The number of outputs, 1 or more.</param>
    /// <param name="seed">Of the adjoint.</param>
    public static GradientCheckReport VectorJacobian<T>(
        VectorFunction<T> function, VectorJacobianFunction<T> vectorJacobian, ReadOnlySpan<T> point, int outputs, int seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(vectorJacobian);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        double tolerance = Tolerance<T>(null);
        var random = new Xoshiro256((ulong)seed);
        T[] x = point.ToArray(), adjoint = new T[outputs], analytic = new T[x.Length], y = new T[outputs];
        for (int i = 0; i < outputs; i++)
        {
            adjoint[i] = T.CreateChecked(random.NextNormal());
        }

        vectorJacobian(x, adjoint, analytic);
        double largest = Largest<T>(x);
        var differences = new Differences<T>(1);
        var entries = new List<GradientCheckEntry>();
        for (int i = 0; i < x.Length; i++)
        {
            T at = x[i];
            int index = i;
            differences.Run(
                (step, values) =>
                {
                    x[index] = at + T.CreateChecked(step);
                    function(x, y);
                    x[index] = at;
                    values[0] = VectorKernels.Dot<T>(adjoint, y);
                },
                ScaleOf(at, largest));
            entries.Add(Compare(
                CheckedDerivative.Custom, $"x[{i}]", i, double.CreateSaturating(analytic[i]), differences.Values[0], differences.Errors[0], 0, tolerance));
        }

        return new GradientCheckReport("vector function", x.Length, tolerance, entries);
    }

    // An uncertainty of the magnitude of insignificant or less does not make a comparison undetermined.
    internal static GradientCheckEntry Compare(
        CheckedDerivative derivative, string name, int index, double analytic, double numeric, double uncertainty, double insignificant, double tolerance)
    {
        const double LeastCertainty = 0.1;
        if (!double.IsFinite(numeric) || !double.IsFinite(uncertainty))
        {
            return new GradientCheckEntry(derivative, name, index, analytic, numeric, uncertainty, double.PositiveInfinity, CheckVerdict.Undetermined);
        }

        if (!double.IsFinite(analytic))
        {
            return new GradientCheckEntry(derivative, name, index, analytic, numeric, uncertainty, double.PositiveInfinity, CheckVerdict.Differs);
        }

        double larger = Math.Max(Math.Abs(analytic), Math.Abs(numeric)), beyond = Math.Max(0, Math.Abs(analytic - numeric) - uncertainty);
        double error = beyond == 0 ? 0 : beyond / larger;
        CheckVerdict verdict = error > tolerance ? CheckVerdict.Differs
            : uncertainty > LeastCertainty * larger && uncertainty > insignificant && larger > 0 ? CheckVerdict.Undetermined
            : CheckVerdict.Agrees;
        return new GradientCheckEntry(derivative, name, index, analytic, numeric, uncertainty, error, verdict);
    }

    /// <summary>The magnitude in proportion to which a number is varied: its own, or that of its neighbours where it is zero or much smaller.</summary>
    internal static double ScaleOf<T>(T value, double neighbours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const double MuchSmaller = 1e-3;
        double magnitude = Math.Max(Math.Abs(double.CreateChecked(value)), MuchSmaller * neighbours);
        return magnitude > 0 ? magnitude : 1;
    }

    internal static double Largest<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T> => double.CreateChecked(VectorKernels.NormInfinity(values));

    private static double Tolerance<T>(double? given)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double tolerance = given ?? (typeof(T) == typeof(float) ? 1e-3 : 1e-6);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance, nameof(GradientCheckOptions.Tolerance));
        return tolerance;
    }

    // All, or a sample without repetition (Floyd's), in ascending order.
    private static int[] Choose(int length, GradientCheckOptions options)
    {
        if (length <= options.MaxParameters)
        {
            return [.. Enumerable.Range(0, length)];
        }

        var random = new Random(options.Seed);
        var chosen = new SortedSet<int>();
        for (int j = length - options.MaxParameters; j < length; j++)
        {
            int candidate = random.Next(j + 1);
            chosen.Add(chosen.Contains(candidate) ? j : candidate);
        }

        return [.. chosen];
    }
}

/// <summary>A function from a vector to a vector.</summary>
/// <param name="x">The argument.</param>
/// <param name="y">Overwritten with the value.</param>
public delegate void VectorFunction<T>(ReadOnlySpan<T> x, Span<T> y)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>The vector-Jacobian product of such a function.</summary>
/// <param name="x">The argument.</param>
/// <param name="adjoint">The vector from the left; as long as the function's value.</param>
/// <param name="product">Overwritten with adjointᵀ·J; as long as the argument.</param>
public delegate void VectorJacobianFunction<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> adjoint, Span<T> product)
    where T : unmanaged, IFloatingPointIeee754<T>;
