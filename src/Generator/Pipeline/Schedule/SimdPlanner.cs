using System.Collections.Immutable;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Decides the shape of a kernel on the CPU: whether examples run in blocks of vector lanes, which loops are vectorized
/// along their own counter, and where the elements of working arrays lie.
/// </summary>
internal static class SimdPlanner
{
    /// <param name="singleExample">Whether the kernel runs for one example that the caller names.</param>
    public static KernelPlan Plan(Function function, bool singleExample = false) => Plan(function, singleExample, []);

    /// <summary>The plan of a kernel over many examples, whose products with matrices run for a block of examples at once where that pays.</summary>
    public static KernelPlan PlanWithContractions(Function function)
    {
        function = SumsBeforeProducts.Run(function);
        var index = new FunctionIndex(function);
        if (function.Body.Items.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples
            || new BlockPlanner(function, index, examples).Refusal() is not null) return Plan(function);
        var split = new ContractionSplit(function, index, examples, VaryingValues.Of(function, examples));
        if (!split.IsWorthwhile) return Plan(function);
        Function whole = split.Run();
        var newIndex = new FunctionIndex(whole);
        examples = whole.Body.Items.Items.OfType<Loop>().First(l => l.IsExamples);
        var segments = new ContractionSegments(
            whole, newIndex, examples, VaryingValues.Of(whole, examples), loop => split.Contractions.Any(c => c.Counter == loop.Counter), loop => split.BlockLoops.Contains(loop.Counter));
        if (segments.Refusal is not null || new BlockPlanner(whole, newIndex, examples).Refusal() is not null) return Plan(function);
        return Plan(whole, false, split.Contractions) with { BlockLoops = split.BlockLoops.ToEquatableArray() };
    }

    private static KernelPlan Plan(Function function, bool singleExample, IReadOnlyList<Contraction> contractions)
    {
        var index = new FunctionIndex(function);
        Loop? examples = function.Body.Items.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
        if (examples is not null && !singleExample && contractions.Count == 0 && new BlockPlanner(function, index, examples).Refusal() is null
            && FlattenBranches.Run(function, examples) is var flat && !ReferenceEquals(flat, function))
        {
            return Plan(flat, singleExample, contractions);
        }

        var layouts = Enumerable.Repeat(new BufferLayoutEntry(BufferLayout.Shared), function.Buffers.Count).ToArray();
        var vectorLoops = new List<int>();
        string? reason = null;
        var mode = ExampleMode.None;
        if (examples is not null && singleExample)
        {
            mode = ExampleMode.Single;
        }
        else if (examples is not null)
        {
            var block = new BlockPlanner(function, index, examples);
            reason = block.Refusal();
            mode = reason is null ? ExampleMode.Blocks : ExampleMode.OneByOne;
            if (reason is null) block.Place(vectorLoops, layouts, [.. contractions.Select(c => c.Counter)]);
        }

        foreach (Loop loop in LoopsOneByOne(function.Body, insideExamples: mode is ExampleMode.OneByOne or ExampleMode.Single))
        {
            if (VectorLoopTest.Refusal(function, index, loop, addsAtSeveralPlaces: true) is null) vectorLoops.Add(loop.Counter);
        }

        var plan = new KernelPlan(function, mode, vectorLoops.ToEquatableArray(), layouts.ToEquatableArray(), reason) { Contractions = contractions.ToEquatableArray() };
        return mode == ExampleMode.OneByOne && SumsOverExamples.Run(function, index, examples!, plan.IsVectorLoop) is var (moved, sums)
            ? plan with { Function = moved, VectorSums = sums } : plan;
    }

    /// <summary>Everything runs one after the other.</summary>
    /// <param name="singleExample">Whether the kernel runs for one example that the caller names.</param>
    public static KernelPlan Sequential(Function function, bool singleExample = false)
    {
        bool hasExamples = function.Body.Items.Items.OfType<Loop>().Any(l => l.IsExamples);
        var layouts = Enumerable.Repeat(new BufferLayoutEntry(BufferLayout.Shared), function.Buffers.Count);
        return new KernelPlan(function, !hasExamples ? ExampleMode.None : singleExample ? ExampleMode.Single : ExampleMode.OneByOne, EquatableArray<int>.Empty, layouts.ToEquatableArray(), null);
    }

    /// <summary>The loops that run with one copy of everything, except the loop over examples itself.</summary>
    private static IEnumerable<Loop> LoopsOneByOne(Region region, bool insideExamples)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Loop loop:
                    if (!loop.IsExamples) yield return loop;
                    if (loop.IsExamples && !insideExamples) break;
                    foreach (Loop inner in LoopsOneByOne(loop.Body, insideExamples)) yield return inner;
                    break;
                case If branch:
                    foreach (Loop inner in LoopsOneByOne(branch.Then, insideExamples)) yield return inner;
                    foreach (Loop inner in LoopsOneByOne(branch.Else, insideExamples)) yield return inner;
                    break;
            }
        }
    }
}
