using System.Text.Json;
using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers;

/// <summary>The rules as the methods that they are written as, against PyTorch's trajectories.</summary>
public sealed class UpdateRulesTests
{
    private static readonly JsonElement PyTorch = Reference.Read("pytorch-optimizers.json");

    private delegate void Rule(ref double parameter, double gradient, ref double first, ref double second, int step);

    public static TheoryData<int> Covered => new(
        PyTorch.GetProperty("runs").EnumerateArray().Index().Where(run => Find(run.Item) is not null).Select(run => run.Index));

    [Fact]
    public void Fourteen_runs_are_covered() => Assert.Equal(14, Covered.Count);

    [Theory]
    [MemberData(nameof(Covered))]
    public void Trajectories_are_those_of_PyTorch(int index)
    {
        JsonElement run = PyTorch.GetProperty("runs")[index];
        Rule rule = Find(run)!;
        HostObjective<double> objective = ReferenceProblem.Create(PyTorch, run.GetProperty("problem").GetString()!);
        double[][] expected = run.GetProperty("x").EnumerateArray().Select(x => x.Doubles()).ToArray();
        double[] x = expected[0].ToArray(), gradient = new double[x.Length], first = new double[x.Length], second = new double[x.Length];
        for (int t = 0; t + 1 < expected.Length; t++)
        {
            objective.Gradient(x, gradient);
            for (int i = 0; i < x.Length; i++)
            {
                rule(ref x[i], gradient[i], ref first[i], ref second[i], t + 1);
            }

            ReferenceProblem.AssertNear(expected[t + 1], x, t + 1);
        }
    }

    [Fact]
    public void Lion_steps_by_the_sign_of_its_interpolated_momentum()
    {
        double x = 1, momentum = 0;
        UpdateRules.LionRule(ref x, 2, ref momentum, 0.1, 0.9, 0.99, 0.5);
        Assert.Equal((1 - (0.1 * 0.5)) - 0.1, x, 1e-15);
        Assert.Equal(0.02, momentum, 1e-15);
        x = 3;
        momentum = 1;
        UpdateRules.LionRule(ref x, -1, ref momentum, 0.1, 0.5, 0.75, 0.0);
        Assert.Equal(3, x);                              // ½·1 + ½·(−1) has no sign
        Assert.Equal(0.5, momentum);
        UpdateRules.LionRule(ref x, -2, ref momentum, 0.1, 0.5, 0.75, 0.0);
        Assert.Equal(3.1, x, 1e-15);
    }

    private static Rule? Find(JsonElement run)
    {
        JsonElement h = run.GetProperty("hyper");
        double rate = h.Number("lr"), decay = h.TryGetProperty("weight_decay", out JsonElement w) ? w.GetDouble() : 0;
        switch (run.GetProperty("torch_class").GetString())
        {
            case "SGD" when h.Number("momentum") == 0:
                return (ref double p, double g, ref double a, ref double b, int step) => UpdateRules.SgdRule(ref p, g, rate, decay);
            case "SGD" when h.GetProperty("nesterov").GetBoolean():
                double nesterov = h.Number("momentum");
                return (ref double p, double g, ref double a, ref double b, int step) => UpdateRules.NesterovRule(ref p, g, ref a, rate, nesterov, decay);
            case "SGD":
                double momentum = h.Number("momentum"), dampening = h.Number("dampening");
                return (ref double p, double g, ref double a, ref double b, int step) =>
                    UpdateRules.MomentumRule(ref p, g, ref a, rate, momentum, dampening, decay, step);
            case "Adagrad":
                double rateDecay = h.Number("lr_decay"), initial = h.Number("initial_accumulator_value"), eps = h.Number("eps");
                return (ref double p, double g, ref double a, ref double b, int step) =>
                    UpdateRules.AdaGradRule(ref p, g, ref a, rate, rateDecay, decay, initial, eps, step);
            case "RMSprop" when h.Number("momentum") == 0 && !h.GetProperty("centered").GetBoolean():
                double alpha = h.Number("alpha"), small = h.Number("eps");
                return (ref double p, double g, ref double a, ref double b, int step) => UpdateRules.RmsPropRule(ref p, g, ref a, rate, alpha, small, decay);
            case "Adam" when !h.GetProperty("amsgrad").GetBoolean():
                double[] betas = h.GetProperty("betas").Doubles();
                double epsilon = h.Number("eps");
                return (ref double p, double g, ref double a, ref double b, int step) =>
                    UpdateRules.AdamRule(ref p, g, ref a, ref b, rate, betas[0], betas[1], epsilon, decay, step);
            case "AdamW":
                double[] beta = h.GetProperty("betas").Doubles();
                double tiny = h.Number("eps");
                return (ref double p, double g, ref double a, ref double b, int step) =>
                    UpdateRules.AdamWRule(ref p, g, ref a, ref b, rate, beta[0], beta[1], tiny, decay, step);
            default:
                return null;
        }
    }
}
