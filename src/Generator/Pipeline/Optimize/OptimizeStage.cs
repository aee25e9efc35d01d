using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Algebra and code motion for speed. Every pass keeps what the interpreter computes, up to the rounding of sums that run
/// over loops; with <c>fast</c> also up to NaN, infinities and the sign of zero.
/// </summary>
internal static class OptimizeStage
{
    private sealed record Pass(string Name, string Reason, Func<Function, bool, Function> Run);

    private static readonly Pass[] BeforeDifferentiation =
    [
        new("Simplify", "fewer operations to differentiate; equal indices become equal values",
            (f, fast) => Simplify.Run(f, fast, afterDifferentiation: false)),
        new("ClosedForms", "running offsets become functions of the counters, which need no record and let loops run in vectors",
            (f, _) => ClosedForms.Run(f)),
        new("ForwardStores", "what an element was just given needs no load, and no adjoint array",
            (f, _) => ForwardStores.Run(f)),
        new("DeadCode", "nothing unused is differentiated",
            (f, _) => DeadCode.Run(f)),
        new("Hoist", "values of the parameters alone leave the example loop, and so do their adjoints",
            (f, _) => Hoist.Run(f)),
        new("FillTriangles", "sums over a triangle of parameters become sums over whole rows, which are products of matrices for many examples",
            (f, _) => FillTriangles.Run(f)),
        new("FuseLoops", "one pass over the data where two loops run over the same extent",
            (f, _) => FuseLoops.Run(f)),
        new("Simplify", "what fusion and hoisting have made equal becomes one value",
            (f, fast) => Simplify.Run(f, fast, afterDifferentiation: false)),
        new("DeadCode", "leaves only what is used",
            (f, _) => DeadCode.Run(f)),
    ];

    private static readonly Pass[] AfterDifferentiation =
    [
        new("Simplify", "the derivative rules write 1·x, −(−x) and x·c·1 without looking",
            (f, fast) => Simplify.Run(f, fast, afterDifferentiation: true)),
        new("ForwardStores", "adjoints and records that are read where they were written need no memory",
            (f, _) => ForwardStores.Run(f)),
        new("DeadStores", "the reverse sweep puts back and clears what nobody reads any more",
            (f, _) => DeadStores.Run(f)),
        new("DeadCode", "the forward values that no derivative needs go",
            (f, _) => DeadCode.Run(f)),
        new("Hoist", "products of parameters and constants that the derivative made leave the loops",
            (f, _) => Hoist.Run(f)),
        new("FuseLoops", "forward and reverse sweep over one extent become one pass where no result is awaited",
            (f, _) => FuseLoops.Run(f)),
        new("MergeAccumulates", "one element of the gradient is touched once per iteration",
            (f, _) => MergeAccumulates.Run(f)),
        new("AccumulateOnce", "an element that a loop adds to over and over is summed in a register",
            (f, _) => AccumulateOnce.Run(f)),
        new("GatherAccumulates", "x[i] and x[i+1] in one body: write each element once, in order, instead of adding twice",
            (f, _) => GatherAccumulates.Run(f)),
        new("UniformArrays", "what is the same for all examples is seen to be, and needs no array for each of them",
            (f, _) => UniformArrays.Run(f)),
        new("UniformSums", "sums that are the same for all examples are computed once",
            (f, _) => UniformSums.Run(f)),
        new("DiagonalAdjoints", "of a triangle of which only the diagonal is wanted, only the diagonal is computed",
            (f, _) => DiagonalAdjoints.Run(f)),
        new("Simplify", "shifted indices become equal values again, and what they load with them",
            (f, fast) => Simplify.Run(f, fast, afterDifferentiation: true)),
        new("Hoist", "the new invariants leave their loops",
            (f, _) => Hoist.Run(f)),
        new("DeadCode", "leaves only what is used",
            (f, _) => DeadCode.Run(f)),
    ];

    /// <summary>Brings the primal into the form that is worth differentiating.</summary>
    public static Function Normalize(Function function, bool fast) => Apply(BeforeDifferentiation, function, fast);

    /// <summary>Makes the differentiated function fast.</summary>
    public static Function Run(Function function, bool fast) => Apply(AfterDifferentiation, function, fast);

    /// <summary>Removes what is not used, and changes nothing else.</summary>
    public static Function Prune(Function function) => DeadCode.Run(function);

    private static Function Apply(Pass[] passes, Function function, bool fast)
    {
        foreach (Pass pass in passes)
        {
            function = pass.Run(function, fast);
            Verify(pass, function);
        }

        return function;
    }

    [System.Diagnostics.Conditional("DEBUG")]
    private static void Verify(Pass pass, Function function)
    {
        try
        {
            IrVerifier.Verify(function, isUpdateRule: function.Result < 0);
        }
        catch (IrVerificationException e)
        {
            throw new IrVerificationException($"After {pass.Name} ({pass.Reason}): {e.Message}");
        }
    }
}
