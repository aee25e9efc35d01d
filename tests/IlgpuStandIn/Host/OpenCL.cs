using IlgpuStandIn;

namespace ILGPU.Runtime.OpenCL;

/// <summary>The codes that the stand-in throws.</summary>
public enum CLError
{
    CL_SUCCESS = 0,
    CL_MEM_OBJECT_ALLOCATION_FAILURE = -4,
    CL_OUT_OF_RESOURCES = -5,
}

public sealed class CLException : AcceleratorException
{
    public CLException()
    {
    }

    public CLException(CLError errorCode)
        : base(errorCode.ToString()) => Error = errorCode;

    public CLException(string message)
        : base(message)
    {
    }

    public CLException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public CLError Error { get; }

    public override AcceleratorType AcceleratorType => AcceleratorType.OpenCL;
}

public sealed class CLCapabilityContext : CapabilityContext
{
    internal CLCapabilityContext(bool float64) => Float64 = float64;

    public bool Float64 { get; }

    public bool Int64_Atomics => true;
}

public sealed class CLDevice : Device
{
    internal CLDevice(StandInOptions options)
        : base(AcceleratorType.OpenCL, options, new CLCapabilityContext(options.SupportsDouble))
    {
    }

    public new CLCapabilityContext Capabilities => (CLCapabilityContext)base.Capabilities;

    public override Accelerator CreateAccelerator(Context context) => new CLAccelerator(context, this);
}

public sealed class CLAccelerator : Accelerator
{
    internal CLAccelerator(Context context, Device device)
        : base(context, device)
    {
    }

    public new CLDevice Device => (CLDevice)base.Device;

    public new CLCapabilityContext Capabilities => Device.Capabilities;
}

public static class CLContextExtensions
{
    /// <summary>Finds no device.</summary>
    public static Context.Builder OpenCL(this Context.Builder builder) => builder;

    public static CLAccelerator CreateCLAccelerator(this Context context, int clDeviceIndex) =>
        (CLAccelerator)context.GetDevice<CLDevice>(clDeviceIndex).CreateAccelerator(context);
}
