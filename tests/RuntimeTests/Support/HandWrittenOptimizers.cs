using System.Numerics;
using System.Runtime.Intrinsics;

namespace SymbolicGD.RuntimeTests;

/// <summary>Gradient descent as a user could write it without the generator.</summary>
internal sealed class HandSgd(double learningRate) : UpdateRuleOptimizer
{
    protected override FitResult<T> Drive<T>(UpdateRuleDriver<T> driver) => driver.Run(new SgdStruct<T>(T.CreateChecked(learningRate)));
}

internal struct SgdStruct<T>(T learningRate) : IUpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T rate;

    public static int StateCount => 0;

    public void Prepare(int step, double learningRateFactor) => rate = learningRate * T.CreateChecked(learningRateFactor);

    public void Update(ref T parameter, T gradient, ref T state, nuint stride) => parameter -= rate * gradient;

    public void Update(ref Vector512<T> parameter, Vector512<T> gradient, ref T state, nuint stride) => parameter -= rate * gradient;
}

/// <summary>Momentum with one value of state and a memory of the steps prepared.</summary>
internal sealed class HandMomentum(double learningRate, double decay = 0.9) : UpdateRuleOptimizer
{
    public List<(int Step, double Factor)> Prepared { get; } = [];

    protected override FitResult<T> Drive<T>(UpdateRuleDriver<T> driver) =>
        driver.Run(new MomentumStruct<T>(T.CreateChecked(learningRate), T.CreateChecked(decay), Prepared));
}

internal struct MomentumStruct<T>(T learningRate, T decay, List<(int Step, double Factor)>? prepared = null) : IUpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T rate;

    public static int StateCount => 1;

    public void Prepare(int step, double learningRateFactor)
    {
        prepared?.Add((step, learningRateFactor));
        rate = learningRate * T.CreateChecked(learningRateFactor);
    }

    public readonly void Update(ref T parameter, T gradient, ref T state, nuint stride)
    {
        state = (decay * state) + gradient;
        parameter -= rate * state;
    }

    public readonly void Update(ref Vector512<T> parameter, Vector512<T> gradient, ref T state, nuint stride)
    {
        Vector512<T> velocity = (decay * Vector512.LoadUnsafe(ref state)) + gradient;
        velocity.StoreUnsafe(ref state);
        parameter -= rate * velocity;
    }
}
