using ILGPU;
using ILGPU.Runtime;
using SymbolicGD.Device.Float32;
using Xunit;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>
/// ½·(s²·(w·x + b) − y)² over examples, in host memory and, with kernels by hand, on a device: s² is computed before the examples, and its slope is brought
/// to s after them.
/// </summary>
internal sealed class ScaledRegression(float[] x, float[] y, Reduction reduction = Reduction.Mean)
    : ExampleObjective<float>(new ParameterLayout(("w", [x.Length / y.Length]), ("b", []), ("s", [])), y.Length, 0, reduction), ITwiceDifferentiable<float>
{
    public float[] X => x;

    public float[] Y => y;

    public int Width => x.Length / y.Length;

    public static ScaledRegression Create(int n, int d, Reduction reduction = Reduction.Mean)
    {
        var random = new Random(1);
        var x = new float[n * d];
        var y = new float[n];
        for (int i = 0; i < n; i++)
        {
            y[i] = 0.5f + (0.1f * random.NextSingle());
            for (int j = 0; j < d; j++)
            {
                x[(i * d) + j] = (2 * random.NextSingle()) - 1;
                y[i] += x[(i * d) + j] * ((j % 5) + 1) / MathF.Sqrt(d);
            }
        }

        return new ScaledRegression(x, y, reduction);
    }

    public static float[] Start(int d) => [.. Enumerable.Range(0, d).Select(j => 0.1f * ((j % 7) - 3)), 0.3f, 0.9f];

    public ScaledRegressionOnDevice On(Accelerator accelerator) => new(this, accelerator);

    protected override float SumCore(ReadOnlySpan<float> p, ExampleRows rows, Span<float> workspace)
    {
        double sum = 0;
        for (int k = 0; k < rows.Count; k++)
        {
            float e = Error(p, rows[k], out _);
            sum += 0.5 * e * e;
        }

        return (float)sum;
    }

    protected override float AddGradientCore(ReadOnlySpan<float> p, ExampleRows rows, float weight, Span<float> gradient, Span<float> workspace)
    {
        int d = Width;
        for (int k = 0; k < rows.Count; k++)
        {
            float s = p[d + 1], e = Error(p, rows[k], out float linear) * weight;
            for (int j = 0; j < d; j++)
            {
                gradient[j] += e * s * s * x[(rows[k] * d) + j];
            }

            gradient[d] += e * s * s;
            gradient[d + 1] += 2 * s * e * linear;
        }

        return SumCore(p, rows, workspace);
    }

    protected override void AddHessianVectorProductCore(
        ReadOnlySpan<float> p, ExampleRows rows, float weight, ReadOnlySpan<float> direction, Span<float> product, Span<float> workspace)
    {
        int d = Width;
        for (int k = 0; k < rows.Count; k++)
        {
            float s = p[d + 1], ds = direction[d + 1], e = Error(p, rows[k], out float linear), dl = direction[d];
            for (int j = 0; j < d; j++)
            {
                dl += direction[j] * x[(rows[k] * d) + j];
            }

            float de = (2 * s * ds * linear) + (s * s * dl), u = weight * ((de * s * s) + (e * 2 * s * ds));
            for (int j = 0; j < d; j++)
            {
                product[j] += u * x[(rows[k] * d) + j];
            }

            product[d] += u;
            product[d + 1] += weight * 2 * ((ds * e * linear) + (s * de * linear) + (s * e * dl));
        }
    }

    private float Error(ReadOnlySpan<float> p, int i, out float linear)
    {
        int d = Width;
        linear = p[d];
        for (int j = 0; j < d; j++)
        {
            linear += p[j] * x[(i * d) + j];
        }

        return (p[d + 1] * p[d + 1] * linear) - y[i];
    }
}

/// <summary>The same on a device, as the compiler would write it.</summary>
internal sealed class ScaledRegressionOnDevice : ExampleObjectiveOnDevice, ITwiceDifferentiable<float>
{
    private readonly ScaledRegression host;

    public ScaledRegressionOnDevice(ScaledRegression host, Accelerator accelerator)
        : base(host, accelerator)
    {
        this.host = host;
        Refresh();
    }

    /// <summary>For a test: columns of other lengths.</summary>
    public int MoreNumbers { get; set; }

    protected override int[] Collect(DataOnDevice data)
    {
        data.LayoutLength = 9;
        int x = data.Add<float>(host.X), y = data.Add<float>(host.Y), half = data.Add(0.5f), unused = data.AddIntegers(new[] { 7, 8 });
        Assert.True(unused == 9, "integers begin behind the layout");
        if (MoreNumbers > 0)
        {
            data.Add<double>(new double[MoreNumbers]);
        }

        return [0, 0, 0, host.Width, x, y, half, 0, 0];
    }

