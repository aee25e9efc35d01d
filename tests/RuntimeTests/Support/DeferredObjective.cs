using System.Numerics;

namespace SymbolicGD.RuntimeTests;

/// <summary>An objective in host memory whose steps wait until they are asked for: what a device does, without one.</summary>
internal sealed class DeferredObjective<T>(ExampleObjective<T> host) : IExampleObjective<T>, IDeferredSteps<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Queues { get; private set; }

    public int OpenQueues { get; private set; }

    /// <summary>How many steps each read found waiting.</summary>
    public List<int> Reads { get; } = [];

    public int StepsAtOnce { get; private set; }

    public ParameterLayout Layout => host.Layout;

    public int ExampleCount => host.ExampleCount;

    public Reduction Reduction => host.Reduction;

    public VectorHandle<T> CreateVector() => host.CreateVector();

    public VectorHandle<T> CreateVector(int length) => host.CreateVector(length);

    public T Value(VectorHandle<T> parameters) => host.Value(parameters);

    public T Value(VectorHandle<T> parameters, ReadOnlySpan<int> batch) => host.Value(parameters, batch);

    public T Gradient(VectorHandle<T> parameters, VectorHandle<T> gradient) => host.Gradient(parameters, gradient);

    public T Gradient(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> gradient) => host.Gradient(parameters, batch, gradient);

    public StepOutcome<T> Step<TRule>(VectorHandle<T> parameters, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>
    {
        StepsAtOnce++;
        return host.Step(parameters, state, rule, transform);
    }

    public StepOutcome<T> Step<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>
    {
        StepsAtOnce++;
        return host.Step(parameters, batch, state, rule, transform);
    }

    public StepQueue<T> CreateStepQueue()
    {
        Queues++;
        OpenQueues++;
        return new Queue(this, host);
    }

    private sealed class Queue(DeferredObjective<T> objective, ExampleObjective<T> host) : StepQueue<T>
    {
        private readonly List<Func<(StepOutcome<T> Outcome, int Weight)>> waiting = [];

        public override void Add<TRule>(
            VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        {
            TRule prepared = rule;
            int[] indices = batch.ToArray();
            waiting.Add(() => (
                indices.Length == 0 ? host.Step(parameters, state, prepared, transform) : host.Step(parameters, indices, state, prepared, transform),
                host.Reduction == Reduction.Mean ? Math.Max(1, indices.Length) : 1));
        }

        public override StepTotals Read()
        {
            objective.Reads.Add(waiting.Count);
            StepTotals totals = StepTotals.None;
            foreach (Func<(StepOutcome<T>, int)> step in waiting)
            {
                if (totals.HasFailed)
                {
                    break;
                }

                (StepOutcome<T> outcome, int weight) = step();
                totals = totals.With(double.CreateSaturating(outcome.Value), double.CreateSaturating(outcome.GradientNorm), weight);
            }

            waiting.Clear();
            return totals;
        }

        protected override void Dispose(bool disposing) => objective.OpenQueues--;
    }
}
