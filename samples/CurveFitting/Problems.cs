using SymbolicGD;

namespace CurveFitting;

/// <summary>Which objective belongs to which file.</summary>
public static class Problems
{
    /// <summary>Creates the objective of a problem over its data.</summary>
    public delegate ResidualObjective<double> Factory(double[] x, double[] y);

    /// <summary>By the name of the file, without its extension.</summary>
    public static IReadOnlyDictionary<string, Factory> All { get; } = new Dictionary<string, Factory>
    {
        ["Chwirut2"] = (x, y) => new Nist.Chwirut2Objective(x, y),
        ["DanWood"] = (x, y) => new Nist.DanWoodObjective(x, y),
        ["ENSO"] = (x, y) => new Nist.EnsoObjective(x, y, b: 9),
        ["Gauss1"] = (x, y) => new Nist.GaussObjective(x, y, b: 8),
        ["Gauss2"] = (x, y) => new Nist.GaussObjective(x, y, b: 8),
        ["Hahn1"] = (x, y) => new Nist.Hahn1Objective(x, y, b: 7),
        ["Kirby2"] = (x, y) => new Nist.Kirby2Objective(x, y),
        ["Lanczos3"] = (x, y) => new Nist.Lanczos3Objective(x, y, b: 6),
        ["MGH17"] = (x, y) => new Nist.Mgh17Objective(x, y),
        ["Misra1a"] = (x, y) => new Nist.Misra1aObjective(x, y),
        ["Misra1b"] = (x, y) => new Nist.Misra1bObjective(x, y),
        ["Misra1c"] = (x, y) => new Nist.Misra1cObjective(x, y),
        ["Roszman1"] = (x, y) => new Nist.Roszman1Objective(x, y),
    };
}
