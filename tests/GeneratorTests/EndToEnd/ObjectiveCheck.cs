using System.Globalization;
using System.Numerics;
using System.Reflection;
using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>A generated objective against dual numbers on the captured loss: over all examples and over a shuffled batch.</summary>
internal static class ObjectiveCheck
{
    private const double SingleBound = 2e-4;

    public static void Run(Assembly assembly, LossSpec spec, int extent, int examples)
    {
        Function loss = spec.Function;
        bool hasExamples = loss.Arguments.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Example or ArgumentRole.Count);
        int n = hasExamples ? examples : 0;
        IrInputs inputs = RandomInputs.OfSize(loss, seed: (extent * 100) + examples, extent, n) with { Seed = spec.IsMean && hasExamples ? 1.0 / examples : 1 };
        inputs = inputs.WithDirection(loss, extent + examples);
        string type = string.Join(".", new[] { spec.Namespace, string.Join("+", spec.ContainingTypes.Select(t => t.Name)) }.Where(p => p.Length > 0)) + "+" + spec.ClassName;
        object objective = Create(assembly.GetType(type)!, loss, inputs);
        if (loss.Real == ScalarType.F64) Check<double>(objective, spec, inputs, Equivalence.Bound);
        else Check<float>(objective, spec, inputs, SingleBound);
    }

    private static void Check<T>(object objective, LossSpec spec, IrInputs inputs, double bound)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var host = (HostObjective<T>)objective;
        Compare("all examples", spec, inputs, host.Gradient, host.Value);
        Assert.Equal(spec.Order >= 2, host.HasSecondOrder);
        if (host.HasSecondOrder)
        {
            CompareProducts("all examples", inputs, host.HessianVectorProduct);
            CompareAlong(inputs, host.DirectionalDerivative);
            CompareHessians();
        }

        if (objective is not ExampleObjective<T> example) return;
        CompareExampleGradients();
        if (objective is ResidualObjective<T> residual) CompareResiduals(residual, spec.Residual!);

        // Every other example, backwards, one of them twice: the batch as a data set of its own must give the same.
        int[] batch = [.. Enumerable.Range(0, inputs.ExampleCount).Where(e => e % 2 == 0).Reverse(), 0];
        double[][] selected = spec.Function.Arguments.Select((a, k) => a.Role != ArgumentRole.Data ? inputs.Arguments[k]
            : batch.SelectMany(e => inputs.Arguments[k].Skip(e * (a.LengthAt(inputs.Extents))).Take(a.LengthAt(inputs.Extents))).ToArray()).ToArray();
        IrInputs subset = inputs with { Arguments = selected, ExampleCount = batch.Length, Seed = spec.IsMean ? 1.0 / batch.Length : 1 };
        Compare("a batch", spec, subset, (p, g) => example.Gradient(p, batch, g), p => example.Value(p, batch));
        if (host.HasSecondOrder) CompareProducts("a batch", subset, (p, d, product) => example.HessianVectorProduct(p, batch, d, product));

        // One example after the other, each a data set of its own.
        IrInputs Only(int e) => inputs with
        {
            Arguments = spec.Function.Arguments.Select((a, k) => a.Role != ArgumentRole.Data ? inputs.Arguments[k]
                : inputs.Arguments[k].AsSpan(e * a.LengthAt(inputs.Extents), a.LengthAt(inputs.Extents)).ToArray()).ToArray(),
            ExampleCount = 1,
            Seed = 1,
        };

        void CompareExampleGradients()
        {
            if (spec.Function.Arguments.Any(a => a.Role is ArgumentRole.Example or ArgumentRole.Count)) return;
            for (int e = 0; e < inputs.ExampleCount; e += 3)
            {
                DualOutcome expected = IrInterpreter.Differentiate(spec.Function, Only(e), roundSingle: false);
                var gradient = new T[expected.Gradient.Length];
                double value = double.CreateChecked(example.ExampleGradient(Flat(inputs.Arguments), e, gradient));
                Assert.True(Math.Abs(value - expected.Value) <= bound * (1 + Math.Abs(expected.Value) + expected.Magnitude.Sum()), Text($"example {e}: the value is {value} instead of {expected.Value}"));
                Near($"example {e}: gradient", gradient, expected);
            }
        }

        void CompareResiduals(ResidualObjective<T> residual, ResidualSpec functions)
        {
            int m = residual.ResidualsPerExample;
            Assert.Equal(functions.Extent < 0 ? 1 : inputs.Extents[functions.Extent], m);
            T[] at = Flat(inputs.Arguments), residuals = new T[residual.ResidualCount], jacobian = new T[residual.ResidualCount * at.Length];
            residual.Residuals(at, residuals);
            residual.Jacobian(at, jacobian);
            for (int e = 0; e < inputs.ExampleCount; e += 3)
            {
                for (int k = 0; k < m; k++)
                {
                    DualOutcome expected = IrInterpreter.Differentiate(functions.One, Only(e) with { Output = k }, roundSingle: false);
                    double actual = double.CreateChecked(residuals[(e * m) + k]);
                    Assert.True(Math.Abs(actual - expected.Value) <= bound * (1 + expected.Magnitude.Sum()), Text($"residual {k} of example {e} is {actual} instead of {expected.Value}"));
                    Near($"row {k} of example {e}", jacobian.AsSpan(((e * m) + k) * at.Length, at.Length).ToArray(), expected);
                }
            }

            T half = T.One / (T.One + T.One);
            T value = residual.Value(at), sum = half * residuals.Aggregate(T.Zero, (s, r) => s + (r * r));
            Assert.True(Math.Abs(double.CreateChecked(value - sum)) <= 100 * bound * (1 + double.CreateChecked(sum)), Text($"½·Σ r² is {sum}, the value {value}"));
            SparseMatrix<T> sparse = residual.SparseJacobian(at);
            for (int i = 0; i < residual.ResidualCount; i++)
            {
                for (int p = 0; p < at.Length; p++) Assert.Equal(jacobian[(i * at.Length) + p], sparse[i, p]);
            }
        }

        void Near(string what, T[] actual, DualOutcome expected)
        {
            for (int k = 0; k < actual.Length; k++)
            {
                double a = double.CreateChecked(actual[k]);
                Assert.True(Math.Abs(a - expected.Gradient[k]) <= bound * Math.Max(expected.Magnitude[k], 1e-12), Text($"{what}, element {k} is {a} instead of {expected.Gradient[k]}"));
            }
        }

        void CompareProducts(string what, IrInputs at, ProductOf<T> productOf)
        {
            DualOutcome expected = IrInterpreter.DifferentiateTwice(spec.Function, at, roundSingle: false);
            var product = new T[expected.Gradient.Length];
            Array.Fill(product, T.CreateChecked(17));
            productOf(Flat(at.Arguments), Flat(at.Direction), product);
            for (int k = 0; k < product.Length; k++)
            {
                double actual = double.CreateChecked(product[k]);
                Assert.True(Math.Abs(actual - expected.Gradient[k]) <= bound * Math.Max(expected.Magnitude[k], 1e-12), Text($"{what}: product[{k}] is {actual} instead of {expected.Gradient[k]}"));
            }
        }

        // Where the pattern leaves out what is not zero, the two differ.
        void CompareHessians()
        {
            int size = host.Layout.Length;
            if (size > 100) return;
            T[] at = Flat(inputs.Arguments), dense = new T[size * size];
            host.Hessian(at, dense);
            SparseMatrix<T> sparse = host.SparseHessian(at);
            double scale = dense.Select(h => Math.Abs(double.CreateChecked(h))).DefaultIfEmpty(0).Max();
            for (int i = 0; i < dense.Length; i++)
            {
                double difference = Math.Abs(double.CreateChecked(dense[i] - sparse[i / size, i % size]));
                Assert.True(difference <= 100 * bound * (1 + scale), Text($"the sparse Hessian has {sparse[i / size, i % size]} at ({i / size}, {i % size}), the dense one {dense[i]}"));
            }
        }

        void CompareAlong(IrInputs at, AlongOf<T> alongOf)
        {
            DualOutcome gradient = IrInterpreter.Differentiate(spec.Function, at, roundSingle: false);
            double[] direction = [.. at.Direction.SelectMany(d => d)];
            double expected = gradient.Gradient.Zip(direction, (g, d) => g * d).Sum(), scale = gradient.Magnitude.Zip(direction, (g, d) => g * Math.Abs(d)).Sum();
            double actual = double.CreateChecked(alongOf(Flat(at.Arguments), Flat(at.Direction)));
            Assert.True(Math.Abs(actual - expected) <= bound * Math.Max(scale, 1e-12), Text($"the derivative along the direction is {actual} instead of {expected}"));
        }

        T[] Flat(double[][] values) => spec.Function.Arguments.Select((a, k) => (a, k)).Where(p => p.a.Role == ArgumentRole.Parameter)
            .SelectMany(p => values[p.k]).Select(T.CreateChecked).ToArray();

        void Compare(string what, LossSpec loss, IrInputs at, GradientOf<T> gradientOf, ValueOf<T> valueOf)
        {
            DualOutcome expected = IrInterpreter.Differentiate(loss.Function, at, roundSingle: false);
            T[] parameters = Flat(at.Arguments);
            var gradient = new T[parameters.Length];
            Array.Fill(gradient, T.CreateChecked(17));
            double weight = at.ExampleCount > 0 ? at.Seed : 1;
            double scale = 1 + Math.Abs(weight * expected.Value) + expected.Magnitude.Sum();
            double fused = double.CreateChecked(gradientOf(parameters, gradient)), alone = double.CreateChecked(valueOf(parameters));
            Assert.True(Math.Abs(fused - (weight * expected.Value)) <= bound * scale, Text($"{what}: the value is {fused} instead of {weight * expected.Value}"));
            Assert.True(Math.Abs(alone - (weight * expected.Value)) <= bound * scale, Text($"{what}: Value gives {alone} instead of {weight * expected.Value}"));
            for (int k = 0; k < gradient.Length; k++)
            {
                double actual = double.CreateChecked(gradient[k]);
                Assert.True(Math.Abs(actual - expected.Gradient[k]) <= bound * Math.Max(expected.Magnitude[k], 1e-12), Text($"{what}: gradient[{k}] is {actual} instead of {expected.Gradient[k]}"));
            }
        }

        string Text(FormattableString message) => spec.Method + ", " + message.ToString(CultureInfo.InvariantCulture);
    }

    private delegate T GradientOf<T>(ReadOnlySpan<T> parameters, Span<T> gradient);

    private delegate void ProductOf<T>(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product);

    private delegate T AlongOf<T>(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction);

    private delegate T ValueOf<T>(ReadOnlySpan<T> parameters);

    private static object Create(Type type, Function loss, IrInputs inputs)
    {
        ConstructorInfo constructor = Assert.Single(type.GetConstructors());
        return constructor.Invoke(constructor.GetParameters().Select(p => Value(p, loss, inputs)).ToArray());
    }

    private static object Value(ParameterInfo parameter, Function loss, IrInputs inputs)
    {
        int index = loss.Arguments.Items.ToList().FindIndex(a => a.Name == parameter.Name && a.Role is ArgumentRole.Data or ArgumentRole.Constant && a.Name == parameter.Name);
        if (index < 0)
        {
            int extent = loss.Extents.Items.ToList().FindIndex(e => e.Name == parameter.Name || e.Name + "Extent" == parameter.Name);
            return extent >= 0 ? inputs.Extents[extent] : inputs.ExampleCount;
        }

        double[] values = inputs.Arguments[index];
        Type type = parameter.ParameterType;
        if (type == typeof(ReadOnlyMemory<double>)) return new ReadOnlyMemory<double>(values);
        if (type == typeof(ReadOnlyMemory<float>)) return new ReadOnlyMemory<float>(values.Select(v => (float)v).ToArray());
        if (type == typeof(ReadOnlyMemory<int>)) return new ReadOnlyMemory<int>(values.Select(v => (int)v).ToArray());
        if (type == typeof(MatrixMemory<double>)) return Matrix(values);
        if (type == typeof(MatrixMemory<float>)) return Matrix(values.Select(v => (float)v).ToArray());
        return Convert.ChangeType(values[0], type, CultureInfo.InvariantCulture);

        MatrixMemory<T> Matrix<T>(T[] elements) =>
            new(elements, inputs.Extents[loss.Arguments[index].Extent], inputs.Extents[loss.Arguments[index].Columns]);
    }
}
