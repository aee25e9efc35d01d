using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The update of one element in a form that devices compile: a struct of numbers alone, whose method calls only functions that devices have.
/// The generator makes one for each <see cref="UpdateRuleAttribute"/> method.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IDeviceRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Updates one element and its state, of which a rule uses the first <see cref="IUpdateRule{T}.StateCount"/> values.</summary>
    void Update(ref T parameter, T gradient, ref T state0, ref T state1, ref T state2, ref T state3);
}

/// <summary>Takes the device form of an update rule, whatever its type. Implemented by the host code of devices.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IDeviceUpdate<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The largest <see cref="IUpdateRule{T}.StateCount"/> of a rule that has a device form.</summary>
    const int MostStates = 4;

    /// <summary>Updates the elements of the step at hand by <paramref name="rule"/>.</summary>
    void Run<TDevice>(in TDevice rule)
        where TDevice : unmanaged, IDeviceRule<T>;
}
