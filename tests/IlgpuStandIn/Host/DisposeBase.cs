using ILGPU.Runtime;

namespace ILGPU.Util
{
    public abstract class DisposeBase : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            if (!IsDisposed)
            {
                IsDisposed = true;
                DisposeObject();
            }

            GC.SuppressFinalize(this);
        }

        private protected abstract void DisposeObject();
    }
}

namespace ILGPU.Runtime
{
    public abstract class AcceleratorObject : Util.DisposeBase
    {
        internal AcceleratorObject(Accelerator accelerator) => Accelerator = accelerator;

        public Accelerator Accelerator { get; }

        public AcceleratorType AcceleratorType => Accelerator.AcceleratorType;
    }
}
