using SymbolicGD;

namespace GradBench.Losses;

/// <summary>The eval <c>lstm</c>: a character model with diagonal weight matrices, trained to predict the next character.</summary>
internal static partial class LongShortTermMemory
{
    /// <summary>The mean of −Σ yᵢ log pᵢ over the characters and their bits, for one sequence.</summary>
    /// <param name="weights">Per layer, two rows: the gates' weights and biases, each forget, in, out and change in turn.</param>
    /// <param name="extra">Three rows: the weights of the input, the weights and the biases of the output.</param>
    /// <param name="start">Per layer, two rows: hidden state and cell before the first character.</param>
    /// <param name="sequence">One character per row.</param>
    [Loss(MaxOverhead = 3.5)]
    internal static double NextCharacter(
        [Parameter, Shape("layer parts", "gates")] ReadOnlyMatrix<double> weights,
        [Parameter, Shape("extra parts", "bits")] ReadOnlyMatrix<double> extra,
        [Constant, Shape("layer parts", "bits")] ReadOnlyMatrix<double> start,
        [Constant, Shape("characters", "bits")] ReadOnlyMatrix<double> sequence)
    {
        int bits = sequence.Columns;
        int layers = start.Rows / 2;

        // Two arrays: of one for both states nobody would know that a step's writes to the one leave the other alone.
        Span<double> hidden = stackalloc double[layers * bits];
        Span<double> cell = stackalloc double[layers * bits];
        for (int layer = 0; layer < layers; layer++)
        {
            for (int i = 0; i < bits; i++)
            {
                hidden[layer * bits + i] = start[2 * layer, i];
                cell[layer * bits + i] = start[2 * layer + 1, i];
            }
        }

        Span<double> signal = stackalloc double[bits];
        double total = 0;
        for (int t = 0; t + 1 < sequence.Rows; t++)
        {
            for (int i = 0; i < bits; i++) signal[i] = sequence[t, i] * extra[0, i];
            for (int layer = 0; layer < layers; layer++)
            {
                Step(weights.Row(2 * layer), weights.Row(2 * layer + 1), hidden.Slice(layer * bits, bits), cell.Slice(layer * bits, bits), signal);
            }

            double sum = 2;
            for (int i = 0; i < bits; i++)
            {
                signal[i] = signal[i] * extra[1, i] + extra[2, i];
                sum += Math.Exp(signal[i]);
            }

            double normalization = Math.Log(sum);
            for (int i = 0; i < bits; i++) total += sequence[t + 1, i] * (signal[i] - normalization);
        }

        return -total / ((sequence.Rows - 1) * bits);
    }

    /// <summary>One step of one layer; its hidden state becomes the signal for the next.</summary>
    private static void Step(ReadOnlySpan<double> weight, ReadOnlySpan<double> bias, Span<double> hidden, Span<double> cell, Span<double> signal)
    {
        int bits = signal.Length;
        for (int i = 0; i < bits; i++)
        {
            double forget = Sigmoid(signal[i] * weight[i] + bias[i]);
            double enter = Sigmoid(hidden[i] * weight[bits + i] + bias[bits + i]);
            double leave = Sigmoid(signal[i] * weight[2 * bits + i] + bias[2 * bits + i]);
            double change = Math.Tanh(hidden[i] * weight[3 * bits + i] + bias[3 * bits + i]);
            cell[i] = cell[i] * forget + enter * change;
            hidden[i] = leave * Math.Tanh(cell[i]);
            signal[i] = hidden[i];
        }
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
