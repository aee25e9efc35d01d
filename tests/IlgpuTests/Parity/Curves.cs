using System.Reflection;
using CurveFitting;
using ILGPU.Runtime;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>The curves of samples/CurveFitting over their own data, at the second of their starting points, which is the one near the solution.</summary>
internal static class Curves
{
    private const int MostRows = 60;

    // By the names of the files.
    private static readonly Dictionary<string, Action<NistFile, Cases.IVisitor>> All = new()
    {
        ["Chwirut2"] = Fit((x, y) => new Nist.Chwirut2Objective(x, y), o => o.On),
        ["DanWood"] = Fit((x, y) => new Nist.DanWoodObjective(x, y), o => o.On),
        ["ENSO"] = Fit((x, y) => new Nist.EnsoObjective(x, y, b: 9), o => o.On),
        ["Gauss1"] = Fit((x, y) => new Nist.GaussObjective(x, y, b: 8), o => o.On),
        ["Hahn1"] = Fit((x, y) => new Nist.Hahn1Objective(x, y, b: 7), o => o.On),
        ["Kirby2"] = Fit((x, y) => new Nist.Kirby2Objective(x, y), o => o.On),
        ["Lanczos3"] = Fit((x, y) => new Nist.Lanczos3Objective(x, y, b: 6), o => o.On),
        ["MGH17"] = Fit((x, y) => new Nist.Mgh17Objective(x, y), o => o.On),
        ["Misra1a"] = Fit((x, y) => new Nist.Misra1aObjective(x, y), o => o.On),
        ["Misra1b"] = Fit((x, y) => new Nist.Misra1bObjective(x, y), o => o.On),
        ["Misra1c"] = Fit((x, y) => new Nist.Misra1cObjective(x, y), o => o.On),
        ["Roszman1"] = Fit((x, y) => new Nist.Roszman1Objective(x, y), o => o.On),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static void Visit(string name, Cases.IVisitor visitor)
    {
        using var reader = new StreamReader(
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".dat") ?? throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such objective."));
        All[name](NistFile.Read(name, reader), visitor);
    }

    private static Action<NistFile, Cases.IVisitor> Fit<TObjective>(
        Func<double[], double[], TObjective> create, Func<TObjective, Func<Accelerator, DeviceExampleObjective<double>>> on)
        where TObjective : ResidualObjective<double> => (file, visitor) =>
        {
            TObjective objective = create(Thinned(file.X), Thinned(file.Y));
            visitor.Examples(objective, on(objective), file.Starts[1]);
        };

    private static double[] Thinned(double[] column)
    {
        int step = 1 + (column.Length / MostRows);
        return [.. column.Where((_, i) => i % step == 0)];
    }
}
