using System.Numerics;

namespace SymbolicGD;

public static partial class UpdateRules
{
    /// <summary>
    /// AdaGrad (Duchi et al. 2011): s ← s + g², x ← x − η/(1 + (t − 1)·δ)·g/(√s + ε), with g + λ·x for g.
    /// </summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="sum">s.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="learningRateDecay">δ.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="initialSum">s before the first step.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="step">t, 1 for the first.</param>
    [UpdateRule(Name = "AdaGrad")]
    public static void AdaGradRule<T>(
        ref T parameter, T gradient, [State] ref T sum,
        [Hyper(1e-2)] T learningRate, [Hyper(0)] T learningRateDecay, [Hyper(0)] T weightDecay, [Hyper(0)] T initialSum, [Hyper(1e-10)] T epsilon,
        [Step] int step)
        where T : IFloatingPointIeee754<T>
    {
        T g = gradient + weightDecay * parameter;
        sum = (step == 1 ? initialSum : sum) + g * g;
        T rate = learningRate / (T.One + T.CreateChecked(step - 1) * learningRateDecay);
        parameter -= rate * g / (T.Sqrt(sum) + epsilon);
    }

    /// <summary>RMSProp (Hinton 2012): s ← α·s + (1 − α)·g², x ← x − η·g/(√s + ε), with g + λ·x for g.</summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="average">s.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="alpha">α.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    [UpdateRule(Name = "RmsProp")]
    public static void RmsPropRule<T>(
        ref T parameter, T gradient, [State] ref T average,
        [Hyper(1e-2)] T learningRate, [Hyper(0.99)] T alpha, [Hyper(1e-8)] T epsilon, [Hyper(0)] T weightDecay)
        where T : IFloatingPointIeee754<T>
    {
        T g = gradient + weightDecay * parameter;
        average = alpha * average + (T.One - alpha) * g * g;
        parameter -= learningRate * g / (T.Sqrt(average) + epsilon);
    }

    /// <summary>
    /// Adam (Kingma and Ba 2015): m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², x ← x − η/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + ε), with g + λ·x for g.
    /// </summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="mean">m.</param>
    /// <param name="variance">v.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="step">t, 1 for the first.</param>
    [UpdateRule(Name = "Adam")]
    public static void AdamRule<T>(
        ref T parameter, T gradient, [State] ref T mean, [State] ref T variance,
        [Hyper(1e-3)] T learningRate, [Hyper(0.9)] T beta1, [Hyper(0.999)] T beta2, [Hyper(1e-8)] T epsilon, [Hyper(0)] T weightDecay, [Step] int step)
        where T : IFloatingPointIeee754<T>
    {
        T g = gradient + weightDecay * parameter;
        mean = beta1 * mean + (T.One - beta1) * g;
        variance = beta2 * variance + (T.One - beta2) * g * g;
        T stepLength = learningRate / (T.One - T.Pow(beta1, T.CreateChecked(step)));
        T scale = T.One / T.Sqrt(T.One - T.Pow(beta2, T.CreateChecked(step)));
        parameter -= stepLength * mean / (T.Sqrt(variance) * scale + epsilon);
    }

    /// <summary>
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019): x ← x − η·λ·x, then Adam's step without weight decay.
    /// </summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="mean">m.</param>
    /// <param name="variance">v.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="step">t, 1 for the first.</param>
    [UpdateRule(Name = "AdamW")]
    public static void AdamWRule<T>(
        ref T parameter, T gradient, [State] ref T mean, [State] ref T variance,
        [Hyper(1e-3)] T learningRate, [Hyper(0.9)] T beta1, [Hyper(0.999)] T beta2, [Hyper(1e-8)] T epsilon, [Hyper(1e-2)] T weightDecay, [Step] int step)
        where T : IFloatingPointIeee754<T>
    {
        mean = beta1 * mean + (T.One - beta1) * gradient;
        variance = beta2 * variance + (T.One - beta2) * gradient * gradient;
        T stepLength = learningRate / (T.One - T.Pow(beta1, T.CreateChecked(step)));
        T scale = T.One / T.Sqrt(T.One - T.Pow(beta2, T.CreateChecked(step)));
        T kept = (T.One - learningRate * weightDecay) * parameter;
        parameter = kept - stepLength * mean / (T.Sqrt(variance) * scale + epsilon);
    }

    /// <summary>
    /// Lion (Chen et al. 2023): x ← x − η·sign(β₁·m + (1 − β₁)·g) − η·λ·x, m ← β₂·m + (1 − β₂)·g. Not in PyTorch; defaults are the paper's.
    /// </summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="momentum">m.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="weightDecay">λ.</param>
    [UpdateRule(Name = "Lion")]
    public static void LionRule<T>(
        ref T parameter, T gradient, [State] ref T momentum,
        [Hyper(1e-4)] T learningRate, [Hyper(0.9)] T beta1, [Hyper(0.99)] T beta2, [Hyper(0)] T weightDecay)
        where T : IFloatingPointIeee754<T>
    {
        T u = beta1 * momentum + (T.One - beta1) * gradient;
        T kept = (T.One - learningRate * weightDecay) * parameter;
        parameter = kept - (u > T.Zero ? learningRate : u < T.Zero ? -learningRate : T.Zero);
        momentum = beta2 * momentum + (T.One - beta2) * gradient;
    }
}
