namespace SymbolicGD.RuntimeTests.Programs;

/// <summary>Functions without data, with second-order products.</summary>
public static partial class Functions
{
    [Loss(Order = 2)]
    public static double Rosenbrock([Parameter] ReadOnlySpan<double> x)
    {
        double sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
            sum += 100 * a * a + b * b;
        }

        return sum;
    }

    /// <summary>Two sums and a term of two scalars: the scalars meet each other and every element.</summary>
    [Loss(Order = 2)]
    public static double Chain([Parameter] ReadOnlySpan<double> x, [Parameter] double stiffness, [Parameter] double rest)
    {
        double stretched = 0, bent = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double d = x[i + 1] - x[i] - rest;
            stretched += stiffness * d * d;
        }

        for (int i = 0; i + 2 < x.Length; i++)
        {
            double c = x[i + 2] - 2 * x[i + 1] + x[i];
            bent += Math.Sqrt(1 + c * c);
        }

        return stretched + 0.5 * bent + stiffness * rest;
    }

    /// <summary>Pairs named by data: a graph.</summary>
    [Loss(Order = 2)]
    public static double Graph([Parameter] ReadOnlySpan<double> x, int from, int to, double length)
    {
        double d = Math.Sqrt(1 + (x[from] - x[to]) * (x[from] - x[to])) - length;
        return d > 0 ? d * d : d * d * d;
    }

    /// <summary>One sum inside a square: every element meets every other.</summary>
    [Loss(Order = 2)]
    public static double Product([Parameter] ReadOnlySpan<double> x)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * x[i];
        return sum * sum;
    }

    /// <summary>A sum that is read while it grows, and the largest element so far.</summary>
    [Loss(Order = 2)]
    public static double Running([Parameter] ReadOnlySpan<double> x)
    {
        double total = 0, most = -1, sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            total += x[i];
            most = Math.Max(most, x[i]);
            sum += total * total * most;
        }

        return sum;
    }

    /// <summary>Sums over the elements of a matrix, over its rows, and over what lies below its diagonal.</summary>
    [Loss(Order = 2)]
    public static double Penalties([Parameter, Shape("rows", "columns")] ReadOnlyMatrix<double> w, [Parameter, Shape("triangle")] ReadOnlySpan<double> below)
    {
        int rows = w.Rows, columns = w.Columns;
        double sum = 0, norms = 0;
        for (int k = 0; k < rows; k++)
        {
            for (int j = 0; j < columns; j++) sum += Math.Exp(w[k, j]) * w[k, j];
        }

        for (int k = 0; k < rows; k++)
        {
            double squares = 1;
            for (int j = 0; j < columns; j++) squares += w[k, j] * w[k, j];
            norms += Math.Sqrt(squares);
        }

        for (int i = 0; i < rows; i++)
        {
            double dot = w[i, 0];
            for (int j = 0; j < i; j++) dot += below[j * (2 * rows - j - 1) / 2 + i - j - 1] * w[j, 0];
            norms += dot * dot;
        }

        return sum + norms;
    }

    /// <summary>Logistic regression: rows that stream from memory.</summary>
    [Loss]
    public static float LinearLogistic([Parameter, Shape("features")] ReadOnlySpan<float> w, [Parameter] float bias, [Shape("features")] ReadOnlySpan<float> x, float y)
    {
        float z = bias;
        for (int j = 0; j < x.Length; j++) z += w[j] * x[j];
        return Sym.Softplus(z) - y * z;
    }
}
