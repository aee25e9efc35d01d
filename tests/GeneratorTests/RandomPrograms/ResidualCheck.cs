using System.Globalization;
using System.Numerics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Support;
using Xunit.Sdk;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Compares the residuals of a program, the rows of their Jacobian and the products with it.</summary>
internal static class ResidualCheck
{
    /// <summary>What is computed for JᵀJ at most.</summary>
    private const long MaxProducts = 20_000_000;

    /// <summary>The row of the Jacobian of each residual against dual numbers, and the sum of r·row against the gradient of ½·Σ r².</summary>
    /// <param name="gradient">That gradient by dual numbers, weighed.</param>
    public static void Stages(LossSpec spec, IrInputs inputs, DualOutcome gradient, double bound, out string stage)
    {
        ResidualSpec residual = spec.Residual!;
        stage = "Residuals";
        Function values = OptimizeStage.Run(Normal(residual.Values), spec.IsFast), one = Normal(residual.One);
        Function row = DifferentiateStage.ExampleGradient(one), optimized = OptimizeStage.Run(row, spec.IsFast);
        IrVerifier.Verify(values);
        int count = Count(spec, inputs);
        bool isWhole = !HasPlace(spec);
        var sum = new double[gradient.Gradient.Length];
        var scale = new double[sum.Length];
        for (int e = 0; e < inputs.ExampleCount; e++)
        {
            IrInputs only = inputs.Only(spec.Function, e);
            double[] stored = IrInterpreter.Run(values, only, roundSingle: false).Output;
            for (int k = 0; k < count; k++)
            {
                stage = "Row of the Jacobian";
                IrInputs at = only with { Output = k };
                DualOutcome expected = IrInterpreter.Differentiate(residual.One, at, roundSingle: false);
                if (!expected.IsFinite)
                {
                    isWhole = false;
                    continue;
                }

                double near = bound * (1 + Math.Abs(expected.Value) + expected.Magnitude.Sum());
                if (!(Math.Abs(stored[k] - expected.Value) <= near)) throw new XunitException($"residual {k} of example {e} is {Text(stored[k])} instead of {Text(expected.Value)}\n{IrPrinter.Print(values)}");
                Equivalence.CheckGradient(residual.One, expected, row, at, bound);
                stage = "Optimize after row of the Jacobian";
                Equivalence.CheckGradient(residual.One, expected, optimized, at, bound);
                double[] actual = IrInterpreter.Run(optimized, at, roundSingle: false).Gradient;
                for (int p = 0; p < sum.Length; p++)
                {
                    sum[p] += inputs.Seed * stored[k] * actual[p];
                    scale[p] += inputs.Seed * (1 + Math.Abs(stored[k])) * expected.Magnitude[p];
                }
            }
        }

        stage = "Jᵀr";
        for (int p = 0; isWhole && p < sum.Length; p++)
        {
            double near = 10 * bound * Math.Max(scale[p], gradient.Magnitude[p]);
            if (!(Math.Abs(sum[p] - gradient.Gradient[p]) <= near)) throw new XunitException($"Jᵀr[{p}] is {Text(sum[p])}, the gradient {Text(gradient.Gradient[p])}");
        }

        Function Normal(Function function) => OptimizeStage.Normalize(ConditionStage.Run(IrVerifier.Verify(function), spec.Stabilize).Function, spec.IsFast);
    }

    /// <summary>Residuals and Jacobian of a generated objective against dual numbers, and what is made of them against the Jacobian.</summary>
    /// <param name="isWanted">Which elements of the parameters to compare.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Compiled<T>(ResidualObjective<T> objective, LossSpec spec, IrInputs inputs, double bound, Func<int, int, bool> isWanted)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = objective.ResidualsPerExample, rows = objective.ResidualCount, n = objective.Layout.Length;
        if (m != Count(spec, inputs) || rows != m * inputs.ExampleCount) return $"{rows} residuals, {m} per example, instead of {Count(spec, inputs)} for each of {inputs.ExampleCount}";
        T[] at = GeneratedObjective.Flat<T>(spec, inputs.Arguments), residuals = new T[rows], jacobian = new T[rows * n];
        Array.Fill(residuals, T.CreateChecked(17));
        Array.Fill(jacobian, T.CreateChecked(17));
        objective.Residuals(at, residuals);
        objective.Jacobian(at, jacobian);
        if (!HasPlace(spec) && CompareRows() is { } wrong) return wrong;
        if (!Array.TrueForAll(jacobian, T.IsFinite)) return null;
        double[] r = [.. residuals.Select(double.CreateChecked)], j = [.. jacobian.Select(double.CreateChecked)];

