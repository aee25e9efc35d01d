using System.Numerics;
using System.Runtime.Intrinsics;

namespace SymbolicGD;

/// <summary>
/// An optimizer's update of one element and of one vector of elements. Implemented by the structs that the generator makes
/// from <see cref="UpdateRuleAttribute"/> methods: a step that is generic over the rule is specialized for it.
/// </summary>
public interface IUpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>How many values of state the rule keeps per parameter.</summary>
    static abstract int StateCount { get; }

    /// <summary>Computes what is the same for all elements of a step.</summary>
    /// <param name="step">1 for the first step.</param>
    /// <param name="learningRateFactor">What the schedule multiplies the learning rate by.</param>
    void Prepare(int step, double learningRateFactor);

    /// <summary>Updates one element.</summary>
    /// <param name="parameter">The element.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="state">Its first state value; state k lies k·<paramref name="stride"/> elements further.</param>
    /// <param name="stride">The distance between two state values of one parameter.</param>
    void Update(ref T parameter, T gradient, ref T state, nuint stride);

    /// <summary>Updates a vector of elements; <paramref name="state"/> refers to the state of the first.</summary>
    void Update(ref Vector512<T> parameter, Vector512<T> gradient, ref T state, nuint stride);
}
