using SymbolicGD;

namespace GradBench.Losses;

/// <summary>The functions of the evals <c>hello</c>, <c>lse</c> and <c>llsq</c>.</summary>
internal static partial class Elementary
{
    /// <summary>x².</summary>
    [Loss]
    internal static double Square([Parameter] double x) => x * x;

    /// <summary>log Σ exp xᵢ, as one writes it down: the compiler makes it stable.</summary>
    [Loss]
    internal static double LogSumExp([Parameter] ReadOnlySpan<double> x)
    {
        double sum = 0;
        foreach (double value in x) sum += Math.Exp(value);
        return Math.Log(sum);
    }

    /// <summary>½ (sign t − Σ xⱼ tʲ)² at the i-th of n equidistant points t from −1 to 1.</summary>
    [Loss(Reduction = Reduction.Sum)]
    internal static double SignPolynomial([Parameter] ReadOnlySpan<double> x, [Example] int i, [Count] int n)
    {
        double t = -1 + i * 2.0 / (n - 1);
        double residual = Math.Sign(t), power = 1;
        foreach (double coefficient in x)
        {
            residual -= coefficient * power;
            power *= t;
        }

        return 0.5 * residual * residual;
    }
}
