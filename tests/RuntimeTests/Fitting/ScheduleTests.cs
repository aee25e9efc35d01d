using System.Text.Json;
using Xunit;

namespace SymbolicGD.RuntimeTests.Fitting;

public sealed class ScheduleTests
{
    private static readonly JsonElement PyTorch = Reference.Read("pytorch-schedulers.json").GetProperty("schedulers");

    public static TheoryData<string> Names => new(Schedules.Keys);

    private static Dictionary<string, Schedule> Schedules => new()
    {
        ["StepLR"] = Schedule.StepDecay(10, 0.5),
        ["MultiStepLR"] = Schedule.MultiStep(0.1, 45, 15, 30),
        ["ExponentialLR"] = Schedule.Exponential(0.95),
        ["CosineAnnealingLR"] = Schedule.CosineAnnealing(epochs: 50, minimum: 1e-3),
        ["CosineAnnealingLR_beyond"] = Schedule.CosineAnnealing(epochs: 20, minimum: 1e-2),
        ["CosineAnnealingWarmRestarts"] = Schedule.CosineWarmRestarts(10, 2, 1e-3),
        ["CosineAnnealingWarmRestarts_mult1"] = Schedule.CosineWarmRestarts(7),
        ["OneCycleLR_cos"] = Schedule.OneCycle(60).InSteps(),
        ["OneCycleLR_linear_three_phase"] = Schedule.OneCycle(60, 0.4, 10, 100, linear: true, threePhase: true).InSteps(),
        ["LinearLR_warmup"] = Schedule.Linear(10, 0.1, 1),
        ["ConstantLR"] = Schedule.Constant(0.3).Then(5, Schedule.Constant()),
        ["PolynomialLR"] = Schedule.Polynomial(30, 2),
        ["Sequential_Linear_then_Cosine"] = Schedule.WarmUp(5).Then(Schedule.CosineAnnealing(45)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Factors_are_those_of_PyTorch(string name)
    {
        JsonElement reference = PyTorch.GetProperty(name);
        double baseRate = reference.Number("base_lr");
        double[] rates = reference.GetProperty("lr").Doubles();
        Schedule schedule = Schedules[name];
        for (int t = 0; t < rates.Length; t++)
        {
            Assert.Equal(rates[t], baseRate * schedule.Factor(t), 1e-15);
        }
    }

    [Fact]
    public void Units_are_explicit_and_do_not_mix()
    {
        Schedule cosine = Schedule.CosineAnnealing(45);
        Assert.Equal(ScheduleUnit.Epoch, cosine.Unit);
        Assert.Equal(ScheduleUnit.Step, cosine.InSteps().Unit);
        Assert.Equal(ScheduleUnit.Step, Schedule.WarmUp(5).Then(cosine).InSteps().Unit);
        Assert.Equal(50, Schedule.WarmUp(5).Then(cosine).Length);
        Assert.Contains("counts epochs", Assert.Throws<ArgumentException>(() => Schedule.WarmUp(5).Then(cosine.InSteps())).Message);
    }

    [Fact]
    public void A_schedule_without_end_needs_to_be_told_when_the_next_begins()
    {
        Assert.Contains("Then(epochs, next)", Assert.Throws<InvalidOperationException>(() => Schedule.Exponential(0.9).Then(Schedule.Constant())).Message);
        Assert.Equal(0.5, Schedule.Exponential(0.9).Then(3, Schedule.Constant(0.5)).Factor(3));
    }

    [Fact]
    public void Schedules_describe_themselves() =>
        Assert.Equal("Linear(5, 0.01, 1), then CosineAnnealing(45, 0) in steps", Schedule.WarmUp(5).Then(Schedule.CosineAnnealing(45)).InSteps().ToString());

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.CosineAnnealing(0));
        Assert.Contains("gamma is -1", Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Exponential(-1)).Message);
        Assert.Contains("rise is 1", Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.OneCycle(10, rise: 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Constant(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Constant().Factor(0) + Schedule.Constant().Factor(-1));
    }
}
