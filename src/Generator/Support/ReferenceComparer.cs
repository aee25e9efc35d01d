using System.Runtime.CompilerServices;

namespace SymbolicGD.Generator.Support;

/// <summary>Tells objects apart that are equal by content: two items of a function may be.</summary>
internal sealed class ReferenceComparer<T> : IEqualityComparer<T>
    where T : class
{
    public static ReferenceComparer<T> Instance { get; } = new();

    public bool Equals(T? x, T? y) => ReferenceEquals(x, y);

    public int GetHashCode(T obj) => RuntimeHelpers.GetHashCode(obj);
}
