using ILGPU.Runtime;
using SymbolicGD.RuntimeTests.Programs;
using Xunit;
#if !REAL_ILGPU
using IlgpuStandIn;
#endif

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>Residuals and products with their Jacobian on a device: solvers, arguments and memory. Their numbers are compared in <see cref="ParityTests"/>.</summary>
public sealed class ResidualTests
{
    private static readonly double[] Times = [.. Enumerable.Range(0, 40).Select(i => 0.1 * i)];

    [Theory]
    [InlineData("TrustRegion")]
    [InlineData("NewtonCg")]
    public void Solvers_iterate_with_Gauss_Newton_products(string name)
    {
        ISolver solver = name == "TrustRegion" ? new TrustRegion { UseGaussNewton = true } : new NewtonCg { UseGaussNewton = true };
        OverExamples.DecayObjective host = Decay();
        using var accelerator = new TestAccelerator();
        using DeviceResidualObjective<double> onDevice = host.On(accelerator.Device);
        FitResult<double> expected = solver.Minimize(host, [1, 1, 0]), fit = solver.Minimize(onDevice, [1, 1, 0]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.InRange(fit.Epochs, expected.Epochs - 1, expected.Epochs + 1);
        Assert.Equal(expected.Value, fit.Value, 1e-12);
        for (int j = 0; j < 3; j++) Assert.Equal(expected.Parameters[j], fit.Parameters[j], 1e-7);

        // Residuals of the parameters alone, which are those of one example.
        using DeviceResidualObjective<double> valley = new Fits.ValleyObjective(n: 3).On(accelerator.Device);
        Assert.All(solver.Minimize(valley, [-1, 1, 1]).Parameters, x => Assert.Equal(1, x, 1e-6));
    }

    [Fact]
    public void A_loop_that_exceeds_its_bound_makes_residuals_NaN()
    {
        double[] x = [.. Enumerable.Range(0, 75).Select(i => 1.0 + i)];
        var host = new Fits.RootsObjective(x: x, y: x);
        using var accelerator = new TestAccelerator();
        using DeviceResidualObjective<double> onDevice = host.On(accelerator.Device);
        double[] r = new double[150], along = new double[150], transposed = new double[2];
        onDevice.Residuals([1.7, 0.3], r);
        Assert.All(r, value => Assert.True(double.IsFinite(value)));

        // Of one example, and of all.
        x[70] = -1;
        onDevice.Refresh();
        onDevice.Residuals([1.7, 0.3], r);
        onDevice.JacobianVectorProduct([1.7, 0.3], [1, 1], along);
        Assert.All(new[] { r, along }, values => Assert.True(double.IsNaN(values[140]) && double.IsNaN(values[141]) && double.IsFinite(values[0])));
        x[70] = 1;
        onDevice.Refresh();
        onDevice.Residuals([1.7, 0.3], r);
        Assert.All(r, value => Assert.True(double.IsFinite(value)));
        onDevice.Residuals([-1, 0.3], r);
        onDevice.JacobianVectorProduct([-1, 0.3], [1, 1], along);
        Assert.All(r.Concat(along), value => Assert.True(double.IsNaN(value)));
        onDevice.GaussNewtonProduct([-1, 0.3], [1, 1], transposed);
        Assert.All(transposed, value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Arguments_are_checked()
    {
        using var accelerator = new TestAccelerator();
        using var other = new TestAccelerator();
        using DeviceResidualObjective<double> objective = Decay().On(accelerator.Device), elsewhere = Decay().On(other.Device);
        double[] three = new double[3], all = new double[80];
        Check("residuals has 3 elements; there are 80 residuals", () => objective.Residuals(three, three));
        Check("product has 3 elements; there are 80 residuals", () => objective.JacobianVectorProduct(three, three, three));
        Check("vector has 3 elements; there are 80 residuals", () => objective.JacobianTransposedProduct(three, three, three));
        Check("product has 80 elements; the parameter vector has 3", () => objective.GaussNewtonProduct(three, three, all));
        using VectorHandle<double> p = objective.CreateVector(), v = objective.CreateVector(), r = objective.CreateVector(80), far = elsewhere.CreateVector(80), near = elsewhere.CreateVector();
        Check("vector has 3 elements; there are 80 residuals", () => objective.JacobianTransposedProduct(p, v, v));
        Check("direction has 80 elements; the parameter vector has 3", () => objective.JacobianVectorProduct(p, r, r));
        Check("product is also an argument", () => objective.GaussNewtonProduct(p, v, v));
        Check("product is also an argument", () => objective.JacobianTransposedProduct(p, r, p));
        Check("residuals lies on the accelerator", () => objective.Residuals(p, far));
        Check("direction lies on the accelerator", () => objective.GaussNewtonProduct(p, near, v));
        Check("residuals is a HostVector", () => objective.Residuals(p, new HostVector<double>(80)));
        Assert.Throws<ArgumentNullException>(() => objective.JacobianVectorProduct(p, null!, r));
        objective.Dispose();
        Assert.Throws<ObjectDisposedException>(() => objective.Residuals(p, r));

        static void Check(string message, Action action) => Assert.Contains(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

#if !REAL_ILGPU
    [Fact]
    public void Products_stay_on_the_device()
    {
        using var accelerator = new TestAccelerator();
        using DeviceResidualObjective<double> objective = Decay().On(accelerator.Device);
        using VectorHandle<double> p = objective.CreateVector(), v = objective.CreateVector(), product = objective.CreateVector(), r = objective.CreateVector(80);
        p.CopyFrom([1, 1, 0]);
        v.Fill(1);
        All();
        AcceleratorCounters counters = accelerator.Device.Counters();
        counters.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        All();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((0, 0, 0L, 0L), (counters.Allocations, counters.HostSynchronizations, counters.BytesToDevice, counters.BytesToHost));
        counters.Reset();
        objective.Residuals(p, r);
        objective.JacobianVectorProduct(p, v, r);
        Assert.Equal(2, counters.Launches);              // each example stores what is its own: nothing is added up
        counters.Reset();
        objective.Dispose();
        foreach (VectorHandle<double> vector in new[] { p, v, product, r }) vector.Dispose();
        Assert.True(counters.LiveBytes < 4096, $"{counters.LiveBytes} bytes are left");

        void All()
        {
            objective.Residuals(p, r);
            objective.JacobianVectorProduct(p, v, r);
            objective.JacobianTransposedProduct(p, r, product);
            objective.GaussNewtonProduct(p, v, product);
        }
    }
#endif

    private static OverExamples.DecayObjective Decay() => new(
        t: Times, y: Times.Select(t => (2 * Math.Exp(-0.7 * t)) + 0.5 + (0.01 * Math.Sin(9 * t))).ToArray(), z: Times.Select(t => 1.4 * Math.Exp(-0.7 * t)).ToArray());
}
