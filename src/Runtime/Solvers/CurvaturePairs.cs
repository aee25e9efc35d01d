using System.Numerics;

namespace SymbolicGD;

/// <summary>The memory of L-BFGS: the last steps s and gradient differences y, from which it multiplies by an inverse Hessian.</summary>
/// <param name="objective">Creates the vectors.</param>
/// <param name="memory">How many pairs are kept.</param>
/// <param name="diagonal">The model that they correct, which this owns; null: sᵀy/yᵀy of the last pair.</param>
internal sealed class CurvaturePairs<T>(IObjective<T> objective, int memory, DiagonalModel<T>? diagonal = null) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // A curvature sᵀy that rounding may have made is not used: the cautious update of Li and Fukushima (2001), made independent of scale.
    private static readonly T Caution = T.CreateChecked(4) * (T.BitIncrement(T.One) - T.One);

    private readonly List<Pair> pairs = new(memory + 1); // oldest first, then the one that is written next
    private readonly T[] alphas = new T[memory];
    private T scale = T.One;

    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        diagonal?.Clear();
    }

    /// <summary>Notes the step from the line's point to its trial, unless its curvature is not positive beyond rounding.</summary>
    public void Add(LineFunction<T> line)
    {
        Pair pair = Count < pairs.Count ? pairs[Count] : Append();
        pair.Step.SetToSum(line.Trial, -T.One, line.Point);
        pair.Difference.SetToSum(line.TrialGradient, -T.One, line.Gradient);
        T curvature = pair.Step.Dot(pair.Difference), square = pair.Difference.Dot(pair.Difference);
        if (!(curvature > Caution * pair.Step.Norm() * pair.Difference.Norm()) || !T.IsFinite(T.One / curvature) || !(square > T.Zero))
        {
            return;
        }

        pair.InverseCurvature = T.One / curvature;
        scale = curvature / square;
        diagonal?.Update(pair.Step, pair.Difference, curvature);
        if (Count < memory)
        {
            Count++;
            return;
        }

        Pair oldest = pairs[0];
        pairs.RemoveAt(0);
        pairs.Add(oldest);
    }

    /// <summary>Writes −H·g to the line's direction (the two-loop recursion).</summary>
    public void WriteDirection(LineFunction<T> line)
    {
        VectorHandle<T> d = line.Direction;
        d.CopyFrom(line.Gradient);
        for (int i = Count - 1; i >= 0; i--)
        {
            alphas[i] = pairs[i].InverseCurvature * pairs[i].Step.Dot(d);
            d.AddScaled(-alphas[i], pairs[i].Difference);
        }

        if (Count > 0)
        {
            if (diagonal is null) d.Scale(scale);
            else diagonal.Divide(d);
        }

        for (int i = 0; i < Count; i++)
        {
            T beta = pairs[i].InverseCurvature * pairs[i].Difference.Dot(d);
            d.AddScaled(alphas[i] - beta, pairs[i].Step);
        }

        d.Scale(-T.One);
    }

    public void Dispose()
    {
        diagonal?.Dispose();
        foreach (Pair pair in pairs)
        {
            pair.Step.Dispose();
            pair.Difference.Dispose();
        }
    }

    private Pair Append()
    {
        var pair = new Pair(objective.CreateVector(), objective.CreateVector());
        pairs.Add(pair);
        return pair;
    }

    private sealed class Pair(VectorHandle<T> step, VectorHandle<T> difference)
    {
        public VectorHandle<T> Step { get; } = step;

        public VectorHandle<T> Difference { get; } = difference;

        public T InverseCurvature { get; set; }
    }
}
