using System.Numerics;
using Benchmarks.Workloads;
using SymbolicGD.CompilerServices;

namespace Benchmarks.Reports;

/// <summary>Which share of the machine's multiply-adds the matrix products of the runtime reach, on one thread.</summary>
internal static class ProductReport
{
    private const int Rounds = 21;
    private const double LeastShare = 0.85;

    /// <summary>m×n results with sums over k: a cube, and the layers of an MLP 784-128-10 with batches of 64 and 256.</summary>
    private static readonly (string Name, int M, int N, int K, bool Target)[] Shapes =
    [
        ("512³", 512, 512, 512, true),
        ("64×784×128", 64, 128, 784, false),
        ("256×784×128", 256, 128, 784, false),
        ("64×128×10", 64, 10, 128, false),
    ];

    /// <summary>Writes the table.</summary>
    /// <returns>Whether the products of 512×512 matrices reach their share.</returns>
    internal static bool Write(TextWriter output)
    {
        output.WriteLine("| type | layer: examples × inputs × outputs | product | median | Gflop/s | share of the peak | target | |");
        output.WriteLine("|---|---|---|--:|--:|--:|---|---|");
        bool met = Write<float>(output) & Write<double>(output);
        output.WriteLine();
        output.WriteLine("- NT: forward, examples × outputs; NN: signal backward, examples × inputs; TN: gradient of the weights, outputs × inputs, accumulating. Gathered: the examples are listed rows of 10,000.");
        output.WriteLine(Invariant($"- Medians of {Rounds} alternating rounds; the share is the median of the ratio within a round to independent multiply-adds in registers."));
        return met;
    }

    private static bool Write<T>(TextWriter output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool met = true;
        foreach ((string name, int m, int n, int k, bool isTarget) in Shapes)
        {
            (string Name, Action Run, double Flops)[] products = [.. Products<T>(m, n, k)];
            double[][] seconds = Sampler.Interleave([Peak<T>.Run, .. products.Select(product => product.Run)], Rounds, out double running);
            double[] peaks = [.. seconds[0].Select(time => Peak<T>.Flops / time)];
            output.WriteLine(Invariant($"| {typeof(T).Name} | {name} | peak | | {Sampler.Median(peaks) * 1e-9:0.0} | | | {(running < 0.95 ? "**the machine was busy**" : "")} |"));
            for (int p = 0; p < products.Length; p++)
            {
                double[] times = seconds[p + 1];
                double share = Sampler.Median(times.Zip(peaks, (time, peak) => products[p].Flops / time / peak));
                bool reached = share >= LeastShare;
                met &= reached || !isTarget;
                string target = isTarget ? Invariant($"≥ {LeastShare:0%} | {(reached ? "pass" : "**fail**")}") : "|";
                output.WriteLine(Invariant(
                    $"| | | {products[p].Name} | {Sampler.Median(times) * 1e6:0.0} µs | {products[p].Flops / Sampler.Median(times) * 1e-9:0.0} | {share:0.0%} | {target} |"));
            }
        }

        return met;
    }

    private static IEnumerable<(string Name, Action Run, double Flops)> Products<T>(int examples, int outputs, int inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Rows = 10_000;
        var random = new Random(1);
        Memory<T> data = Fill(Rows * inputs), weights = Fill(outputs * inputs), signal = Fill(examples * outputs);
        Memory<T> forward = Fill(examples * outputs), backward = Fill(examples * inputs), gradient = Fill(outputs * inputs);
        int length = new[] { (examples, outputs, inputs), (examples, inputs, outputs), (outputs, inputs, examples), (outputs, examples, inputs) }
            .Max(shape => MatrixProduct.WorkspaceLength(shape.Item1, shape.Item2, shape.Item3));
        Memory<T> workspace = LargeMemory.Allocate<T>(length);
        int[] selected = [.. Enumerable.Range(0, examples).Select(_ => random.Next(Rows))];
        double flops = 2.0 * examples * outputs * inputs;

        yield return ("NT", () => MatrixProduct.Multiply(
            ProductOperand<T>.Rows(data.Span, inputs), ProductOperand<T>.Rows(weights.Span, inputs), forward.Span, outputs, examples, outputs, inputs, false, workspace.Span), flops);
        yield return ("NT, gathered", () => MatrixProduct.Multiply(
            ProductOperand<T>.Rows(data.Span, inputs, selected), ProductOperand<T>.Rows(weights.Span, inputs), forward.Span, outputs, examples, outputs, inputs, false, workspace.Span), flops);
        yield return ("NT, gathered, transposed", () => MatrixProduct.Multiply(
            ProductOperand<T>.Rows(weights.Span, inputs), ProductOperand<T>.Rows(data.Span, inputs, selected), forward.Span, examples, outputs, examples, inputs, false, workspace.Span), flops);
        yield return ("NN", () => MatrixProduct.Multiply(
            ProductOperand<T>.Rows(signal.Span, outputs), ProductOperand<T>.Columns(weights.Span, inputs), backward.Span, inputs, examples, inputs, outputs, false, workspace.Span), flops);
        yield return ("TN", () => MatrixProduct.Multiply(
            ProductOperand<T>.Columns(signal.Span, outputs), ProductOperand<T>.Columns(data.Span, inputs), gradient.Span, inputs, outputs, inputs, examples, true, workspace.Span), flops);
        yield return ("TN, gathered", () => MatrixProduct.Multiply(
            ProductOperand<T>.Columns(signal.Span, outputs), ProductOperand<T>.Columns(data.Span, inputs, selected), gradient.Span, inputs, outputs, inputs, examples, true, workspace.Span), flops);

        Memory<T> Fill(int count)
        {
            Memory<T> values = LargeMemory.Allocate<T>(count);
            foreach (ref T value in values.Span) value = T.CreateChecked(random.NextDouble() - 0.5);
            return values;
        }
    }
}
