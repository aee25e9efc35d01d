using IlgpuStandIn;

namespace ILGPU.Runtime.CPU;

public enum CPUDeviceKind
{
    Default,
    Nvidia,
    AMD,
    LegacyAMD,
    Intel,
}

public sealed class CPUDevice : Device
{
    public static readonly CPUDevice Default = new(4, 4, 1);

    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
        : this(Shape(numThreadsPerWarp, numWarpsPerMultiprocessor, numMultiprocessors))
    {
    }

    internal CPUDevice(StandInOptions options)
        : base(AcceleratorType.CPU, options, null)
    {
    }

    public int NumThreads => MaxNumThreads;

    public static CPUDevice GetDevice(CPUDeviceKind kind) => kind switch
    {
        CPUDeviceKind.Default => Default,
        CPUDeviceKind.Nvidia => new CPUDevice(32, 32, 1),
        CPUDeviceKind.AMD => new CPUDevice(32, 8, 1),
        CPUDeviceKind.LegacyAMD => new CPUDevice(64, 4, 1),
        CPUDeviceKind.Intel => new CPUDevice(16, 8, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    public CPUAccelerator CreateCPUAccelerator(Context context) => new(context, this);

    private static StandInOptions Shape(int warp, int warps, int multiprocessors)
    {
        if (warp < 2 || !int.IsPow2(warps))
        {
            throw new ArgumentOutOfRangeException(nameof(warp));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(multiprocessors, 1);
        return new StandInOptions { WarpSize = warp, MaxThreadsPerGroup = warp * warps, Multiprocessors = multiprocessors };
    }
}

public sealed class CPUAccelerator : Accelerator
{
    internal CPUAccelerator(Context context, Device device)
        : base(context, device)
    {
    }
}

public static class CPUContextExtensions
{
    public static Context.Builder DefaultCPU(this Context.Builder builder) => builder.CPU(CPUDeviceKind.Default);

    public static Context.Builder CPU(this Context.Builder builder, CPUDeviceKind kind) => builder.CPU(CPUDevice.GetDevice(kind));

    public static Context.Builder CPU(this Context.Builder builder, CPUDevice device)
    {
        builder.Devices.Add(device);
        return builder;
    }

    public static Context.Builder CPU(this Context.Builder builder) => builder.CPU(_ => true);

    public static Context.Builder CPU(this Context.Builder builder, Predicate<CPUDevice> predicate)
    {
        builder.Devices.AddRange(Enum.GetValues<CPUDeviceKind>().Select(CPUDevice.GetDevice).Where(device => predicate(device)));
        return builder;
    }

    public static CPUDevice GetCPUDevice(this Context context, int cpuDeviceIndex) => context.GetDevice<CPUDevice>(cpuDeviceIndex);

    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex) =>
        context.GetCPUDevice(cpuDeviceIndex).CreateCPUAccelerator(context);
}