        var random = new Random(n + rows);
        double[] direction = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5)], weights = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() - 0.5)];
        double[] along = [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, n).Sum(p => j[(i * n) + p] * direction[p]))];
        double[] alongScale = [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, n).Sum(p => Math.Abs(j[(i * n) + p])))];
        T[] d = [.. direction.Select(T.CreateChecked)], u = [.. weights.Select(T.CreateChecked)], product = new T[rows], transposed = new T[n];
        objective.JacobianVectorProduct(at, d, product);
        for (int i = 0; i < rows; i++)
        {
            if (Differs(product[i], along[i], alongScale[i])) return $"(J·d)[{i}] is {product[i]} instead of {Text(along[i])}";
        }

        objective.JacobianTransposedProduct(at, u, transposed);
        if (Columns("(Jᵀ·u)", transposed, weights, null) is { } ofTransposed) return ofTransposed;
        objective.GaussNewtonProduct(at, d, transposed);
        if (Columns("(JᵀJ·d)", transposed, along, alongScale) is { } ofGaussNewton) return ofGaussNewton;
        SparseMatrix<T> sparse = objective.SparseJacobian(at);
        for (int i = 0; i < rows; i++)
        {
            for (int p = 0; p < n; p++)
            {
                if (sparse[i, p] != jacobian[(i * n) + p]) return $"the sparse Jacobian has {sparse[i, p]} at ({i}, {p}), the dense one {jacobian[(i * n) + p]}";
            }
        }

        return (long)rows * n * n <= MaxProducts ? CompareNormalEquations() : null;

        bool Differs(T actual, double expected, double scale) => !(Math.Abs(double.CreateChecked(actual) - expected) <= bound * (1e-6 + scale));

        string? CompareRows()
        {
            foreach (int e in new[] { 0, inputs.ExampleCount - 1 }.Distinct())
            {
                for (int k = 0; k < m; k = k == 0 || m <= 4 ? k + 1 : Math.Max(k + 1, m - 1))
                {
                    DualOutcome expected = IrInterpreter.Differentiate(spec.Residual!.One, inputs.Only(spec.Function, e) with { Output = k }, roundSingle: false, isWanted);
                    if (!expected.IsFinite) continue;
                    int i = (e * m) + k;
                    if (Differs(residuals[i], expected.Value, 1 + Math.Abs(expected.Value) + expected.Magnitude.Sum())) return $"residual {k} of example {e} is {residuals[i]} instead of {Text(expected.Value)}";
                    for (int c = 0; c < expected.Gradient.Length; c++)
                    {
                        int p = expected.Components?[c] ?? c;
                        double actual = double.CreateChecked(jacobian[(i * n) + p]);
                        if (!(Math.Abs(actual - expected.Gradient[c]) <= (bound * expected.Magnitude[c]) + ProgramCheck.Underflow))
                        {
                            return $"Jacobian[{i}, {p}] is {Text(actual)} instead of {Text(expected.Gradient[c])} (magnitude {Text(expected.Magnitude[c])})";
                        }
                    }
                }
            }

            return null;
        }

        string? Columns(string what, T[] actual, double[] by, double[]? scales)
        {
            for (int p = 0; p < n; p++)
            {
                double expected = 0, scale = 0;
                for (int i = 0; i < rows; i++)
                {
                    expected += j[(i * n) + p] * by[i];
                    scale += Math.Abs(j[(i * n) + p]) * (scales is null ? Math.Abs(by[i]) : scales[i]);
                }

                if (Differs(actual[p], expected, scale)) return $"{what}[{p}] is {actual[p]} instead of {Text(expected)}";
            }

            return null;
        }

        string? CompareNormalEquations()
        {
            T[] matrix = new T[n * n], vector = new T[n];
            double value = double.CreateChecked(objective.NormalEquations(at, matrix, vector)), half = r.Sum(x => 0.5 * x * x);
            if (!(Math.Abs(value - half) <= bound * (1 + half))) return $"NormalEquations returns {Text(value)} instead of {Text(half)}";
            if (Columns("(Jᵀr)", vector, r, null) is { } wrong) return wrong;
            for (int a = 0; a < n; a++)
            {
                for (int b = 0; b < n; b++)
                {
                    double expected = 0, scale = 0;
                    for (int i = 0; i < rows; i++)
                    {
                        double term = j[(i * n) + a] * j[(i * n) + b];
                        expected += term;
                        scale += Math.Abs(term);
                    }

                    if (Differs(matrix[(a * n) + b], expected, scale)) return $"(JᵀJ)[{a}, {b}] is {matrix[(a * n) + b]} instead of {Text(expected)}";
                }
            }

            return null;
        }
    }

    private static int Count(LossSpec spec, IrInputs inputs) => spec.Residual!.Extent < 0 ? 1 : inputs.Extents[spec.Residual.Extent];

    /// <summary>Whether a residual depends on where its example lies: alone it is another.</summary>
    private static bool HasPlace(LossSpec spec) => spec.Function.Arguments.Any(a => a.Role is ArgumentRole.Example or ArgumentRole.Count);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
