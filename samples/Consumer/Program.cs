// Built against the SymbolicGD package, not against its sources: what a user gets.
using System.Globalization;
using Consumer;
using SymbolicGD;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Points on the plane y = 3·x₀ − 2·x₁ + 0.5.
const int Count = 200;
double[] x = new double[2 * Count], y = new double[Count];
var random = new Random(1);
for (int i = 0; i < Count; i++)
{
    x[2 * i] = random.NextDouble() - 0.5;
    x[2 * i + 1] = random.NextDouble() - 0.5;
    y[i] = Plane.Predict([3, -2], 0.5, x.AsSpan(2 * i, 2));
}

var objective = new Plane.SquaredErrorObjective(x: x, y: y);
Console.WriteLine(objective.Describe());

bool good = true;
ISolver[] solvers = [new SignMomentum { LearningRate = 0.01 }, new Adam { LearningRate = 0.05 }, new LBfgs()];
foreach (ISolver solver in solvers)
{
    FitOptions? options = solver is UpdateRuleOptimizer
        ? new FitOptions { Epochs = 400, BatchSize = 32, Seed = 1, Schedule = Schedule.CosineAnnealing(epochs: 400) }
        : null;
    FitResult<double> fit = solver.Minimize(objective, objective.CreateParameters(), options);
    Plane.SquaredErrorObjective.Parameters plane = objective.View(fit.Parameters);
    double error = Math.Max(Math.Max(Math.Abs(plane.W[0] - 3), Math.Abs(plane.W[1] + 2)), Math.Abs(plane.Bias - 0.5));
    Console.WriteLine(fit);
    Console.WriteLine($"  w = ({plane.W[0]:F4}, {plane.W[1]:F4}), bias = {plane.Bias:F4}, off by at most {error:E1}");
    good &= error < 1e-3;
}

Console.WriteLine(good ? "All found the plane." : "Not all found the plane.");
return good ? 0 : 1;
