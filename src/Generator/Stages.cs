using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Schedule;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator;

/// <summary>What compiling one spec gave: the text of a file, or why there is none.</summary>
internal sealed record GeneratedFile(string HintName, string? Text, StageFailure? Failure)
{
    /// <summary>The part for devices, where one is wanted.</summary>
    public GeneratedFile? Device { get; init; }
}

/// <summary>Why a stage after Capture could not go on, with the method by name.</summary>
internal sealed record StageFailure(string Id, string ContainingType, string Method, string Message);

/// <summary>The stages after Capture, in order.</summary>
internal static class Stages
{
    public static GeneratedFile Loss(LossSpec spec, CancellationToken cancellation)
    {
        string type = string.Join("+", spec.ContainingTypes.Items.Select(t => t.Name));
        string qualified = spec.Namespace.Length > 0 ? spec.Namespace + "." + type : type;
        string hint = $"{qualified.Replace('+', '.')}.{spec.ClassName}";
        DeviceFunctions? forDevices = null;
        GeneratedFile file = Guarded.Compile(hint + ".g.cs", qualified, spec.Method, () => WriteLoss(spec, cancellation, out forDevices));
        return forDevices is { } functions
            ? file with { Device = Guarded.Compile(hint + ".Ilgpu.g.cs", qualified, spec.Method, () => WriteForDevices(spec, functions, cancellation)) } : file;
    }

    /// <summary>The functions of a loss, as every target starts from them.</summary>
    private readonly record struct DeviceFunctions(Function Value, Function Gradient, Function? Product)
    {
        /// <summary>The residuals, their Jacobian times a direction, and its transpose times a vector.</summary>
        public (Function Values, Function Along, Function Transposed)? Residuals { get; init; }
    }

    private static string WriteForDevices(LossSpec spec, DeviceFunctions functions, CancellationToken cancellation)
    {
        var plans = new DevicePlans(IlgpuPlanner.Plan(functions.Value), IlgpuPlanner.Plan(functions.Gradient))
        {
            Product = PlanOf(functions.Product),
            Residuals = PlanOf(functions.Residuals?.Values),
            JacobianVectorProduct = PlanOf(functions.Residuals?.Along),
            JacobianTransposedProduct = PlanOf(functions.Residuals?.Transposed),
        };
        cancellation.ThrowIfCancellationRequested();
        return DeviceObjectiveWriter.Write(spec, plans);

        static DevicePlan? PlanOf(Function? function) => function is null ? null : IlgpuPlanner.Plan(function);
    }

    public static GeneratedFile UpdateRule(UpdateRuleSpec spec, CancellationToken cancellation)
    {
        int dot = spec.Method.LastIndexOf('.');
        string hint = (spec.Namespace.Length > 0 ? spec.Namespace + "." : string.Empty) + spec.ClassName + ".g.cs";
        return Guarded.Compile(hint, dot < 0 ? string.Empty : spec.Method.Substring(0, dot), spec.Method.Substring(dot + 1), () =>
        {
            cancellation.ThrowIfCancellationRequested();
            Function rule = OptimizeStage.Normalize(spec.Function, fast: false);
            return RuleWriter.Write(spec with { Function = rule });
        });
    }

    /// <summary>What may go wrong in the derivative of a captured loss, and what is computed otherwise than it is written, at its place in the source.</summary>
    public static IEnumerable<DiagnosticSpec> Remarks(CaptureResult<LossSpec> captured, CancellationToken cancellation)
    {
        if (captured.Spec is not { } spec || captured.Sites.Count == 0) return [];
        cancellation.ThrowIfCancellationRequested();
        var sites = captured.Sites.Items.ToDictionary(s => s.Value);
        Remarks remarks = ConditionStage.RemarksOn(spec.Function, spec.Stabilize);
        return remarks.Hazards.Items.Where(h => sites.ContainsKey(h.Value)).Select(h => At(sites[h.Value], DiagnosticCatalog.NotFinite, h.What, h.Remedy))
            .Concat(remarks.Forms.Items.Where(f => sites.ContainsKey(f.Value)).Select(f => At(sites[f.Value], DiagnosticCatalog.Stabilized, f.Function)))
            .GroupBy(d => (d.Id, d.FilePath, d.Start, d.Length)).Select(place => place.First()).ToList();

        static DiagnosticSpec At(ValueSite site, DiagnosticDescriptor descriptor, params string[] arguments) =>
            new(descriptor.Id, site.FilePath, site.Start, site.Length, arguments.Prepend(site.Text).ToEquatableArray());
    }

