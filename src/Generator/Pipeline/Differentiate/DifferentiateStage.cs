using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>The loss uses something whose derivative cannot be formed; the message says what, in words for the user.</summary>
internal sealed class DifferentiationNotSupportedException(string reason) : Exception(reason);

/// <summary>Derivatives of a function of the IR with respect to its parameters.</summary>
internal static class DifferentiateStage
{
    // Each pass only adds decisions, of which there are finitely many; real losses settle in three or four.
    private const int MaxPasses = 1000;

    // All their gradients are in one kernel.
    private const int MaxResiduals = 4;

    /// <summary>
    /// The function that computes the value of <paramref name="function"/> and accumulates its gradient into one
    /// <see cref="BufferKind.Gradient"/> buffer per parameter.
    /// </summary>
    /// <remarks>
    /// What the reverse sweep needs of the forward sweep is found by running it: a pass that asks for a value which was not
    /// recorded notes it and goes on with a placeholder, and the next pass records it. The last pass asks for nothing new.
    /// So recording and use cannot disagree.
    /// </remarks>
    /// <exception cref="DifferentiationNotSupportedException">The loss has no derivative in this compiler.</exception>
    /// <param name="checkpoint">Whether long loops that carry state keep the state of every √n-th iteration only: see <see cref="Segments"/>.</param>
    public static Function Gradient(Function function, bool checkpoint = false) => Reverse(function, checkpoint, out _);

    /// <summary>
    /// Forward mode. For a loss: the function whose result is the derivative along the <see cref="BufferKind.Direction"/> buffers, one per
    /// parameter. For a function with gradient buffers: the one that accumulates the derivative of the gradient along the direction into
    /// these buffers, and has no result. Likewise for one that stores to a <see cref="BufferKind.Output"/> buffer, which it overwrites with the derivatives.
    /// </summary>
    /// <exception cref="DifferentiationNotSupportedException">An operation has no derivative in this compiler.</exception>
    public static Function Tangent(Function function) => new TangentPass(function, []).Run();

    /// <summary>The product of the Hessian with the direction: forward mode over the reverse one.</summary>
    /// <inheritdoc cref="Tangent" path="/exception"/>
    public static Function HessianVectorProduct(Function loss, bool checkpoint = false)
    {
        Function gradient = Reverse(loss, checkpoint, out HashSet<int> guards);
        return new TangentPass(gradient, guards).Run();
    }

    /// <inheritdoc cref="HessianCliquesPass"/>
    /// <returns>See <see cref="HessianCliquesPass.Run"/>.</returns>
    public static Function? HessianCliques(Function loss) => HessianCliquesPass.Run(loss);

    /// <summary>The gradient function for one example at a time, whose weight is 1.</summary>
    /// <inheritdoc cref="Gradient" path="/exception"/>
    public static Function ExampleGradient(Function loss, bool checkpoint = false) => new UnitSeed(Gradient(loss, checkpoint)).Run();

    /// <inheritdoc cref="JacobianPass"/>
    /// <param name="residual">One residual of an example, that which <see cref="SpecialArgument.Output"/> says.</param>
    /// <param name="count">The number of residuals of an example.</param>
    /// <param name="normalize">Brings a function into the form that is worth differentiating.</param>
    /// <returns>Null where the entries of a row are not the same for every example, or the number of residuals is not known or large.</returns>
    public static JacobianFunctions? Jacobian(Function residual, int count, Func<Function, Function> normalize) => count is < 1 or > MaxResiduals ? null
        : JacobianPass.Run([.. Enumerable.Range(0, count).Select(k => ExampleGradient(normalize(new OneOutput(residual, k).Run())))]);

    private sealed class OneOutput(Function residual, int output) : IrRewriter(residual)
    {
        protected override int RewriteLet(Let let) => let is { Op: Op.Argument, Payload: SpecialArgument.Output } ? Builder.Int(output) : base.RewriteLet(let);
    }

    private sealed class UnitSeed(Function gradient) : IrRewriter(gradient)
    {
        protected override int RewriteLet(Let let) =>
            let is { Op: Op.Argument, Payload: SpecialArgument.Seed } ? Builder.Real(Source.TypeOf(let.Id), 1) : base.RewriteLet(let);
    }

    /// <param name="guards">The values of the gradient function that are guarded products: see <see cref="Emitter.Guards"/>.</param>
    private static Function Reverse(Function function, bool checkpoint, out HashSet<int> guards)
    {
        HashSet<int> segments = [];
        if (checkpoint) (function, segments) = Segments.Split(function);
        function = TripCounts.Add(PrivateArrays.Move(function));
        var tree = new SourceTree(function);
        var facts = new Facts(tree, new Activity(tree), new Reductions(tree), new Dependence(tree), segments);
        var recording = new Recording(function.Values.Count);
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            recording.BeginPass();
            var attempt = new GradientPass(facts, recording);
            if (attempt.Run() is not { } gradient || recording.Changed) continue;
            guards = attempt.Guards;
            return gradient;
        }

        throw new InvalidOperationException("The reverse sweep does not settle on what to record.");
    }
}

/// <summary>What is known of the function before any derivative is written.</summary>
/// <param name="Segments">The counters of the loops whose iterations are computed again in the reverse sweep.</param>
internal sealed record Facts(SourceTree Tree, Activity Activity, Reductions Reductions, Dependence Dependence, HashSet<int> Segments);
