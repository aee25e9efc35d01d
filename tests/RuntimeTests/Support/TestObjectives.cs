using System.Numerics;

namespace SymbolicGD.RuntimeTests;

/// <summary>Σᵢ 100·(x[i+1] − x[i]²)² + (1 − x[i])².</summary>
internal sealed class Rosenbrock(int n) : HostObjective<double>(new ParameterLayout(("x", [n])), 0), ITwiceDifferentiable<double>
{
    protected override double ValueCore(ReadOnlySpan<double> x, Span<double> workspace)
    {
        double sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double a = x[i + 1] - (x[i] * x[i]), b = 1 - x[i];
            sum += (100 * a * a) + (b * b);
        }

        return sum;
    }

    protected override double GradientCore(ReadOnlySpan<double> x, Span<double> gradient, Span<double> workspace)
    {
        gradient.Clear();
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double a = x[i + 1] - (x[i] * x[i]), b = 1 - x[i];
            gradient[i] += (-400 * a * x[i]) - (2 * b);
            gradient[i + 1] += 200 * a;
        }

        return ValueCore(x, workspace);
    }

    protected override void HessianVectorProductCore(ReadOnlySpan<double> x, ReadOnlySpan<double> d, Span<double> product, Span<double> workspace)
    {
        product.Clear();
        for (int i = 0; i + 1 < x.Length; i++)
        {
            product[i] += (((1200 * x[i] * x[i]) - (400 * x[i + 1]) + 2) * d[i]) - (400 * x[i] * d[i + 1]);
            product[i + 1] += (200 * d[i + 1]) - (400 * x[i] * d[i]);
        }
    }

    protected override void RecordHessianCliques(HessianCliques cliques)
    {
        for (int i = 0; i + 1 < cliques.Length; i++)
        {
            cliques.AddRange(i, 2);
            cliques.Close();
        }
    }
}

/// <summary>A function and its gradient, given as delegates; Hessian-vector products are differences of gradients.</summary>
internal sealed class Function<T>(int n, Func<T[], T> value, Func<T[], T[]> gradient)
    : HostObjective<T>(new ParameterLayout(("x", [n])), 0), ITwiceDifferentiable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override T ValueCore(ReadOnlySpan<T> x, Span<T> workspace) => value(x.ToArray());

    protected override T GradientCore(ReadOnlySpan<T> x, Span<T> result, Span<T> workspace)
    {
        gradient(x.ToArray()).CopyTo(result);
        return value(x.ToArray());
    }

    protected override void HessianVectorProductCore(ReadOnlySpan<T> x, ReadOnlySpan<T> d, Span<T> product, Span<T> workspace)
    {
        T h = T.Cbrt(T.BitIncrement(T.One) - T.One), length = T.Zero, size = T.Zero;
        for (int i = 0; i < n; i++)
        {
            length = T.Max(length, T.Abs(d[i]));
            size = T.Max(size, T.Abs(x[i]));
        }

        h *= T.Max(size, h) / length;
        T[] ahead = x.ToArray(), behind = x.ToArray();
        for (int i = 0; i < n; i++)
        {
            ahead[i] += h * d[i];
            behind[i] -= h * d[i];
        }

        T[] after = gradient(ahead), before = gradient(behind);
        for (int i = 0; i < n; i++)
        {
            product[i] = (after[i] - before[i]) / (h + h);
        }
    }
}

/// <summary>½·(w·x + b − y)² over examples: parameters w (d values) and b. Predictions pass through the workspace on purpose.</summary>
internal class LeastSquares<T>(T[] x, T[] y, Reduction reduction = Reduction.Mean)
    : ExampleObjective<T>(new ParameterLayout(("w", [x.Length / y.Length]), ("b", [])), y.Length, y.Length, reduction), ITwiceDifferentiable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Data with a known plane and a little noise.</summary>
    public static LeastSquares<T> Create(int n, int d, int seed, double noise = 0.1, Reduction reduction = Reduction.Mean)
    {
        var random = new Xoshiro256((ulong)seed);
        var x = new T[n * d];
        var y = new T[n];
        for (int i = 0; i < n; i++)
        {
            double sum = 0.5 + (noise * random.NextNormal());
            for (int j = 0; j < d; j++)
            {
                double v = random.NextNormal();
                x[(i * d) + j] = T.CreateChecked(v);
                sum += v * (j + 1);
            }

            y[i] = T.CreateChecked(sum);
        }

        return new LeastSquares<T>(x, y, reduction);
    }

    protected override T SumCore(ReadOnlySpan<T> parameters, ExampleRows rows, Span<T> workspace)
    {
        T sum = T.Zero;
        for (int k = 0; k < rows.Count; k++)
        {
            T e = workspace[k] = Error(parameters, rows[k]);
            sum += e * e / (T.One + T.One);
        }

        return sum;
    }

    protected override T AddGradientCore(ReadOnlySpan<T> parameters, ExampleRows rows, T weight, Span<T> gradient, Span<T> workspace)
    {
        T sum = SumCore(parameters, rows, workspace);
        int d = parameters.Length - 1;
        for (int k = 0; k < rows.Count; k++)
        {
            for (int j = 0; j < d; j++)
            {
                gradient[j] += weight * workspace[k] * x[(rows[k] * d) + j];
            }

            gradient[d] += weight * workspace[k];
        }

        return sum;
    }

    protected override void AddHessianVectorProductCore(
        ReadOnlySpan<T> parameters, ExampleRows rows, T weight, ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace)
    {
        int d = direction.Length - 1;
        for (int k = 0; k < rows.Count; k++)
        {
            int i = rows[k];
            T change = direction[d];
            for (int j = 0; j < d; j++)
            {
                change += direction[j] * x[(i * d) + j];
            }

            for (int j = 0; j < d; j++)
            {
                product[j] += weight * change * x[(i * d) + j];
            }

            product[d] += weight * change;
        }
    }

    private T Error(ReadOnlySpan<T> parameters, int i)
    {
        int d = parameters.Length - 1;
        T sum = parameters[d] - y[i];
        for (int j = 0; j < d; j++)
        {
            sum += parameters[j] * x[(i * d) + j];
        }

        return sum;
    }
}
