using System.Text;
using Xunit;

namespace SymbolicGD.RuntimeTests.Parameters;

public sealed class ParameterViewTests
{
    private static readonly ParameterLayout Layout = new(("w", [2, 3]), ("bias", []));

    [Fact]
    public void Blocks_are_views_of_one_vector()
    {
        var view = new View<double>(Layout);
        view.W[4] = 5;
        view.Bias = 7;
        ReadOnlySpan<double> flat = view;
        Assert.Equal([0, 0, 0, 0, 5, 0, 7], flat.ToArray());
        Assert.Equal(flat.ToArray(), view.Values);
        view.AsSpan()[0] = 1;
        Assert.Equal(1, view.W[0]);
    }

    [Fact]
    public void A_vector_of_another_length_is_refused() =>
        Assert.Contains("values has 3 elements; the parameter vector has 7", Assert.Throws<ArgumentException>(() => new View<double>(Layout, new double[3])).Message);

    [Fact]
    public void What_is_saved_is_loaded_to_the_last_bit()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, 0.1, Math.PI * 1e300];
        var loaded = new View<double>(Layout);
        loaded.Load(Saved(new View<double>(Layout, values)));
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), loaded.Values.Select(BitConverter.DoubleToInt64Bits));

        float[] floats = [float.NaN, float.PositiveInfinity, -0f, float.Epsilon, 0.1f, float.MaxValue, 1f / 3];
        var loadedFloats = new View<float>(Layout);
        loadedFloats.Load(Saved(new View<float>(Layout, floats)));
        Assert.Equal(floats.Select(BitConverter.SingleToInt32Bits), loadedFloats.Values.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Blocks_are_found_by_name_in_any_order()
    {
        var other = new View<double>(new ParameterLayout(("bias", []), ("w", [2, 3])), [9, 1, 2, 3, 4, 5, 6]);
        var view = new View<double>(Layout);
        view.Load(Saved(other));
        Assert.Equal([1, 2, 3, 4, 5, 6, 9], view.Values);
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllText(path, new string('x', 10_000));
            new View<double>(Layout, [1, 2, 3, 4, 5, 6, 7]).Save(path);
            var view = new View<double>(Layout);
            view.Load(path);
            Assert.Equal([1, 2, 3, 4, 5, 6, 7], view.Values);
            Assert.False(File.Exists(path + ".partial"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("w", 3, 2, "Block 'w' has shape [3 × 2] and 6 values; expected [2 × 3] and 6")]
    [InlineData("v", 2, 3, "Block 'v' [2 × 3] is not a parameter, or occurs twice; the parameters are w, bias")]
    public void A_block_that_does_not_fit_is_named_and_nothing_is_changed(string name, int rows, int columns, string expected)
    {
        var view = new View<double>(Layout, [1, 2, 3, 4, 5, 6, 7]);
        MemoryStream file = Saved(new View<double>(new ParameterLayout(("bias", []), (name, [rows, columns]))));
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => view.Load(file)).Message);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], view.Values);
    }

    [Fact]
    public void A_missing_block_is_named()
    {
        MemoryStream file = Saved(new View<double>(new ParameterLayout(("bias", []))));
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => new View<double>(Layout).Load(file));
        Assert.Contains("Block 'w', of shape [2 × 3], is missing", e.Message);
    }

    [Fact]
    public void Doubles_are_not_loaded_into_floats_but_floats_into_doubles()
    {
        MemoryStream doubles = Saved(new View<double>(Layout)), floats = Saved(new View<float>(Layout, [.1f, 2, 3, 4, 5, 6, 7]));
        Assert.Contains("The values are float64", Assert.Throws<InvalidDataException>(() => new View<float>(Layout).Load(doubles)).Message);
        var view = new View<double>(Layout);
        view.Load(floats);
        Assert.Equal(0.1f, (float)view.Values[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"other\",\"type\":\"float64\",\"blocks\":[]}")]
    [InlineData("{\"format\":\"SymbolicGD parameters 1\",\"type\":\"float64\",\"blocks\":[{\"name\":\"bias\",\"shape\":[],\"values\":[true]}]}")]
    [InlineData("{\"format\":\"SymbolicGD parameters 1\",\"type\":\"float64\",\"blocks\":[{\"name\":\"bias\",\"shape\":[],\"values\":[\"x\"]}]}")]
    public void What_is_no_such_file_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => new View<double>(Layout).Load(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    private static MemoryStream Saved<T>(View<T> view)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var stream = new MemoryStream();
        view.Save(stream);
        stream.Position = 0;
        return stream;
    }
}

/// <summary>A view as the generator makes them, for a block of values and a scalar.</summary>
internal sealed class View<T> : ParameterView<T>
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    public View(ParameterLayout layout)
        : base(layout)
    {
    }

    public View(ParameterLayout layout, T[] values)
        : base(layout, values)
    {
    }

    public View(ParameterLayout layout, Initializer initializer)
        : base(layout) => Initialize(initializer);

    public Span<T> W => Block(0);

    public T Bias
    {
        get => Scalar(1);
        set => Scalar(1) = value;
    }

    public Span<T> this[int block] => Block(block);
}
