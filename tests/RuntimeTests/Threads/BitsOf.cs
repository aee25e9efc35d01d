using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.RuntimeTests.Threads;

/// <summary>Everything that an objective computes over examples, as bits.</summary>
/// <param name="batches">Lengths of batches; none: all examples.</param>
internal sealed class BitsOf(int threads, params int[] batches) : ThreadCases.IVisitor<Dictionary<string, ulong>>
{
    /// <summary>What a process of its own prints: results of all objectives.</summary>
    /// <remarks>The width of the vectors first.</remarks>
    public static IEnumerable<string> Report()
    {
        yield return Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128";
        foreach (string name in ThreadCases.Names)
        {
            var bits = new BitsOf(threads: 1, 1, 5, 64, 203, 30_001);
            foreach ((string what, ulong hash) in ThreadCases.Visit(name, name == "logistic" ? 70_001 : 9_001, bits).Concat(ThreadCases.Visit(name, 7, new BitsOf(1))))
            {
                yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} {what} {hash:X16}");
            }
        }
    }

    public Dictionary<string, ulong> Visit<T>(ExampleObjective<T> objective, T[] point)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        objective.MaxDegreeOfParallelism = threads;
        var bits = new Dictionary<string, ulong>();
        T[] direction = [.. point.Select((_, i) => T.CreateChecked(Math.Sin(i + 1)))], result = new T[point.Length];
        Add("value", objective.Value(point));
        Add("gradient", objective.Gradient(point, result), result);
        if (objective.HasSecondOrder)
        {
            objective.HessianVectorProduct(point, direction, result);
            Add("product", T.Zero, result);
        }

        foreach (int length in batches)
        {
            int[] batch = ThreadCases.Batch(objective.ExampleCount, length);
            Add($"value over {length}", objective.Value(point, batch));
            Add($"gradient over {length}", objective.Gradient(point, batch, result), result);
            if (objective.HasSecondOrder)
            {
                objective.HessianVectorProduct(point, batch, direction, result);
                Add($"product over {length}", T.Zero, result);
            }

            Step(length, batch);
        }

        Step(0, []);
        Fit("Adam", new Adam { LearningRate = 0.01 }, new FitOptions { Epochs = 3, BatchSize = Math.Max(1, objective.ExampleCount / 3) });
        Fit("LBfgs", new LBfgs(), new FitOptions { Epochs = 5 });
        if (objective is ResidualObjective<T>) Fit("LevenbergMarquardt", new LevenbergMarquardt(), new FitOptions { Epochs = 5 });
        return bits;

        void Fit(string name, ISolver solver, FitOptions options)
        {
            FitResult<T> fit = solver.Minimize(objective, point, options);
            Add(name, T.CreateChecked(fit.Value), fit.Parameters);
        }

        void Step(int length, int[] batch)
        {
            using VectorHandle<T> parameters = objective.CreateVector(), state = objective.CreateVector(2 * point.Length);
            parameters.CopyFrom(point);
            var rule = new Adam.Rule<T>(new Adam { LearningRate = 0.01 });
            for (int step = 1; step <= 2; step++)
            {
                rule.Prepare(step, 1);
                StepOutcome<T> outcome = batch.Length == 0
                    ? objective.Step(parameters, state, rule, GradientTransform<T>.None)
                    : objective.Step(parameters, batch, state, rule, GradientTransform<T>.None);
                parameters.CopyTo(result);
                Add($"step {step} over {length}", outcome.GradientNorm, result);
            }
        }

        void Add(string what, T value, params T[] values)
        {
            // FNV-1a.
            ulong hash = 14695981039346656037;
            foreach (byte b in MemoryMarshal.AsBytes<T>([value, .. values])) hash = (hash ^ b) * 1099511628211;
            bits.Add(what, hash);
        }
    }
}
