using System.Numerics;

namespace SymbolicGD;

/// <summary>Checks of the arguments that all solvers share.</summary>
internal static class FitChecks
{
    public static void Start<T>(IObjective<T> objective, ReadOnlySpan<T> start)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(objective);
        if (start.Length != objective.Layout.Length)
        {
            string blocks = string.Join(", ", objective.Layout.Blocks.Select(block => $"{block.Name}[{string.Join(", ", block.Shape)}]"));
            throw new ArgumentException($"start has {start.Length} elements; the parameter vector has {objective.Layout.Length}: {blocks}.", nameof(start));
        }
    }

    public static IObjective<T>? Validation<T>(IObjective<T> objective, FitOptions options)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (options.Validation is not { } validation)
        {
            return null;
        }

        if (validation is not IObjective<T> typed)
        {
            throw new ArgumentException(
                $"FitOptions.Validation is a {validation.GetType().Name}, which is no objective over {typeof(T).Name} as the one that is minimized.", nameof(options));
        }

        return typed.Layout.Length == objective.Layout.Length
            ? typed
            : throw new ArgumentException(
                $"FitOptions.Validation has {typed.Layout.Length} parameters; the objective that is minimized has {objective.Layout.Length}.", nameof(options));
    }
}
