using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Schedule;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.Generator.Support;
using SymbolicGD.GeneratorTests.Capture;

namespace SymbolicGD.GeneratorTests.Header;

/// <summary>A loss after each stage.</summary>
internal sealed record Staged(LossSpec Spec, EquatableArray<Rewrite> Rewrites, Function Loss, Function Gradient)
{
    public SymbolicGD.Generator.Pipeline.Write.Header Header => HeaderText.Create(
        Spec, Loss, Gradient, Rewrites, new ObjectivePlans(SimdPlanner.Plan(Loss), SimdPlanner.Plan(Gradient)) { Certificate = ConditionStage.Certify(Loss) });

    public static Staged Of(string method)
    {
        LossSpec spec = CaptureDriver.Loss(Losses.InClass(method));
        (Function stable, EquatableArray<Rewrite> rewrites) = ConditionStage.Run(spec.Function, spec.Stabilize);
        Function loss = OptimizeStage.Normalize(stable, spec.IsFast);
        Function gradient = OptimizeStage.Run(DifferentiateStage.Gradient(loss), spec.IsFast);
        return new Staged(spec, rewrites, loss, gradient);
    }
}
