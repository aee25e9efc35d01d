using System.Globalization;
using CurveFitting;
using SymbolicGD;

// Fits 13 nonlinear regressions of the NIST Statistical Reference Datasets from both of their starting points, with the default options of
// LevenbergMarquardt, and compares parameters and standard errors with the certified ones.
const double EnoughDigits = 6, EnoughErrorDigits = 4;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

if (args is [var one])
{
    return Report(one);
}

Console.WriteLine("problem    start  parameters  residuals  iterations  digits  digits of errors  stopped by");
int missed = 0;
foreach (string name in Problems.All.Keys)
{
    NistFile problem = Load(name);
    for (int start = 0; start < problem.Starts.Length; start++)
    {
        LeastSquaresFit<double> fit = Fit(problem, start);
        double digits = NistFile.Digits(fit.Parameters, problem.Parameters);
        double errorDigits = NistFile.Digits(fit.StandardErrors, problem.StandardErrors);
        bool isEnough = digits >= EnoughDigits && errorDigits >= EnoughErrorDigits;
        missed += isEnough ? 0 : 1;
        Console.WriteLine(
            $"{name,-10} {start + 1,5}  {problem.Parameters.Length,10}  {problem.Y.Length,9}  {fit.Epochs,10}  {digits,6:F1}  {errorDigits,16:F1}  {fit.StopReason}{(isEnough ? "" : "  TOO FEW")}");
    }
}

Console.WriteLine();
Console.WriteLine(missed == 0
    ? $"All fits reach at least {EnoughDigits} digits in every parameter, and {EnoughErrorDigits} in every standard error."
    : $"{missed} fits miss {EnoughDigits} digits in every parameter, or {EnoughErrorDigits} in every standard error.");
return missed == 0 ? 0 : 1;

// dotnet run -- Misra1a: the whole report of one fit, and a check of the derivatives at the second start.
static int Report(string name)
{
    if (!Problems.All.ContainsKey(name))
    {
        Console.Error.WriteLine($"There is no problem {name}; there are {string.Join(", ", Problems.All.Keys)}.");
        return 2;
    }

    NistFile problem = Load(name);
    LeastSquaresFit<double> fit = Fit(problem, start: 0);
    Console.WriteLine(fit);
    Console.WriteLine();
    GradientCheck.Run(Problems.All[name](problem.X, problem.Y), problem.Starts[1]).Write(Console.Out);
    return 0;
}

static LeastSquaresFit<double> Fit(NistFile problem, int start) =>
    new LevenbergMarquardt().Minimize(Problems.All[problem.Name](problem.X, problem.Y), problem.Starts[start]);

static NistFile Load(string name)
{
    using var reader = new StreamReader(Path.Combine(AppContext.BaseDirectory, "data", "nist-strd", name + ".dat"));
    return NistFile.Read(name, reader);
}
