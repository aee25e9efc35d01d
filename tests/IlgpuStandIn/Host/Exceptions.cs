namespace ILGPU.Runtime
{
    /// <summary>An error of the driver.</summary>
    public abstract class AcceleratorException : Exception
    {
        protected AcceleratorException()
        {
        }

        protected AcceleratorException(string message)
            : base(message)
        {
        }

        protected AcceleratorException(string message, Exception innerException)
            : base(message, innerException)
        {
        }

        public abstract AcceleratorType AcceleratorType { get; }
    }
}

namespace ILGPU
{
    /// <summary>A kernel did not compile.</summary>
    public sealed class InternalCompilerException : Exception
    {
        public InternalCompilerException()
        {
        }

        public InternalCompilerException(string message)
            : base(message)
        {
        }

        public InternalCompilerException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A kernel needs what the device lacks.</summary>
    public sealed class CapabilityNotSupportedException : Exception
    {
        public CapabilityNotSupportedException()
        {
        }

        public CapabilityNotSupportedException(string message)
            : base(message)
        {
        }

        public CapabilityNotSupportedException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }
}

namespace ILGPU.Backends
{
    /// <summary>A kernel calls a function that the device lacks.</summary>
    public sealed class NotSupportedIntrinsicException : Exception
    {
        public NotSupportedIntrinsicException()
        {
        }

        public NotSupportedIntrinsicException(string intrinsicName)
            : base($"The function '{intrinsicName}' does not have an intrinsic implementation for this backend. 'EnableAlgorithms' was not called?")
        {
        }
    }
}
