using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using SymbolicGD.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>
/// Products of matrices against three plain loops, to the bit: each element is one chain of fused multiply-adds, whatever tiles and blocks it is
/// computed in. Both tiles run here; on a machine of 256 bits: <c>DOTNET_EnableAVX512=0 dotnet test tests/RuntimeTests -c Release --filter MatrixProduct</c>.
/// </summary>
public sealed class MatrixProductTests
{
    private const int Canary = 77;

    /// <summary>Tiles that are full, short by one, larger by one; more than one block of each dimension; none and one of each; the low tile and the narrow one; more
    /// tiles of rows than read a panel in place.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 12, 32, 8 }, { 11, 31, 7 }, { 13, 33, 9 }, { 6, 16, 1 }, { 5, 3, 2 }, { 3, 100, 40 }, { 100, 3, 41 }, { 64, 10, 128 }, { 10, 128, 64 },
        { 128, 64, 787 }, { 145, 65, 257 }, { 25, 515, 30 }, { 2, 2, 1031 },
        { 8, 16, 30 }, { 20, 48, 64 }, { 140, 80, 33 }, { 44, 24, 66 }, { 300, 40, 20 }, { 301, 17, 260 }, { 0, 3, 4 }, { 3, 0, 4 }, { 3, 4, 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SinglesEqualThreeLoops(int m, int n, int k) => AssertAllLayouts<float>(m, n, k);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void DoublesEqualThreeLoops(int m, int n, int k) => AssertAllLayouts<double>(m, n, k);

    /// <summary>Bias and activation, and the slope of one, see each sum once, finished, with its row and column.</summary>
    [Theory]
    [InlineData(13, 37, 600)]
    [InlineData(24, 64, 5)]
    [InlineData(4, 5, 0)]
    public void EpilogueFinishesEachSum(int m, int n, int k)
    {
        float[] a = Values<float>(m * k, 1), b = Values<float>(n * k, 2), bias = Values<float>(n, 3), output = Values<float>(m * n, 4);
        float[] plain = new float[m * n], activated = new float[m * n], signal = new float[m * n];
        float[] workspace = new float[MatrixProduct.WorkspaceLength(m, n, k)];
        ProductOperand<float> rows = ProductOperand<float>.Rows(a, k), columns = ProductOperand<float>.Rows(b, k);
        MatrixProduct.Multiply(rows, columns, plain, n, m, n, k, accumulate: false, workspace);
        foreach (bool wide in (bool[])[true, false])
        {
            MatrixProduct.MultiplyInTiles(rows, columns, activated, n, m, n, k, accumulate: false, workspace, new BiasAndTanh(bias), wide);
            MatrixProduct.MultiplyInTiles(rows, columns, signal, n, m, n, k, accumulate: false, workspace, new TimesSlopeOfTanh(output, n), wide);
            for (int i = 0; i < m * n; i++)
            {
                Assert.Equal(VectorMath.Tanh(Vector512.Create(plain[i] + bias[i % n]))[0], activated[i]);
                Assert.Equal(plain[i] * (1 - (output[i] * output[i])), signal[i]);
            }
        }
    }

    [Fact]
    public void WorksInWhatItIsGiven()
    {
        const int Side = 70;
        float[] a = Values<float>(Side * Side, 1), b = Values<float>(Side * Side, 2), c = new float[Side * Side];
        float[] workspace = new float[MatrixProduct.WorkspaceLength(Side, Side, Side)];
        Assert.Equal(0, Allocations.Of(() => MatrixProduct.Multiply(
            ProductOperand<float>.Rows(a, Side), ProductOperand<float>.Columns(b, Side), c, Side, Side, Side, Side, accumulate: true, workspace)));
    }

    [Fact]
    public void ShortMemoryIsAnError()
    {
        Assert.ThrowsAny<ArgumentException>(() => Multiply(short_: "a"));
        Assert.ThrowsAny<ArgumentException>(() => Multiply(short_: "b"));
        Assert.ThrowsAny<ArgumentException>(() => Multiply(short_: "c"));
        Assert.ThrowsAny<ArgumentException>(() => Multiply(short_: "workspace"));
        Assert.ThrowsAny<ArgumentException>(() => Multiply(short_: "", row: 4));
        Assert.ThrowsAny<ArgumentException>(() => Multiply(short_: "", row: -1));
        Multiply(short_: "", row: 3);

        static void Multiply(string short_, int row = 0)
        {
            double[] Memory(string name, int length) => new double[name == short_ ? length - 1 : length];
            double[] a = Memory("a", 4 * 5), b = Memory("b", 3 * 5), c = Memory("c", 2 * 3), workspace = Memory("workspace", MatrixProduct.WorkspaceLength(2, 3, 5));
            MatrixProduct.Multiply(
                ProductOperand<double>.Rows(a, 5, short_ == "a" ? [3, 0] : [row, 0]), ProductOperand<double>.Columns(b, 3), c, 3, 2, 3, 5, accumulate: false, workspace);
        }
    }

    private static void AssertAllLayouts<T>(int m, int n, int k)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] workspace = new T[MatrixProduct.WorkspaceLength(m, n, k)];
        for (int layout = 0; layout < 64; layout++)
        {
            bool accumulate = (layout & 1) != 0, wide = (layout & 2) != 0;
            Factor<T> a = new(m, k, (layout & 4) != 0, (layout & 8) != 0, 1), b = new(n, k, (layout & 16) != 0, (layout & 32) != 0, 2);
            int stride = n + (layout % 3);
            T[] expected = Values<T>((m * stride) + Canary, 3), actual = [.. expected];
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    T sum = accumulate ? expected[(i * stride) + j] : T.Zero;
                    for (int l = 0; l < k; l++) sum = T.FusedMultiplyAdd(a.At(i, l), b.At(j, l), sum);
                    expected[(i * stride) + j] = sum;
                }
            }

            MatrixProduct.MultiplyInTiles(a.Operand, b.Operand, actual, stride, m, n, k, accumulate, workspace, default(PlainProduct<T>), wide);
            Assert.Equal(expected, actual);
        }
    }

    private static T[] Values<T>(int count, int seed)
        where T : IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked(random.NextDouble() - 0.5))];
    }

    /// <summary>A factor in one of the layouts, with rows that are longer than they need to be.</summary>
    private sealed class Factor<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly bool _alongSum;
        private readonly int _stride;
        private readonly T[] _values;
        private readonly int[]? _selected;

        public Factor(int count, int depth, bool alongSum, bool selects, int seed)
        {
            (int rows, int width) = alongSum ? (count, depth) : (depth, count);
            _alongSum = alongSum;
            _stride = width + seed;
            int stored = selects ? rows + 5 : rows;
            _values = Values<T>(stored * _stride, seed);
            var random = new Random(seed);
            _selected = selects ? [.. Enumerable.Range(0, rows).Select(_ => random.Next(stored))] : null;
        }

        public ProductOperand<T> Operand => (_alongSum, _selected) switch
        {
            (true, null) => ProductOperand<T>.Rows(_values, _stride),
            (false, null) => ProductOperand<T>.Columns(_values, _stride),
            (true, _) => ProductOperand<T>.Rows(_values, _stride, _selected),
            (false, _) => ProductOperand<T>.Columns(_values, _stride, _selected),
        };

        public T At(int i, int k)
        {
            (int row, int column) = _alongSum ? (i, k) : (k, i);
            return _values[((_selected?[row] ?? row) * _stride) + column];
        }
    }

    private readonly ref struct BiasAndTanh(ReadOnlySpan<float> bias) : IProductEpilogue<float>
    {
        private readonly ReadOnlySpan<float> _bias = bias;

        public Vector512<float> Apply(Vector512<float> sums, int row, int column, int count) =>
            VectorMath.Tanh(sums + Load(_bias.Slice(column, count)));
    }

    private readonly ref struct TimesSlopeOfTanh(ReadOnlySpan<float> output, int width) : IProductEpilogue<float>
    {
        private readonly ReadOnlySpan<float> _output = output;

        public Vector512<float> Apply(Vector512<float> sums, int row, int column, int count)
        {
            Vector512<float> h = Load(_output.Slice((row * width) + column, count));
            return sums * (Vector512<float>.One - (h * h));
        }
    }

    private static Vector512<float> Load(ReadOnlySpan<float> values)
    {
        Vector512<float> result = default;
        values.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Unsafe.As<Vector512<float>, float>(ref result), values.Length));
        return result;
    }
}
