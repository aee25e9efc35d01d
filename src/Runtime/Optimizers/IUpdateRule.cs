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

    /// <summary>Hands the rule, prepared for a step, to a device: calls <paramref name="device"/> with the form that devices compile.</summary>
    /// <exception cref="NotSupportedException">
    /// The rule has no such form: it is written by hand and does not override this method, or it uses a function that devices do not have.
    /// </exception>
    void OnDevice(IDeviceUpdate<T> device) => throw new NotSupportedException(
        $"{GetType()} has no form for devices. Rules that are generated from [UpdateRule] methods have one; a rule that is written by hand overrides {nameof(OnDevice)} "
        + $"and calls {nameof(IDeviceUpdate<T>)}.{nameof(IDeviceUpdate<T>.Run)} with a struct that implements {nameof(IDeviceRule<T>)}<T>.");
}
