namespace IlgpuStandIn;

/// <summary>How often a kernel was launched.</summary>
public sealed class KernelLaunches
{
    internal KernelLaunches(string name) => Name = name;

    /// <summary>The name of the kernel's method.</summary>
    public string Name { get; }

    public long Count { get; internal set; }

    public override string ToString() => $"{Name}: {Count}";
}

/// <summary>What an accelerator was asked for. <see cref="Reset"/> sets all but the live buffers to zero.</summary>
public sealed class AcceleratorCounters
{
    private readonly Lock gate = new();
    private readonly List<KernelLaunches> kernels = [];

    /// <summary>The kernels that were loaded, in this order; one that was loaded twice is here twice.</summary>
    public IReadOnlyList<KernelLaunches> Kernels => kernels;

    /// <summary>Launches of kernels.</summary>
    public long Launches { get; private set; }

    public long CopiesToDevice { get; private set; }

    public long BytesToDevice { get; private set; }

    public long CopiesToHost { get; private set; }

    public long BytesToHost { get; private set; }

    public long CopiesOnDevice { get; private set; }

    public long BytesOnDevice { get; private set; }

    /// <summary>Fills of memory (MemSet).</summary>
    public long Fills { get; private set; }

    /// <summary>How often the host waited: for a stream, for the accelerator, and at the end of every copy that is not called asynchronous.</summary>
    public long HostSynchronizations { get; private set; }

    public long Allocations { get; private set; }

    public long BytesAllocated { get; private set; }

    /// <summary>Buffers that are not disposed.</summary>
    public long LiveBuffers { get; private set; }

    public long LiveBytes { get; private set; }

    /// <summary>The launches of all kernels of this name.</summary>
    public long LaunchesOf(string kernel)
    {
        lock (gate)
        {
            return kernels.Where(one => one.Name == kernel).Sum(one => one.Count);
        }
    }

    public void Reset()
    {
        lock (gate)
        {
            Launches = CopiesToDevice = BytesToDevice = CopiesToHost = BytesToHost = CopiesOnDevice = BytesOnDevice = 0;
            Fills = HostSynchronizations = Allocations = BytesAllocated = 0;
            foreach (var kernel in kernels)
            {
                kernel.Count = 0;
            }
        }
    }

    public override string ToString() =>
        $"{Launches} launches, {CopiesToDevice} copies to the device ({BytesToDevice} bytes), {CopiesToHost} to the host ({BytesToHost} bytes), "
        + $"{CopiesOnDevice} on the device ({BytesOnDevice} bytes), {Fills} fills, {HostSynchronizations} synchronizations, {Allocations} allocations";

    internal KernelLaunches Load(string name)
    {
        lock (gate)
        {
            var kernel = new KernelLaunches(name);
            kernels.Add(kernel);
            return kernel;
        }
    }

    internal void Launch(KernelLaunches kernel)
    {
        lock (gate)
        {
            kernel.Count++;
            Launches++;
        }
    }

    internal void CopyToDevice(long bytes)
    {
        lock (gate)
        {
            CopiesToDevice++;
            BytesToDevice += bytes;
        }
    }

    internal void CopyToHost(long bytes)
    {
        lock (gate)
        {
            CopiesToHost++;
            BytesToHost += bytes;
        }
    }

    internal void CopyOnDevice(long bytes)
    {
        lock (gate)
        {
            CopiesOnDevice++;
            BytesOnDevice += bytes;
        }
    }

    internal void Fill()
    {
        lock (gate)
        {
            Fills++;
        }
    }

    internal void Synchronize()
    {
        lock (gate)
        {
            HostSynchronizations++;
        }
    }

    internal void Allocate(long bytes)
    {
        lock (gate)
        {
            Allocations++;
            BytesAllocated += bytes;
            LiveBuffers++;
            LiveBytes += bytes;
        }
    }

    internal void Free(long bytes)
    {
        lock (gate)
        {
            LiveBuffers--;
            LiveBytes -= bytes;
        }
    }
}

/// <summary>How often kernels accessed each element of a buffer.</summary>
public sealed class AccessCounts
{
    private readonly int[] counts;

    internal AccessCounts(int length) => counts = new int[length];

    public ReadOnlySpan<int> Counts => counts;

    public long Total => counts.Sum(count => (long)count);

    public int this[int element] => counts[element];

    public void Reset() => Array.Clear(counts);

    internal void Add(long element) => Interlocked.Increment(ref counts[element]);
}
