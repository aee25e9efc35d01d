using System.Text.Json;
using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers;

/// <summary>The optimizers that the generator makes from the built-in rules, through driver and fused step, against PyTorch's trajectories.</summary>
public sealed class GeneratedOptimizersTests
{
    private static readonly JsonElement PyTorch = Reference.Read("pytorch-optimizers.json");

    public static TheoryData<int> Covered => new(
        PyTorch.GetProperty("runs").EnumerateArray().Index().Where(run => Find(run.Item) is not null).Select(run => run.Index));

    [Fact]
    public void Fourteen_runs_are_covered() => Assert.Equal(14, Covered.Count);

    [Theory]
    [MemberData(nameof(Covered))]
    public void Trajectories_are_those_of_PyTorch(int index)
    {
        const int Copies = 9;                            // 18 or 45 elements: whole vectors and a tail
        JsonElement run = PyTorch.GetProperty("runs")[index];
        double[][] expected = run.GetProperty("x").EnumerateArray().Select(x => x.Doubles()).ToArray();
        var recorder = new Recorder(ReferenceProblem.Create(PyTorch, run.GetProperty("problem").GetString()!), Copies);
        double[] start = Enumerable.Repeat(expected[0], Copies).SelectMany(x => x).ToArray();

        Find(run)!.Minimize(recorder, start, new FitOptions { Epochs = expected.Length - 1, RestoreBest = false });

        Assert.Equal(expected.Length, recorder.Points.Count);                 // one per step, and the result
        for (int t = 0; t < expected.Length; t++)
        {
            for (int copy = 0; copy < Copies; copy++)
            {
                ReferenceProblem.AssertNear(expected[t], recorder.Points[t].AsSpan(copy * expected[t].Length, expected[t].Length), t);
            }
        }
    }

    [Fact]
    public void Defaults_are_those_of_PyTorch()
    {
        var adam = new Adam();
        Assert.Equal((1e-3, 0.9, 0.999, 1e-8, 0), (adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay));
        var adamW = new AdamW();
        Assert.Equal((1e-3, 0.9, 0.999, 1e-8, 1e-2), (adamW.LearningRate, adamW.Beta1, adamW.Beta2, adamW.Epsilon, adamW.WeightDecay));
        var adaGrad = new AdaGrad();
        Assert.Equal((1e-2, 0, 0, 0, 1e-10), (adaGrad.LearningRate, adaGrad.LearningRateDecay, adaGrad.WeightDecay, adaGrad.InitialSum, adaGrad.Epsilon));
        var rmsProp = new RmsProp();
        Assert.Equal((1e-2, 0.99, 1e-8, 0), (rmsProp.LearningRate, rmsProp.Alpha, rmsProp.Epsilon, rmsProp.WeightDecay));
        var momentum = new Momentum();
        Assert.Equal((1e-3, 0.9, 0, 0), (momentum.LearningRate, momentum.Decay, momentum.Dampening, momentum.WeightDecay));
        Assert.Equal((1e-3, 0.9, 0), (new Nesterov().LearningRate, new Nesterov().Decay, new Nesterov().WeightDecay));
        Assert.Equal((1e-3, 0), (new Sgd().LearningRate, new Sgd().WeightDecay));
        Assert.Equal((1e-4, 0.9, 0.99, 0), (new Lion().LearningRate, new Lion().Beta1, new Lion().Beta2, new Lion().WeightDecay));
    }

    [Fact]
    public void Every_optimizer_trains_floats_on_mini_batches()
    {
        LeastSquares<float> objective = LeastSquares<float>.Create(500, 3, seed: 1);
        ISolver[] solvers =
        [
            new Sgd { LearningRate = 0.05 }, new Momentum { LearningRate = 0.01 }, new Nesterov { LearningRate = 0.01 }, new AdaGrad { LearningRate = 0.5 },
            new RmsProp { LearningRate = 0.01 }, new Adam { LearningRate = 0.05 }, new AdamW { LearningRate = 0.05, WeightDecay = 1e-4 },
            new Lion { LearningRate = 0.02 },
        ];
        float[] expected = [1, 2, 3, 0.5f];
        foreach (ISolver solver in solvers)
        {
            FitResult<float> fit = solver.Minimize(
                objective, new float[4], new FitOptions { Epochs = 150, BatchSize = 50, Schedule = Schedule.CosineAnnealing(epochs: 150) });
            Assert.All(fit.Parameters.Zip(expected), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 0.05f, fit.ToString()));
            Assert.Equal(solver.GetType().Name, fit.Solver);
        }
    }

    private static UpdateRuleOptimizer? Find(JsonElement run)
    {
        JsonElement h = run.GetProperty("hyper");
        double rate = h.Number("lr"), decay = h.TryGetProperty("weight_decay", out JsonElement w) ? w.GetDouble() : 0;
        switch (run.GetProperty("torch_class").GetString())
        {
            case "SGD" when h.Number("momentum") == 0:
                return new Sgd { LearningRate = rate, WeightDecay = decay };
            case "SGD" when h.GetProperty("nesterov").GetBoolean():
                return new Nesterov { LearningRate = rate, Decay = h.Number("momentum"), WeightDecay = decay };
            case "SGD":
                return new Momentum { LearningRate = rate, Decay = h.Number("momentum"), Dampening = h.Number("dampening"), WeightDecay = decay };
            case "Adagrad":
                return new AdaGrad
                {
                    LearningRate = rate,
                    LearningRateDecay = h.Number("lr_decay"),
                    WeightDecay = decay,
                    InitialSum = h.Number("initial_accumulator_value"),
                    Epsilon = h.Number("eps"),
                };
            case "RMSprop" when h.Number("momentum") == 0 && !h.GetProperty("centered").GetBoolean():
                return new RmsProp { LearningRate = rate, Alpha = h.Number("alpha"), Epsilon = h.Number("eps"), WeightDecay = decay };
            case "Adam" when !h.GetProperty("amsgrad").GetBoolean():
                double[] betas = h.GetProperty("betas").Doubles();
                return new Adam { LearningRate = rate, Beta1 = betas[0], Beta2 = betas[1], Epsilon = h.Number("eps"), WeightDecay = decay };
            case "AdamW":
                double[] beta = h.GetProperty("betas").Doubles();
                return new AdamW { LearningRate = rate, Beta1 = beta[0], Beta2 = beta[1], Epsilon = h.Number("eps"), WeightDecay = decay };
            default:
                return null;
        }
    }
}
