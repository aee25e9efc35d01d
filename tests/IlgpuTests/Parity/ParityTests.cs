using System.Globalization;
using System.Numerics;
using ILGPU.Runtime;
using Xunit;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>The same loss on the CPU and on a device: value, gradient, product with the Hessian and a step, over all examples and over batches.</summary>
public sealed class ParityTests
{
    public static TheoryData<string> Names => [.. Cases.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_device_computes_what_the_CPU_does(string name)
    {
        using var accelerator = new TestAccelerator();
        Cases.Visit(name, new Comparison(accelerator.Device));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void So_it_does_with_atomic_sums(string name)
    {
        using var accelerator = new TestAccelerator();
        Cases.Visit(name, new Comparison(accelerator.Device, sumMemoryLimit: 0));
    }

#if !REAL_ILGPU
    [Theory]
    [MemberData(nameof(Names))]
    public void So_it_does_with_one_thread_and_with_many(string name)
    {
        foreach (int group in new[] { 1, 64 })
        {
            using var accelerator = new TestAccelerator(group);
            Cases.Visit(name, new Comparison(accelerator.Device));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void So_it_does_where_groups_work_together(string name)
    {
        // CUDA's way: what has products of matrices is done by all groups at once, which wait for each other.
        using var accelerator = new TestAccelerator(8, 3, cuda: true);
        Cases.Visit(name, new Comparison(accelerator.Device));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_two_threads_race(string name)
    {
        using var accelerator = new TestAccelerator(8, findRaces: true);
        Cases.Visit(name, new Comparison(accelerator.Device));
        Cases.Visit(name, new Comparison(accelerator.Device, sumMemoryLimit: 0));
    }
#endif

    /// <summary>Compares all that an objective computes.</summary>
    private sealed class Comparison(Accelerator device, long? sumMemoryLimit = null) : Cases.IVisitor
    {
        public void Examples<T>(ExampleObjective<T> objective, Func<Accelerator, DeviceExampleObjective<T>> on, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            using DeviceExampleObjective<T> onDevice = on(device);
            if (sumMemoryLimit is { } limit) onDevice.SumMemoryLimit = limit;
            Compare(objective, onDevice, point);
            foreach (int length in new[] { 1, 33 })
            {
                var random = new Random(length);
                int[] batch = Cases.Draw(length, () => random.Next(objective.ExampleCount));
                var expected = new T[point.Length];
                var found = new T[point.Length];
                T value = objective.Gradient(point, batch, expected);
                using VectorHandle<T> at = onDevice.CreateVector(), gradient = onDevice.CreateVector();
                at.CopyFrom(point);
                Same($"value over {length}", [value], [onDevice.Value(at, batch)]);
                Same($"value with the gradient over {length}", [value], [onDevice.Gradient(at, batch, gradient)]);
                gradient.CopyTo(found);
                Same($"gradient over {length}", expected, found);
                Step(objective, onDevice, point, batch);
            }

            // Batches leave nothing behind.
            Compare(objective, onDevice, point);
            Assert.Equal(objective is ResidualObjective<T>, onDevice is DeviceResidualObjective<T>);
            if (objective is ResidualObjective<T> residuals) CompareResiduals(residuals, (DeviceResidualObjective<T>)onDevice, point);
        }

        public void Function<T>(HostObjective<T> objective, Func<Accelerator, DeviceObjective<T>> on, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            using DeviceObjective<T> onDevice = on(device);
            Compare(objective, onDevice, point);
        }

        private static void Compare<T>(HostObjective<T> objective, DeviceObjective<T> onDevice, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] expected = new T[point.Length], found = new T[point.Length], direction = [.. point.Select((_, i) => T.CreateChecked(Math.Sin(i + 1)))];
            T value = objective.Gradient(point, expected);
            Assert.True(T.IsFinite(value), $"the point is not a sensible one: the value is {value}");
            Same("value", [value], [onDevice.Value(point)]);
            Same("value with the gradient", [value], [onDevice.Gradient(point, found)]);
            Same("gradient", expected, found);
            Assert.Equal(objective.HasSecondOrder, onDevice.HasSecondOrder);
            if (objective.HasSecondOrder)
            {
                objective.HessianVectorProduct(point, direction, expected);
                onDevice.HessianVectorProduct(point, direction, found);
                Same("product", expected, found);
            }

            Step(objective, onDevice, point, []);
        }

        /// <summary>The residuals and the products with their Jacobian, over spans and over vectors that lie on the device.</summary>
        private static void CompareResiduals<T>(ResidualObjective<T> objective, DeviceResidualObjective<T> onDevice, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            int n = objective.ResidualCount;
            Assert.Equal((objective.ResidualsPerExample, n), (onDevice.ResidualsPerExample, onDevice.ResidualCount));
            T[] direction = [.. point.Select((_, i) => T.CreateChecked(Math.Sin(i + 1)))], vector = [.. Enumerable.Range(0, n).Select(i => T.CreateChecked(Math.Cos(i + 1)))];
            T[] r = Filled(n), along = Filled(n), transposed = Filled(point.Length), square = Filled(point.Length), expected = new T[n], ofParameters = new T[point.Length];
            onDevice.Residuals(point, r);
            objective.Residuals(point, expected);
            Same("residuals", expected, r);
            onDevice.JacobianVectorProduct(point, direction, along);
            objective.JacobianVectorProduct(point, direction, expected);
            Same("J·v", expected, along);
            onDevice.JacobianTransposedProduct(point, vector, transposed);
            objective.JacobianTransposedProduct(point, vector, ofParameters);
            Same("Jᵀ·u", ofParameters, transposed);
            onDevice.GaussNewtonProduct(point, direction, square);
            objective.GaussNewtonProduct(point, direction, ofParameters);
            Same("JᵀJ·v", ofParameters, square);

            // Jᵀ·r is the gradient; J is the transpose of Jᵀ.
            using VectorHandle<T> at = Put(point), v = Put(direction), u = Put(vector), jv = Put(Filled(n)), ju = Put(Filled(point.Length)), residuals = Put(Filled(n));
            onDevice.JacobianVectorProduct(at, v, jv);
            onDevice.JacobianTransposedProduct(at, u, ju);
            T scale = jv.Norm() * u.Norm();
            Same("⟨J·v, u⟩", [jv.Dot(u), scale], [v.Dot(ju), scale]);
            onDevice.Residuals(at, residuals);
            onDevice.JacobianTransposedProduct(at, residuals, ju);
            ju.CopyTo(transposed);
            onDevice.Gradient(point, ofParameters);
            Same("Jᵀ·r", ofParameters, transposed);
            onDevice.GaussNewtonProduct(at, v, ju);
            ju.CopyTo(transposed);
            Same("JᵀJ·v", square, transposed);

            VectorHandle<T> Put(T[] values)
            {
                VectorHandle<T> result = onDevice.CreateVector(values.Length);
                result.CopyFrom(values);
                return result;
            }

            static T[] Filled(int length) => [.. Enumerable.Repeat(T.CreateChecked(3), length)];     // all of it is overwritten
        }

        /// <summary>Two steps of Adam, with clipping.</summary>
        private static void Step<T>(HostObjective<T> objective, DeviceObjective<T> onDevice, T[] point, int[] batch)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] expected = Run(objective, out StepOutcome<T> outcome), found = Run(onDevice, out StepOutcome<T> onDeviceOutcome);
            Assert.Equal(outcome.Applied, onDeviceOutcome.Applied);
            Same("value of a step", [outcome.Value, outcome.GradientNorm], [onDeviceOutcome.Value, onDeviceOutcome.GradientNorm]);
            Same("step", expected, found);

            T[] Run(IObjective<T> at, out StepOutcome<T> last)
            {
                var rule = new Adam.Rule<T>(new Adam { LearningRate = 0.01, Epsilon = 1e-3 });
                using VectorHandle<T> parameters = at.CreateVector(), state = at.CreateVector(Adam.Rule<T>.StateCount * point.Length);
                parameters.CopyFrom(point);
                var transform = new GradientTransform<T>(T.CreateChecked(0.75), T.CreateChecked(0.5)) { UpdatesAllRows = batch.Length == 1 };
                last = default;
                for (int step = 1; step <= 2; step++)
                {
                    rule.Prepare(step, 1);
                    last = batch.Length == 0 ? at.Step(parameters, state, rule, transform) : ((IExampleObjective<T>)at).Step(parameters, batch, state, rule, transform);
                }

                var result = new T[point.Length];
                parameters.CopyTo(result);
                return result;
            }
        }

        /// <summary>1e-5 of the largest element for float, 1e-12 for double.</summary>
        private static void Same<T>(string what, ReadOnlySpan<T> expected, ReadOnlySpan<T> found)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            double tolerance = typeof(T) == typeof(float) ? 1e-5 : 1e-12, largest = 0;
            foreach (T value in expected) largest = Math.Max(largest, Math.Abs(double.CreateChecked(value)));
            for (int i = 0; i < expected.Length; i++)
            {
                double a = double.CreateChecked(expected[i]), b = double.CreateChecked(found[i]);
                Assert.True(
                    Math.Abs(a - b) <= tolerance * Math.Max(largest, 1e-3) || (double.IsNaN(a) && double.IsNaN(b)),
                    string.Create(CultureInfo.InvariantCulture, $"{what}[{i}] is {b:R}; the CPU has {a:R}, of at most {largest:G3}"));
            }
        }
    }
}
