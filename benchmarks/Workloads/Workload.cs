namespace Benchmarks.Workloads;

/// <summary>A loss with its data, and everybody who computes its gradient.</summary>
internal abstract class Workload
{
    /// <summary>Short, for the command line.</summary>
    internal abstract string Name { get; }

    /// <summary>For the head of the table.</summary>
    internal abstract string Title { get; }

    /// <summary>SymbolicGD first.</summary>
    internal abstract IReadOnlyList<Contender> Contenders { get; }

    internal abstract IReadOnlyList<Target> Targets { get; }

    /// <summary>How far values and gradients may be apart, relative to the largest element: rounding of the element type, summed in another order.</summary>
    protected abstract double Tolerance { get; }

    /// <summary>Reads all data once and does nothing else; null if the data do not come from memory.</summary>
    internal virtual Action? ReadData => null;

    internal Contender this[string name] => Contenders.First(contender => contender.Name == name);

    /// <summary>Compares every contender with the tape, which is scalar, in double and differentiates by itself.</summary>
    /// <exception cref="InvalidOperationException">Two contenders disagree: timings would compare different things.</exception>
    internal void Check()
    {
        Contender reference = this[Contender.OperatorTape];
        double expected = reference.Evaluate();
        double[] expectedGradient = reference.Gradient();
        double scale = expectedGradient.Max(Math.Abs);
        foreach (Contender contender in Contenders)
        {
            double value = contender.Evaluate();
            double[] gradient = contender.Gradient();
            if (!(Math.Abs(value - expected) <= Tolerance * Math.Abs(expected)))
            {
                throw new InvalidOperationException(
                    Invariant($"{Title}: {contender.Name} computes {value:R}, {reference.Name} {expected:R}."));
            }

            for (int i = 0; i < gradient.Length; i++)
            {
                if (!(Math.Abs(gradient[i] - expectedGradient[i]) <= Tolerance * scale))
                {
                    throw new InvalidOperationException(
                        Invariant($"{Title}: gradient[{i}] is {gradient[i]:R} by {contender.Name}, {expectedGradient[i]:R} by {reference.Name}."));
                }
            }
        }
    }
}
