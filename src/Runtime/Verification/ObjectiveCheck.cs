using System.Numerics;

namespace SymbolicGD;

/// <summary>The comparisons of one objective at one point.</summary>
internal sealed class ObjectiveCheck<T>(IObjective<T> objective, T[] point, int[] chosen, double tolerance, int seed)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // A derivative whose effect, over the parameter's own magnitude, is this much smaller than that of the strongest need not be known to a digit.
    private const double Insignificance = 1e-3;

    private readonly double[] scales = Scales(objective.Layout, point);

    public IEnumerable<GradientCheckEntry> Gradient()
    {
        using VectorHandle<T> x = objective.CreateVector(), g = objective.CreateVector();
        x.CopyFrom(point);
        objective.Gradient(x, g);
        T[] analytic = Host(g), moved = [.. point];
        double strongest = Strongest(analytic);
        var differences = new Differences<T>(1);
        foreach (int i in chosen)
        {
            differences.Run(
                (step, values) =>
                {
                    moved[i] = point[i] + T.CreateChecked(step);
                    x.CopyFrom(moved);
                    moved[i] = point[i];
                    values[0] = objective.Value(x);
                },
                scales[i]);
            yield return Compare(
                CheckedDerivative.Gradient, objective.Layout.NameOf(i), i, analytic[i], differences.Values[0], differences.Errors[0],
                Insignificance * strongest / scales[i]);
        }
    }

    /// <summary>H·d for one direction d of random signs, as long in each parameter as the parameter itself.</summary>
    public IEnumerable<GradientCheckEntry> HessianVectorProduct(ITwiceDifferentiable<T> twice)
    {
        var random = new Xoshiro256((ulong)seed);
        T[] direction = new T[point.Length], moved = new T[point.Length], gradient = new T[point.Length];
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = T.CreateChecked(Math.CopySign(Differences<T>.PowerOfTwo(scales[i]), random.NextNormal()));
        }

        using VectorHandle<T> x = objective.CreateVector(), d = objective.CreateVector(), product = objective.CreateVector();
        x.CopyFrom(point);
        d.CopyFrom(direction);
        twice.HessianVectorProduct(x, d, product);
        T[] analytic = Host(product);
        double strongest = Strongest(analytic);
        var differences = new Differences<T>(chosen.Length);
        differences.Run(
            (step, values) =>
            {
                for (int i = 0; i < moved.Length; i++)
                {
                    moved[i] = point[i] + (T.CreateChecked(step) * direction[i]);
                }

                x.CopyFrom(moved);
                objective.Gradient(x, product);
                product.CopyTo(gradient);
                for (int k = 0; k < chosen.Length; k++)
                {
                    values[k] = gradient[chosen[k]];
                }
            },
            1);
        for (int k = 0; k < chosen.Length; k++)
        {
            int i = chosen[k];
            yield return Compare(
                CheckedDerivative.HessianVectorProduct, objective.Layout.NameOf(i), i, analytic[i], differences.Values[k], differences.Errors[k],
                Insignificance * strongest / scales[i]);
        }
    }

    /// <summary>Every element of the Jacobian; reported is the worst of each column.</summary>
    public IEnumerable<GradientCheckEntry> Jacobian(ResidualObjective<T> residuals)
    {
        SparseMatrix<T> jacobian = residuals.SparseJacobian(point);
        T[] moved = [.. point];
        var differences = new Differences<T>(residuals.ResidualCount);
        foreach (int i in chosen)
        {
            differences.Run(
                (step, values) =>
                {
                    moved[i] = point[i] + T.CreateChecked(step);
                    residuals.Residuals(moved, values);
                    moved[i] = point[i];
                },
                scales[i]);
            double strongest = 0;
            for (int row = 0; row < residuals.ResidualCount; row++)
            {
                strongest = Math.Max(strongest, Math.Abs(double.CreateSaturating(jacobian[row, i])));
            }

            GradientCheckEntry worst = default;
            for (int row = 0; row < residuals.ResidualCount; row++)
            {
                GradientCheckEntry entry = Compare(
                    CheckedDerivative.Jacobian, "", i, jacobian[row, i], differences.Values[row], differences.Errors[row], Insignificance * strongest);
                if (row == 0 || (entry.Verdict, entry.RelativeError, Math.Abs(entry.Analytic)).CompareTo((worst.Verdict, worst.RelativeError, Math.Abs(worst.Analytic))) > 0)
                {
                    worst = entry with { Name = $"{objective.Layout.NameOf(i)} of residual {row}" };
                }
            }

            yield return worst;
        }
    }

    // The magnitude of each parameter, or, where it is zero, a part of the largest of its block.
    private static double[] Scales(ParameterLayout layout, T[] point)
    {
        var scales = new double[point.Length];
        foreach (ParameterBlock block in layout.Blocks)
        {
            double largest = block.Length == 0 ? 0 : GradientCheck.Largest<T>(point.AsSpan(block.Offset, block.Length));
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
            {
                scales[i] = GradientCheck.ScaleOf(point[i], largest);
            }
        }

        return scales;
    }

    private static T[] Host(VectorHandle<T> vector)
    {
        var host = new T[vector.Length];
        vector.CopyTo(host);
        return host;
    }

    private double Strongest(T[] derivatives)
    {
        double strongest = 0;
        for (int i = 0; i < derivatives.Length; i++)
        {
            strongest = Math.Max(strongest, Math.Abs(double.CreateSaturating(derivatives[i])) * scales[i]);
        }

        return strongest;
    }

    private GradientCheckEntry Compare(CheckedDerivative kind, string name, int index, T analytic, double numeric, double uncertainty, double insignificant) =>
        GradientCheck.Compare(kind, name, index, double.CreateSaturating(analytic), numeric, uncertainty, insignificant, tolerance);
}
