namespace SymbolicGD;

/// <summary>How a fit runs.</summary>
public sealed record FitOptions
{
    internal static FitOptions Default { get; } = new();
}
