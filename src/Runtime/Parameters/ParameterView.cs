using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A view of a flat parameter vector by named blocks. Generated <c>Parameters</c> classes derive from it and add one typed member
/// per block.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract partial class ParameterView<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a view of a new vector of zeros.</summary>
    /// <param name="layout">The blocks.</param>
    protected ParameterView(ParameterLayout layout)
        : this(layout, new T[(layout ?? throw new ArgumentNullException(nameof(layout))).Length])
    {
    }

    /// <summary>Creates a view of <paramref name="values"/>, which is not copied.</summary>
    /// <param name="layout">The blocks.</param>
    /// <param name="values">As long as the layout.</param>
    /// <exception cref="ArgumentException">The length is not that of the layout.</exception>
    protected ParameterView(ParameterLayout layout, T[] values)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != layout.Length)
        {
            throw new ArgumentException($"values has {values.Length} elements; the parameter vector has {layout.Length}.", nameof(values));
        }

        Layout = layout;
        Values = values;
    }

    /// <summary>The named blocks.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The flat vector, shared with this view.</summary>
    public T[] Values { get; }

    /// <summary>The flat vector, writable.</summary>
    public Span<T> AsSpan() => Values;

    /// <summary>The flat vector, as solvers and objectives take it.</summary>
    public static implicit operator ReadOnlySpan<T>(ParameterView<T> parameters) => parameters?.Values;

    /// <summary>The elements of one block.</summary>
    /// <param name="index">The block's index in <see cref="ParameterLayout.Blocks"/>.</param>
    protected Span<T> Block(int index)
    {
        ParameterBlock block = Layout.Blocks[index];
        return Values.AsSpan(block.Offset, block.Length);
    }

    /// <summary>The elements of a block of two dimensions, as a matrix of that shape.</summary>
    /// <param name="index">The block's index in <see cref="ParameterLayout.Blocks"/>.</param>
    protected Matrix<T> MatrixBlock(int index)
    {
        ParameterBlock block = Layout.Blocks[index];
        return new Matrix<T>(Values.AsSpan(block.Offset, block.Length), block.Shape[0], block.Shape[1]);
    }

    /// <summary>The one element of a scalar block.</summary>
    /// <param name="index">The block's index in <see cref="ParameterLayout.Blocks"/>.</param>
    protected ref T Scalar(int index) => ref Values[Layout.Blocks[index].Offset];

    /// <summary>Overwrites every block with the values that <paramref name="initializer"/> has for it.</summary>
    protected void Initialize(Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.Check(Layout);
        for (int i = 0; i < Layout.Blocks.Count; i++)
        {
            initializer.Fill(Layout.Blocks[i], i, Block(i));
        }
    }
}