    private static string WriteLoss(LossSpec spec, CancellationToken cancellation, out DeviceFunctions? forDevices)
    {
        forDevices = null;
        (Function stable, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(Verified(spec.Function), spec.Stabilize);
        Function loss = Verified(OptimizeStage.Normalize(Verified(stable), spec.IsFast));
        cancellation.ThrowIfCancellationRequested();
        Function gradient = Verified(OptimizeStage.Run(Verified(DifferentiateStage.Gradient(loss, spec.Checkpoints)), spec.IsFast));

        // What is computed again tells nobody anything: the header shows formulas and costs without it.
        Function shown = spec.Checkpoints ? OptimizeStage.Run(DifferentiateStage.Gradient(loss), spec.IsFast) : gradient;
        cancellation.ThrowIfCancellationRequested();
        Function value = Verified(OptimizeStage.Run(loss, spec.IsFast));
        var plans = new ObjectivePlans(SimdPlanner.PlanWithContractions(value), SimdPlanner.PlanWithContractions(gradient));
        Function? product = null;
        (Function, Function, Function)? ofResiduals = null;
        if (spec.Order >= 2)
        {
            product = Optimized(DifferentiateStage.HessianVectorProduct(loss, spec.Checkpoints));
            plans = plans with
            {
                Product = SimdPlanner.PlanWithContractions(product),
                Along = SimdPlanner.PlanWithContractions(Optimized(DifferentiateStage.Tangent(loss))),
                Cliques = Cliques() is { } cliques ? SimdPlanner.Sequential(cliques) : null,
            };
            cancellation.ThrowIfCancellationRequested();
        }

        if (spec.Residual is { } residual)
        {
            int count = residual.Extent < 0 ? 1 : residual.One.Extents[residual.Extent].Literal;
            JacobianFunctions? jacobian = DifferentiateStage.Jacobian(residual.One, count, Primal);
            KernelPlan? kernel = jacobian is null ? null : SimdPlanner.Plan(Optimized(jacobian.Values));
            if (kernel?.Examples == ExampleMode.Blocks)
            {
                plans = plans with { Jacobian = kernel, JacobianColumns = SimdPlanner.Sequential(Verified(jacobian!.Columns), singleExample: true), JacobianStarts = jacobian.Starts, JacobianPlaces = jacobian.Places };
            }

            // A row of the Jacobian has no use for the residual itself.
            Function values = Primal(residual.Values);
            plans = plans with
            {
                Residuals = SimdPlanner.Plan(Optimized(values), singleExample: true),
                ResidualRow = SimdPlanner.Plan(Optimized(DifferentiateStage.ExampleGradient(Primal(residual.One)) with { Result = -1 }), singleExample: true),
            };
            if (residual.Multiplied is { } multiplied)
            {
                ofResiduals = (
                    Optimized(values), Optimized(DifferentiateStage.Tangent(values)),
                    Optimized(DifferentiateStage.ExampleGradient(Primal(multiplied), spec.Checkpoints) with { Result = -1 }));
            }
        }
        else if (VaryingValues.GathersParameters(loss))
        {
            plans = Cliques() is { } used
                ? plans with { Touches = SimdPlanner.Sequential(used, singleExample: true) }
                : plans with { ExampleGradient = SimdPlanner.Plan(Optimized(DifferentiateStage.ExampleGradient(loss)), singleExample: true) };
        }

        cancellation.ThrowIfCancellationRequested();
        CurvatureCertificate certificate = ConditionStage.Certify(loss);
        plans = plans with
        {
            Certificate = certificate,
            // The gradient of a quadratic form at v is its matrix times v.
            Curvature = certificate.Majorant is { } majorant
                ? SimdPlanner.Plan(Optimized(DifferentiateStage.Gradient(Verified(OptimizeStage.Normalize(Verified(majorant), spec.IsFast))))) : null,
        };
        cancellation.ThrowIfCancellationRequested();
        if (spec.MaxOverhead > 0 && CostContract.Overhead(loss, shown) is var overhead && overhead > spec.MaxOverhead) throw new CostExceededException(overhead, spec.MaxOverhead);
        if (spec.HasDevice) forDevices = new DeviceFunctions(value, gradient, product) { Residuals = ofResiduals };
        return ObjectiveWriter.Write(spec, HeaderText.Create(spec, loss, shown, rewrites, plans), plans);

        Function? Cliques() => DifferentiateStage.HessianCliques(spec.Function) is { } named ? Verified(OptimizeStage.Prune(Verified(named))) : null;

        Function Optimized(Function function) => Verified(OptimizeStage.Run(Verified(function), spec.IsFast));

        Function Primal(Function function) => Verified(OptimizeStage.Normalize(Verified(ConditionStage.Run(Verified(function), spec.Stabilize).Function), spec.IsFast));
    }

    /// <summary>In debug builds every stage's output is checked; what is wrong becomes an internal error at the method.</summary>
    private static Function Verified(Function function)
    {
#if DEBUG
        IrVerifier.Verify(function);
#endif
        return function;
    }
}
