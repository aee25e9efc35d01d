namespace SymbolicGD;

/// <summary>The model of the inverse Hessian that <see cref="LBfgs"/> corrects by the steps that it remembers.</summary>
public enum LBfgsScaling
{
    /// <summary>One number for all parameters, sᵀy/yᵀy of the last step (Liu and Nocedal 1989; scipy's and PyTorch's L-BFGS).</summary>
    Scalar,

    /// <summary>
    /// A number for each parameter, learned from all steps so far (Gilbert and Lemaréchal 1989; M1QN3's diagonal mode). For two more vectors and nine more operations on vectors in an
    /// iteration, it needs fewer evaluations where parameters have different units or curvatures.
    /// </summary>
    Diagonal,
}
