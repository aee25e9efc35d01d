using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Start values of parameters, block by block. Random ones depend on the seed and the position of the block only: the same on
/// every machine, and not changed by the size of another block.
/// </summary>
public abstract class Initializer
{
    /// <summary>All zeros.</summary>
    public static Initializer Zeros { get; } = Constant(0);

    /// <summary>Every element the same.</summary>
    /// <param name="value">The element.</param>
    public static Initializer Constant(double value) => new ConstantInitializer(value);

    /// <summary>Uniform on [low, high).</summary>
    /// <exception cref="ArgumentException"><paramref name="low"/> ≥ <paramref name="high"/>, or one is not finite.</exception>
    public static Initializer Uniform(int seed, double low = -1, double high = 1) =>
        low < high && double.IsFinite(high - low)
            ? new RandomInitializer(seed, _ => (Distribution.Uniform, 0.5 * (low + high), 0.5 * (high - low)))
            : throw new ArgumentException(FormattableString.Invariant($"low is {low} and high is {high}; low must be less than high, both finite."), nameof(low));

    /// <summary>Normal with mean 0.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="standardDeviation">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is negative or not finite.</exception>
    public static Initializer Normal(int seed, double standardDeviation = 1) =>
        standardDeviation >= 0 && double.IsFinite(standardDeviation)
            ? new RandomInitializer(seed, _ => (Distribution.Normal, 0, standardDeviation))
            : throw new ArgumentOutOfRangeException(
                nameof(standardDeviation), standardDeviation, FormattableString.Invariant($"standardDeviation is {standardDeviation}; it must be finite and 0 or more."));

    /// <summary>
    /// Uniform on ±√(6 / (inputs + outputs)) for blocks of two and more dimensions (Glorot and Bengio 2010, eq. 16), zero for vectors and
    /// scalars. The first extent counts the outputs, the product of the others the inputs.
    /// </summary>
    public static Initializer Xavier(int seed) => new RandomInitializer(
        seed,
        block => block.Shape.Count < 2 ? default : (Distribution.Uniform, 0, Math.Sqrt(6.0 / Math.Max(1, block.Shape[0] + Inputs(block)))));

    /// <summary>
    /// Normal with standard deviation √(2 / inputs) for blocks of two and more dimensions (He et al. 2015, eq. 10), zero for vectors and
    /// scalars. The first extent counts the outputs, the product of the others the inputs.
    /// </summary>
    public static Initializer He(int seed) => new RandomInitializer(
        seed,
        block => block.Shape.Count < 2 ? default : (Distribution.Normal, 0, Math.Sqrt(2.0 / Math.Max(1, Inputs(block)))));

    /// <summary>An initializer of its own for some blocks, by name, and <paramref name="otherwise"/> for all others.</summary>
    /// <exception cref="ArgumentException">A name occurs twice. (That a name is no block's is found when parameters are created.)</exception>
    public static Initializer PerBlock(Initializer otherwise, params ReadOnlySpan<(string Block, Initializer Initializer)> blocks) =>
        new PerBlockInitializer(otherwise, blocks);

    /// <summary>Overwrites one block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="index">Its position among the blocks.</param>
    /// <param name="values">Its elements.</param>
    public abstract void Fill<T>(ParameterBlock block, int index, Span<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>;

    private static int Inputs(ParameterBlock block) => block.Shape.Skip(1).Aggregate(1, (product, extent) => product * extent);

    private enum Distribution
    {
        Zero,
        Uniform,
        Normal,
    }

    private sealed class ConstantInitializer(double value) : Initializer
    {
        public override void Fill<T>(ParameterBlock block, int index, Span<T> values) => values.Fill(T.CreateChecked(value));
    }

    private sealed class RandomInitializer(int seed, Func<ParameterBlock, (Distribution Kind, double Mean, double Scale)> choose) : Initializer
    {
        public override void Fill<T>(ParameterBlock block, int index, Span<T> values)
        {
            ArgumentNullException.ThrowIfNull(block);
            (Distribution kind, double mean, double scale) = choose(block);
            var random = new Xoshiro256((ulong)(uint)seed, (ulong)index);
            for (int i = 0; i < values.Length; i++)
            {
                double draw = kind switch
                {
                    Distribution.Uniform => (2 * random.NextDouble()) - 1,
                    Distribution.Normal => random.NextNormal(),
                    _ => 0,
                };
                values[i] = T.CreateChecked(mean + (scale * draw));
            }
        }
    }

    private sealed class PerBlockInitializer : Initializer
    {
        private readonly Initializer otherwise;
        private readonly Dictionary<string, Initializer> byName = [];

        public PerBlockInitializer(Initializer otherwise, ReadOnlySpan<(string Block, Initializer Initializer)> blocks)
        {
            ArgumentNullException.ThrowIfNull(otherwise);
            this.otherwise = otherwise;
            foreach ((string block, Initializer initializer) in blocks)
            {
                ArgumentNullException.ThrowIfNull(initializer);
                if (!byName.TryAdd(block, initializer))
                {
                    throw new ArgumentException($"Block '{block}' is named twice.", nameof(blocks));
                }
            }
        }

        public override void Fill<T>(ParameterBlock block, int index, Span<T> values)
        {
            ArgumentNullException.ThrowIfNull(block);
            byName.GetValueOrDefault(block.Name, otherwise).Fill(block, index, values);
        }

        internal override void Check(ParameterLayout layout)
        {
            foreach (string name in byName.Keys)
            {
                if (!layout.Blocks.Any(block => block.Name == name))
                {
                    throw new ArgumentException(
                        $"There is no parameter block '{name}'; the blocks are {string.Join(", ", layout.Blocks.Select(block => block.Name))}.", name);
                }
            }
        }
    }

    /// <summary>Checks that this initializer fits a layout, before anything is written.</summary>
    internal virtual void Check(ParameterLayout layout)
    {
    }
}
