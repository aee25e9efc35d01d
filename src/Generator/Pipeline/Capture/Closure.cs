using Microsoft.CodeAnalysis;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>What a delegate is known to stand for: a lambda with its body, or a static method.</summary>
/// <param name="method">The lambda's symbol or the method.</param>
/// <param name="body">The lambda's body; null for a method.</param>
/// <param name="home">The activation in which a lambda was made, and whose variables it sees.</param>
internal sealed class Closure(IMethodSymbol method, IOperation? body, object? home)
{
    public IMethodSymbol Method { get; } = method;

    public IOperation? Body { get; } = body;

    public object? Home { get; } = home;
}
