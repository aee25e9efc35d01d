using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The update of one element in a form that devices compile: a struct of numbers alone, whose method calls only functions that devices have.
/// The generator makes one for each <see cref="UpdateRuleAttribute"/> method; only an <see cref="IUpdateRule{T}"/> that is written by hand needs one of yours.
/// </summary>
/// <remarks>
/// Fields are numbers of type <typeparamref name="T"/>, <see cref="int"/> or <see cref="float"/>, at least one; not <see cref="bool"/>, which kernels do not take, and
/// <see cref="double"/> only where the device has it. Functions of <typeparamref name="T"/> that need nothing else: <c>Abs</c>, <c>Sqrt</c>, <c>Min</c>, <c>Max</c>, <c>Floor</c>,
/// <c>Ceiling</c>, <c>CopySign</c>; <c>Exp</c>, <c>Log</c>, <c>Pow</c>, <c>Sin</c> and <c>Cos</c> need a context that was made with ILGPU.Algorithms' <c>EnableAlgorithms()</c>.
/// A device calls nothing that throws.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IDeviceRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Updates one element and its state, of which a rule uses the first <see cref="IUpdateRule{T}.StateCount"/> values; the others are 0, and what is written to them is lost.</summary>
    /// <param name="parameter">The element.</param>
    /// <param name="gradient">Its gradient, clipped.</param>
    /// <param name="state0">Its first state value.</param>
    /// <param name="state1">Its second.</param>
    /// <param name="state2">Its third.</param>
    /// <param name="state3">Its fourth.</param>
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
    /// <exception cref="NotSupportedException">The rule does not compile for the device.</exception>
    void Run<TDevice>(in TDevice rule)
        where TDevice : unmanaged, IDeviceRule<T>;
}
