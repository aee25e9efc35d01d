using System.Collections.Immutable;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ILGPU;

/// <summary>What the builder was told.</summary>
public class ContextProperties
{
    protected internal ContextProperties()
    {
    }

    internal bool Algorithms { get; set; }
}

/// <summary>The devices of this machine: one CPU, and what a test asks for by <see cref="IlgpuStandIn.StandInExtensions.StandIn"/>.</summary>
public sealed class Context : Util.DisposeBase
{
    private Context(Builder builder)
    {
        Devices = [.. builder.Devices];
        Properties = builder;
    }

    public ImmutableArray<Device> Devices { get; }

    public ContextProperties Properties { get; }

    public static Builder Create() => new();

    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        var builder = Create();
        buildingCallback(builder);
        return builder.ToContext();
    }

    public static Context CreateDefault() => Create(builder => builder.Default());

    public Device GetPreferredDevice(bool preferCPU) => GetPreferredDevices(preferCPU, matchingDevicesOnly: false).First();

    public IEnumerable<Device> GetPreferredDevices(bool preferCPU, bool matchingDevicesOnly)
    {
        var others = Devices.Where(device => device.AcceleratorType != AcceleratorType.CPU).OrderByDescending(device => device.MemorySize).ToList();
        if (preferCPU || others.Count == 0)
        {
            var cpus = Devices.Where(device => device.AcceleratorType == AcceleratorType.CPU).ToList();
            return cpus.Count > 0 ? cpus : throw new NotSupportedException("The context has no such device.");
        }

        return matchingDevicesOnly
            ? others.Where(device => device.AcceleratorType == others[0].AcceleratorType && device.MemorySize == others[0].MemorySize)
            : others;
    }

    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device =>
        Devices.OfType<TDevice>().ElementAt(deviceIndex);

    private protected override void DisposeObject()
    {
    }

    public sealed class Builder : ContextProperties
    {
        internal Builder()
        {
        }

        internal List<Device> Devices { get; } = [];

        public Builder Default() => AllAccelerators();

        public Builder AllAccelerators() => this.DefaultCPU().OpenCL().Cuda();

        public Context ToContext() => new(this);
    }
}

/// <summary>Switches the functions of ILGPU.Algorithms on.</summary>
public static class AlgorithmContext
{
    public static Context.Builder EnableAlgorithms(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Algorithms = true;
        return builder;
    }
}