    protected override FunctionOnDevice CreateValue(int[] layout) => new() { Name = "value of the regression", Before = Scale, Examples = Values, Sums = 1, SharedLength = 3 };

    protected override FunctionOnDevice CreateGradient(int[] layout) => new()
    {
        Name = "gradient of the regression", Before = Scale, Examples = Gradients, After = ScaleSlope, Sums = 2, SharedLength = 3,
        Accumulators = [new Accumulator(layout[3] + 1, 0, PerThread: true, LayoutEntry: 7)],
    };

    protected override FunctionOnDevice CreateProduct(int[] layout) => new()
    {
        Name = "product of the regression", Before = Scale, Examples = Products, Sums = 2, SharedLength = 3, ScratchPerRow = 2,
        Accumulators = [new Accumulator(layout[3] + 2, 0, PerThread: true, LayoutEntry: 8)],
    };

    private static void Scale(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        if (Group.IdxX == 0)
        {
            int d = integers[3];
            shared[2] = parameters[d + 1] * parameters[d + 1];
        }
    }

    private static void Values(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(DeviceReductions.MostThreads);
        int d = integers[3];
        float sum = 0;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += Grid.DimX * Group.DimX)
        {
            int row = gather == 1 ? rows[i] : i;
            float linear = Linear(parameters, data, integers, row);
            float e = (shared[2] * linear) - data[integers[5] + row];
            sum += data[integers[6]] * e * e;
        }

        sum = DeviceReductions.GroupSum(sums, sum);
        if (Group.IdxX == 0)
        {
            partials[Grid.IdxX] = sum;
        }
    }

    private static void Gradients(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(DeviceReductions.MostThreads);
        int d = integers[3], own = integers[7] + (((Grid.IdxX * Group.DimX) + Group.IdxX) * (d + 1));
        float sum = 0, slope = 0;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += Grid.DimX * Group.DimX)
        {
            int row = gather == 1 ? rows[i] : i;
            float linear = Linear(parameters, data, integers, row);
            float e = (shared[2] * linear) - data[integers[5] + row];
            sum += 0.5f * e * e;
            slope += weight * e * linear;
            for (int j = 0; j < d; j++)
            {
                partials[own + j] += weight * e * shared[2] * data[integers[4] + (row * d) + j];
            }

            partials[own + d] += weight * e * shared[2];
        }

        sum = DeviceReductions.GroupSum(sums, sum);
        slope = DeviceReductions.GroupSum(sums, slope);
        if (Group.IdxX == 0)
        {
            partials[Grid.IdxX] = sum;
            partials[integers[0] + Grid.IdxX] = slope;
        }
    }

    // Through the scratch memory of a row: the tile's layout is tested with it.
    private static void Products(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(DeviceReductions.MostThreads);
        int d = integers[3], own = integers[8] + (((Grid.IdxX * Group.DimX) + Group.IdxX) * (d + 2)), mine = 2 * ((Grid.IdxX * tile) + Group.IdxX);
        float sum = 0;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += Grid.DimX * Group.DimX)
        {
            int row = gather == 1 ? rows[i] : i;
            float s = parameters[d + 1], ds = direction[d + 1];
            scratch[mine] = Linear(parameters, data, integers, row);
            scratch[mine + 1] = direction[d];
            for (int j = 0; j < d; j++)
            {
                scratch[mine + 1] += direction[j] * data[integers[4] + (row * d) + j];
            }

            float linear = scratch[mine], dl = scratch[mine + 1], e = (shared[2] * linear) - data[integers[5] + row];
            float de = (2 * s * ds * linear) + (s * s * dl), u = weight * ((de * s * s) + (e * 2 * s * ds));
            for (int j = 0; j < d; j++)
            {
                partials[own + j] += u * data[integers[4] + (row * d) + j];
            }

            partials[own + d] += u;
            partials[own + d + 1] += weight * 2 * ((ds * e * linear) + (s * de * linear) + (s * e * dl));
            sum += 0.5f * e * e;
        }

        sum = DeviceReductions.GroupSum(sums, sum);
        if (Group.IdxX == 0)
        {
            partials[Grid.IdxX] = sum;
            partials[integers[0] + Grid.IdxX] = 0;
        }
    }

    private static void ScaleSlope(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        if (Group.IdxX == 0)
        {
            int d = integers[3];
            result[d + 1] += 2 * parameters[d + 1] * shared[1];
        }
    }

    private static float Linear(ArrayView<float> parameters, ArrayView<float> data, ArrayView<int> integers, int row)
    {
        int d = integers[3];
        float linear = parameters[d];
        for (int j = 0; j < d; j++)
        {
            linear += parameters[j] * data[integers[4] + (row * d) + j];
        }

        return linear;
    }
}
