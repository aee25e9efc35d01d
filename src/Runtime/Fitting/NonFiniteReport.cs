using System.Globalization;
using System.Numerics;

namespace SymbolicGD;

/// <summary>Finds out where a value or gradient that is not finite comes from. Called once, when a fit ends for it.</summary>
internal static class NonFiniteReport
{
    /// <summary>One sentence: the value and the norm, the first example, and the first block of the gradient.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="parameters">The point.</param>
    /// <param name="batch">The examples of the step; empty: all.</param>
    /// <param name="value">The value found.</param>
    /// <param name="gradientNorm">The norm found.</param>
    public static string Describe<T>(IObjective<T> objective, VectorHandle<T> parameters, ReadOnlySpan<int> batch, T value, T gradientNorm)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        int length = objective.Layout.Length;
        var host = new T[length];
        parameters.CopyTo(host);
        string what = string.Create(culture, $"the value is {value} and the gradient norm {gradientNorm}");
        if (Block(objective.Layout, host) is { } bad)
        {
            return $"{what}: parameter {bad}";
        }

        string where = "";
        if (objective is IExampleObjective<T> examples && !T.IsFinite(value))
        {
            int first = FirstExample(examples, parameters, batch.IsEmpty ? Enumerable.Range(0, examples.ExampleCount).ToArray() : batch.ToArray());
            where = first >= 0
                ? string.Create(culture, $"; example {first} is the first whose loss is not finite")
                : "; the loss of each example is finite, their sum is not";
        }

        using VectorHandle<T> gradient = objective.CreateVector();
        _ = batch.IsEmpty || objective is not IExampleObjective<T> batched
            ? objective.Gradient(parameters, gradient)
            : batched.Gradient(parameters, batch, gradient);
        gradient.CopyTo(host);
        return Block(objective.Layout, host) is { } block ? $"{what}{where}; in the gradient, the first such element is {block}" : what + where;
    }

    private static string? Block<T>(ParameterLayout layout, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (ParameterBlock block in layout.Blocks)
        {
            for (int i = 0; i < block.Length; i++)
            {
                T value = values[block.Offset + i];
                if (!T.IsFinite(value))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{block.Name}{(block.Shape.Count == 0 ? "" : $"[{i}]")} = {value}");
                }
            }
        }

        return null;
    }

    // The value over a batch is not finite if that over one of its halves is: log₂ n evaluations of halving size.
    private static int FirstExample<T>(IExampleObjective<T> objective, VectorHandle<T> parameters, ReadOnlySpan<int> batch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        while (batch.Length > 1)
        {
            ReadOnlySpan<int> left = batch[..(batch.Length / 2)], right = batch[(batch.Length / 2)..];
            if (!T.IsFinite(objective.Value(parameters, left)))
            {
                batch = left;
            }
            else if (!T.IsFinite(objective.Value(parameters, right)))
            {
                batch = right;
            }
            else
            {
                return -1;
            }
        }

        return T.IsFinite(objective.Value(parameters, batch)) ? -1 : batch[0];
    }
}
