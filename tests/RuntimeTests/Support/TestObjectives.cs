using System.Numerics;

namespace SymbolicGD.RuntimeTests;

/// <summary>Σᵢ 100·(x[i+1] − x[i]²)² + (1 − x[i])².</summary>
internal sealed class Rosenbrock(int n) : HostObjective<double>(new ParameterLayout(("x", [n])), 0)
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
}

/// <summary>A function and its gradient, given as delegates.</summary>
internal sealed class Function<T>(int n, Func<T[], T> value, Func<T[], T[]> gradient) : HostObjective<T>(new ParameterLayout(("x", [n])), 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override T ValueCore(ReadOnlySpan<T> x, Span<T> workspace) => value(x.ToArray());

    protected override T GradientCore(ReadOnlySpan<T> x, Span<T> result, Span<T> workspace)
    {
        gradient(x.ToArray()).CopyTo(result);
        return value(x.ToArray());
    }
}

/// <summary>½·(w·x + b − y)² over examples: parameters w (d values) and b. Predictions pass through the workspace on purpose.</summary>
internal class LeastSquares<T>(T[] x, T[] y, Reduction reduction = Reduction.Mean)
    : ExampleObjective<T>(new ParameterLayout(("w", [x.Length / y.Length]), ("b", [])), y.Length, y.Length, reduction)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] all = Enumerable.Range(0, y.Length).ToArray();

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

    protected override T ValueCore(ReadOnlySpan<T> parameters, Span<T> workspace) => ValueCore(parameters, all, workspace);

    protected override T GradientCore(ReadOnlySpan<T> parameters, Span<T> gradient, Span<T> workspace) =>
        GradientCore(parameters, all, gradient, workspace);

    protected override T ValueCore(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> workspace)
    {
        T sum = T.Zero;
        for (int k = 0; k < batch.Length; k++)
        {
            T e = workspace[k] = Error(parameters, batch[k]);
            sum += e * e / (T.One + T.One);
        }

        return Reduction == Reduction.Sum ? sum : sum / T.CreateChecked(batch.Length);
    }

    protected override T GradientCore(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradient, Span<T> workspace)
    {
        T value = ValueCore(parameters, batch, workspace);
        int d = parameters.Length - 1;
        T weight = Reduction == Reduction.Sum ? T.One : T.One / T.CreateChecked(batch.Length);
        gradient.Clear();
        for (int k = 0; k < batch.Length; k++)
        {
            for (int j = 0; j < d; j++)
            {
                gradient[j] += weight * workspace[k] * x[(batch[k] * d) + j];
            }

            gradient[d] += weight * workspace[k];
        }

        return value;
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
