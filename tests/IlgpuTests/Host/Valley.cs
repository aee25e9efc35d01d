using ILGPU;
using ILGPU.Runtime;
using SymbolicGD.Device.Float32;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>Σ c·(x[i+1] − x[i]²)² + (1 − x[i])², without examples: everything happens in the kernel that runs as one group.</summary>
internal sealed class Valley(int n) : HostObjective<float>(new ParameterLayout(("x", [n])), 0)
{
    public float Steepness { get; set; } = 10;

    public ValleyOnDevice On(Accelerator accelerator) => new(this, accelerator);

    protected override float ValueCore(ReadOnlySpan<float> x, Span<float> workspace)
    {
        float sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            float a = x[i + 1] - (x[i] * x[i]), b = 1 - x[i];
            sum += (Steepness * a * a) + (b * b);
        }

        return sum;
    }

    protected override float GradientCore(ReadOnlySpan<float> x, Span<float> gradient, Span<float> workspace)
    {
        gradient.Clear();
        for (int i = 0; i + 1 < x.Length; i++)
        {
            float a = x[i + 1] - (x[i] * x[i]), b = 1 - x[i];
            gradient[i] += (-4 * Steepness * a * x[i]) - (2 * b);
            gradient[i + 1] += 2 * Steepness * a;
        }

        return ValueCore(x, workspace);
    }
}

internal sealed class ValleyOnDevice : ObjectiveOnDevice
{
    private readonly Valley host;

    public ValleyOnDevice(Valley host, Accelerator accelerator)
        : base(host, accelerator)
    {
        this.host = host;
        Refresh();
    }

    protected override int[] Collect(DataOnDevice data)
    {
        data.LayoutLength = 4;
        return [0, 0, 0, data.Add(host.Steepness)];
    }

    protected override FunctionOnDevice CreateValue(int[] layout) => new() { Name = "value of the valley", After = Value };

    protected override FunctionOnDevice CreateGradient(int[] layout) => new() { Name = "gradient of the valley", After = Gradient };

    private static void Value(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(DeviceReductions.MostThreads);
        float c = data[integers[3]], sum = 0;
        for (int i = Group.IdxX; i + 1 < parameters.Length; i += Group.DimX)
        {
            float a = parameters[i + 1] - (parameters[i] * parameters[i]), b = 1 - parameters[i];
            sum += (c * a * a) + (b * b);
        }

        sum = DeviceReductions.GroupSum(sums, sum);
        if (Group.IdxX == 0)
        {
            shared[0] = sum;
        }
    }

    private static void Gradient(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        Value(parameters, direction, result, data, integers, rows, count, gather, weight, scratch, scratchIntegers, partials, shared, tile);
        float c = data[integers[3]];
        int n = (int)parameters.Length;
        for (int i = Group.IdxX; i < n; i += Group.DimX)
        {
            float x = parameters[i], slope = 0;
            if (i + 1 < n)
            {
                slope += (-4 * c * (parameters[i + 1] - (x * x)) * x) - (2 * (1 - x));
            }

            if (i > 0)
            {
                slope += 2 * c * (x - (parameters[i - 1] * parameters[i - 1]));
            }

            result[i] += slope;
        }
    }
}
