using SymbolicGD.Generator.Ir;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>Inputs for any function, from a seed.</summary>
internal static class RandomInputs
{
    /// <summary>The largest extent that <see cref="For"/> chooses.</summary>
    public const int MaxExtent = 4;

    /// <summary>Reals lie in this far from zero; nothing lies nearer to zero than 0.05.</summary>
    public const double MaxReal = 1.5;

    /// <summary>
    /// Extents 1 to <see cref="MaxExtent"/>, three examples, reals within ±<see cref="MaxReal"/>. Integers lie in 0 to the smallest
    /// extent − 1, so that they can be indices. The seed of the derivative is 1/3, as for a mean.
    /// </summary>
    public static IrInputs For(Function function, int seed)
    {
        var random = new Random(seed);
        int[] extents = function.Extents.Select(e => random.Next(1, MaxExtent + 1) is var chosen && e.Literal >= 0 ? e.Literal : chosen).ToArray();
        return Fill(function, random, extents, examples: 3);
    }

    /// <summary>The same with the sizes as given: large ones reach whole vectors.</summary>
    /// <param name="extent">The length of every extent but those named <c>…Squared</c>, which hold a flattened square matrix.</param>
    public static IrInputs OfSize(Function function, int seed, int extent, int examples) =>
        Fill(function, new Random(seed), function.Extents.Select(e => e.Literal >= 0 ? e.Literal : e.Name.EndsWith("Squared", StringComparison.Ordinal) ? extent * extent : extent).ToArray(), examples);

    /// <summary>The same inputs with a random direction for the parameters.</summary>
    public static IrInputs WithDirection(this IrInputs inputs, Function function, int seed)
    {
        var random = new Random(unchecked((seed * 7919) + 1));
        return inputs with
        {
            Direction = function.Arguments.Select((a, k) => a.Role == ArgumentRole.Parameter ? inputs.Arguments[k].Select(_ => Real(random, a.Type)).ToArray() : []).ToArray(),
        };
    }

    /// <summary>The same with each extent from 1 to <paramref name="maxExtent"/>.</summary>
    public static IrInputs UpTo(Function function, int seed, int maxExtent, int examples)
    {
        var random = new Random(seed);
        return Fill(function, random, function.Extents.Select(e => random.Next(1, maxExtent + 1) is var chosen && e.Literal >= 0 ? e.Literal : chosen).ToArray(), examples);
    }

    /// <summary>The same with each extent as given.</summary>
    public static IrInputs OfExtents(Function function, int seed, int[] extents, int examples) => Fill(function, new Random(seed), extents, examples);

    /// <summary>The inputs with one example of theirs only, which is not weighed.</summary>
    public static IrInputs Only(this IrInputs inputs, Function function, int example) => inputs with
    {
        Arguments = function.Arguments.Select((a, k) => a.Role != ArgumentRole.Data ? inputs.Arguments[k]
            : inputs.Arguments[k].AsSpan(example * a.LengthAt(inputs.Extents), a.LengthAt(inputs.Extents)).ToArray()).ToArray(),
        ExampleCount = 1,
        Seed = 1,
    };

    private static IrInputs Fill(Function function, Random random, int[] extents, int examples)
    {
        int smallest = extents.Length == 0 ? 1 : extents.Min();
        double[][] arguments = function.Arguments.Select(argument =>
        {
            int width = argument.LengthAt(extents);
            int count = argument.Role switch
            {
                ArgumentRole.Data => examples * width,
                ArgumentRole.Parameter or ArgumentRole.Constant => width,
                _ => 0,
            };
            return Enumerable.Range(0, count).Select(_ => argument.Type == ScalarType.I32 ? random.Next(smallest) : Real(random, argument.Type)).ToArray();
        }).ToArray();
        return new(arguments, extents, examples, 1.0 / Math.Max(examples, 1));
    }

    private static double Real(Random random, ScalarType type)
    {
        double size = 0.05 + (random.NextDouble() * (MaxReal - 0.05));
        double value = random.Next(2) == 0 ? size : -size;
        return type == ScalarType.F32 ? (float)value : value;
    }
}
