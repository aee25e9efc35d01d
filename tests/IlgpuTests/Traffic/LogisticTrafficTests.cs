using System.Reflection;
using Benchmarks.Losses;
using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;
using SymbolicGD.IlgpuTests.Parity;
using Xunit;

namespace SymbolicGD.IlgpuTests.Traffic;

/// <summary>What the fused gradient of logistic regression loads from the memory of the device: counted at every load and store of the emitted kernels.</summary>
public sealed class LogisticTrafficTests
{
    [Theory]
    [InlineData(16, 100, 24)]
    [InlineData(64, 333, 64)]
    [InlineData(16, 50, 3500)]                          // one row fills the memory of the group
    public void Each_datum_is_read_once(int group, int n, int features)
    {
        var random = new Random(n);
        var objective = new LogisticRegression.NegativeLogLikelihoodObjective(
            features: Cases.Draw(n * features, () => random.NextSingle()), label: Cases.Draw(n, () => (float)random.Next(2)));
        using var accelerator = new TestAccelerator(group);
        using DeviceExampleObjective<float> onDevice = objective.On(accelerator.Device);
        float[] point = new float[features + 1], gradient = new float[features + 1];
        onDevice.Gradient(point, gradient);
        AccessCounts counts = Data(onDevice).CountAccesses();
        onDevice.Gradient(point, gradient);
        Assert.Equal(n * (features + 1), counts.Counts.Length);
        foreach (int count in counts.Counts) Assert.Equal(1, count);

        // A batch reads its own rows, and no others.
        counts.Reset();
        onDevice.Gradient(point, [5, 7, 5], gradient);
        Assert.Equal(3 * (features + 1), counts.Total);
        Assert.Equal(features + 1, Enumerable.Count(counts.Counts.ToArray(), count => count == 2));
    }

    /// <summary>The columns of an objective on a device.</summary>
    private static MemoryBuffer1D<float, Stride1D.Dense> Data(object objective)
    {
        object engine = Field(objective, "_engine");
        return (MemoryBuffer1D<float, Stride1D.Dense>)Field(engine, "_data");
    }

    private static object Field(object of, string name)
    {
        for (Type? type = of.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } field) return field.GetValue(of)!;
        }

        throw new InvalidOperationException($"{of.GetType().Name} has no field {name}.");
    }
}
