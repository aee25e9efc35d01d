using IlgpuStandIn;

namespace ILGPU.Runtime.Cuda;

/// <summary>The codes that the stand-in throws.</summary>
public enum CudaError
{
    CUDA_SUCCESS = 0,
    CUDA_ERROR_INVALID_VALUE = 1,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_ILLEGAL_ADDRESS = 700,
    CUDA_ERROR_LAUNCH_FAILED = 719,
}

public sealed class CudaException : AcceleratorException
{
    public CudaException()
    {
    }

    public CudaException(CudaError error)
        : base(error switch
        {
            CudaError.CUDA_ERROR_OUT_OF_MEMORY => "out of memory",
            CudaError.CUDA_ERROR_ILLEGAL_ADDRESS => "an illegal memory access was encountered",
            CudaError.CUDA_ERROR_LAUNCH_FAILED => "unspecified launch failure",
            _ => error.ToString(),
        }) => Error = error.ToString();

    public CudaException(string message)
        : base(message)
    {
    }

    public CudaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public string Error { get; } = "N/A";

    public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
}

public sealed class CudaCapabilityContext : CapabilityContext
{
    internal CudaCapabilityContext()
    {
    }
}

public sealed class CudaDevice : Device
{
    internal CudaDevice(StandInOptions options)
        : base(AcceleratorType.Cuda, options, new CudaCapabilityContext())
    {
    }

    public override Accelerator CreateAccelerator(Context context) => new CudaAccelerator(context, this);
}

public sealed class CudaAccelerator : Accelerator
{
    internal CudaAccelerator(Context context, Device device)
        : base(context, device)
    {
    }
}

public static class CudaContextExtensions
{
    /// <summary>Finds no device.</summary>
    public static Context.Builder Cuda(this Context.Builder builder) => builder;

    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex) =>
        (CudaAccelerator)context.GetDevice<CudaDevice>(cudaDeviceIndex).CreateAccelerator(context);
}
