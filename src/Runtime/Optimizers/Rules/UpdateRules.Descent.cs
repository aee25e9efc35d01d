using System.Numerics;

namespace SymbolicGD;

public static partial class UpdateRules
{
    /// <summary>Stochastic gradient descent: x ← x − η·(g + λ·x).</summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="weightDecay">λ.</param>
    [UpdateRule(Name = "Sgd")]
    public static void SgdRule<T>(ref T parameter, T gradient, [Hyper(1e-3)] T learningRate, [Hyper(0)] T weightDecay)
        where T : IFloatingPointIeee754<T>
    {
        T g = gradient + weightDecay * parameter;
        parameter -= learningRate * g;
    }

    /// <summary>
    /// Gradient descent with heavy-ball momentum: v ← μ·v + (1 − τ)·(g + λ·x), x ← x − η·v. The first step sets v to its gradient.
    /// </summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="velocity">v.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="decay">μ, PyTorch's momentum.</param>
    /// <param name="dampening">τ.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="step">1 for the first.</param>
    [UpdateRule(Name = "Momentum")]
    public static void MomentumRule<T>(
        ref T parameter, T gradient, [State] ref T velocity,
        [Hyper(1e-3)] T learningRate, [Hyper(0.9)] T decay, [Hyper(0)] T dampening, [Hyper(0)] T weightDecay, [Step] int step)
        where T : IFloatingPointIeee754<T>
    {
        T g = gradient + weightDecay * parameter;
        velocity = step == 1 ? g : decay * velocity + (T.One - dampening) * g;
        parameter -= learningRate * velocity;
    }

    /// <summary>Gradient descent with Nesterov momentum: v ← μ·v + (g + λ·x), x ← x − η·(g + λ·x + μ·v) (Sutskever et al. 2013).</summary>
    /// <param name="parameter">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="velocity">v.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="decay">μ, PyTorch's momentum.</param>
    /// <param name="weightDecay">λ.</param>
    [UpdateRule(Name = "Nesterov")]
    public static void NesterovRule<T>(
        ref T parameter, T gradient, [State] ref T velocity, [Hyper(1e-3)] T learningRate, [Hyper(0.9)] T decay, [Hyper(0)] T weightDecay)
        where T : IFloatingPointIeee754<T>
    {
        T g = gradient + weightDecay * parameter;
        velocity = decay * velocity + g;
        parameter -= learningRate * (g + decay * velocity);
    }
}
