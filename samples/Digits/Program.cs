using System.Diagnostics;
using System.Globalization;
using DigitsSample;
using SymbolicGD;

// Trains on 8,000 images and counts the right answers on the other 2,000; --quick takes fewer epochs.
bool quick = args.Contains("--quick");
int epochs = quick ? 2 : 12;
double required = quick ? 0.88 : 0.94;

ImageSet images = ImageSet.Load();
ImageSet training = images.Part(0, 8000), test = images.Part(8000, images.Count - 8000);
var objective = new Digits.CrossEntropyObjective(image: training.Pixels, digit: training.Digits, hidden: 128, classes: 10);
Digits.CrossEntropyObjective.Parameters start = objective.CreateParameters(Initializer.Xavier(seed: 1));
Console.WriteLine(objective.Describe());

var clock = Stopwatch.StartNew();
FitResult<float> fit = new Adam { LearningRate = 2e-3 }.Minimize(
    objective,
    start,
    new FitOptions { Epochs = epochs, BatchSize = 64, Seed = 1, Schedule = Schedule.CosineAnnealing(epochs: epochs) });
Console.WriteLine(fit);

Digits.CrossEntropyObjective.Parameters network = objective.View(fit.Parameters);
double accuracy = Enumerable.Range(0, test.Count).Count(i => Digits.Classify(network, test.Image(i)) == test.Digits[i]) / (double)test.Count;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{accuracy:P2} of {test.Count:N0} unseen digits are right after {epochs} epochs ({clock.Elapsed.TotalSeconds:F1} s)"));
return accuracy >= required ? 0 : 1;
