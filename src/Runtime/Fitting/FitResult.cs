using System.Numerics;

namespace SymbolicGD;

/// <summary>What a fit gave.</summary>
public sealed class FitResult<T>
    where T : unmanaged, IFloatingPointIeee754<T>;
