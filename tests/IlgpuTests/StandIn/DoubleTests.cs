using ILGPU.Runtime;
using IlgpuStandIn;
using SymbolicGD.RuntimeTests.Programs;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>The host code over double, which is made from that over float.</summary>
public sealed class DoubleTests
{
    [Fact]
    public void A_device_without_double_is_told_at_once()
    {
        using var device = new TestDevice(new StandInOptions { Type = AcceleratorType.OpenCL, SupportsDouble = false, Name = "Small" });
        string message = Assert.Throws<NotSupportedException>(() => Create(device.Accelerator)).Message;
        Assert.Contains("Small", message, StringComparison.Ordinal);
        Assert.Contains("double", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-200, 1e-200, 1e-308)]
    [InlineData(1e200, 1e200, 3e307)]
    [InlineData(1e-200, 1, 1e200)]
    [InlineData(0, 5e-324, 0)]
    [InlineData(1, 2, 3)]
    public void Norms_neither_overflow_nor_underflow_early(double a, double b, double c)
    {
        using var device = new TestDevice();
        using DeviceObjective<double> objective = Create(device.Accelerator);
        using VectorHandle<double> vector = objective.CreateVector(5);
        using var host = new HostVector<double>([a, b, -c, a, -b]);
        vector.CopyFrom([a, b, -c, a, -b]);
        Assert.Equal(host.Norm(), vector.Norm(), (1e-14 * host.Norm()) + double.Epsilon);
        Assert.Equal(host.NormInfinity(), vector.NormInfinity());
        Assert.Equal(host.Dot(host), vector.Dot(vector), 1e-14 * host.Dot(host));
    }

    private static DeviceObjective<double> Create(Accelerator accelerator) =>
        new OverExamples.GrowthObjective(x: (double[])[0.1, 0.5, 1], y: (double[])[1, 2, 3]).On(accelerator);
}
