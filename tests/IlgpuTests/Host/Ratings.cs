using ILGPU;
using ILGPU.Runtime;
using SymbolicGD.CompilerServices;
using SymbolicGD.Device.Float32;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>½·(Σₖ u[user, k]·b − r)²: users choose rows of the parameters, and b is one that all examples touch.</summary>
internal sealed class Ratings(int[] users, float[] ratings, int rows, int width)
    : ExampleObjective<float>(new ParameterLayout(("u", [rows, width]), ("b", [])), ratings.Length, 0)
{
    public int[] Users => users;

    public float[] Values => ratings;

    public int Rows => rows;

    public int Width => width;

    public static Ratings Create(int n, int rows, int width) =>
        new([.. Enumerable.Range(0, n).Select(i => i * 13 % rows)], [.. Enumerable.Range(0, n).Select(i => 1 + (i % 5f))], rows, width);

    public static float[] Start(int rows, int width) => [.. Enumerable.Range(0, rows * width).Select(k => 0.1f * (1 + (k % 7))), 1.5f];

    protected override float SumCore(ReadOnlySpan<float> p, ExampleRows examples, Span<float> workspace)
    {
        float sum = 0;
        for (int k = 0; k < examples.Count; k++)
        {
            float e = Error(p, examples[k], out _);
            sum += 0.5f * e * e;
        }

        return sum;
    }

    protected override float AddGradientCore(ReadOnlySpan<float> p, ExampleRows examples, float weight, Span<float> gradient, Span<float> workspace)
    {
        for (int k = 0; k < examples.Count; k++)
        {
            float e = weight * Error(p, examples[k], out float row);
            int first = users[examples[k]] * width;
            for (int j = 0; j < width; j++)
            {
                gradient[first + j] += e * p[rows * width];
            }

            gradient[rows * width] += e * row;
        }

        return SumCore(p, examples, workspace);
    }

    protected override bool TouchedRowsCore(ReadOnlySpan<int> batch, TouchedRows touched)
    {
        touched.Add(0, batch, users);
        return true;
    }

    private float Error(ReadOnlySpan<float> p, int i, out float row)
    {
        row = 0;
        for (int j = 0; j < width; j++)
        {
            row += p[(users[i] * width) + j];
        }

        return (row * p[rows * width]) - ratings[i];
    }
}

internal sealed class RatingsOnDevice : ExampleObjectiveOnDevice
{
    private readonly Ratings host;

    public RatingsOnDevice(Ratings host, Accelerator accelerator)
        : base(host, accelerator)
    {
        this.host = host;
        Refresh();
    }

    protected override int[] Collect(DataOnDevice data)
    {
        data.LayoutLength = 8;
        int r = data.Add<float>(host.Values), u = data.AddIntegers(host.Users);
        return [0, 0, 0, host.Width, host.Rows, r, u, 0];
    }

    protected override FunctionOnDevice CreateValue(int[] layout) => new() { Name = "value of ratings", Examples = Values, Sums = 1 };

    protected override FunctionOnDevice CreateGradient(int[] layout) => new()
    {
        Name = "gradient of ratings", Examples = Gradients, Sums = 1, Accumulators = [new Accumulator((layout[3] * layout[4]) + 1, 0, PerThread: false, LayoutEntry: 7)],
    };

    private static void Values(
        ArrayView<float> parameters, ArrayView<float> direction, ArrayView<float> result, ArrayView<float> data, ArrayView<int> integers, ArrayView<int> rows, int count, int gather,
        float weight, ArrayView<float> scratch, ArrayView<int> scratchIntegers, ArrayView<float> partials, ArrayView<float> shared, int tile)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(DeviceReductions.MostThreads);
        float sum = 0;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += Grid.DimX * Group.DimX)
        {
            int example = gather == 1 ? rows[i] : i;
            float e = (Row(parameters, integers, example) * parameters[integers[3] * integers[4]]) - data[integers[5] + example];
            sum += 0.5f * e * e;
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
        int width = integers[3], last = width * integers[4], own = integers[7] + (Grid.IdxX * (last + 1));
        for (int j = Group.IdxX; j <= last; j += Group.DimX)
        {
            partials[own + j] = 0;
        }

        Group.Barrier();
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += Grid.DimX * Group.DimX)
        {
            int example = gather == 1 ? rows[i] : i;
            float row = Row(parameters, integers, example), e = weight * ((row * parameters[last]) - data[integers[5] + example]);
            int first = own + (integers[integers[6] + example] * width);
            for (int j = 0; j < width; j++)
            {
                Atomic.Add(ref partials[first + j], e * parameters[last]);
            }

            Atomic.Add(ref partials[own + last], e * row);
        }

        Values(parameters, direction, result, data, integers, rows, count, gather, weight, scratch, scratchIntegers, partials, shared, tile);
    }

    private static float Row(ArrayView<float> parameters, ArrayView<int> integers, int example)
    {
        int first = integers[integers[6] + example] * integers[3];
        float row = 0;
        for (int j = 0; j < integers[3]; j++)
        {
            row += parameters[first + j];
        }

        return row;
    }
}
