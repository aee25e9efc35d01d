namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>A random loss or residual as C# source.</summary>
/// <param name="Name">The method, <c>P{seed}</c>.</param>
/// <param name="Method">The method with its attributes, after the program's own helpers, <c>P{seed}_H…</c>.</param>
/// <param name="Wrapper">
/// <c>double[] Call{seed}(double[][] arguments, Func&lt;string, int&gt; extent, int example, int count)</c>, which calls the method on the values of its
/// arguments in order and gives the loss, or the residuals.
/// </param>
/// <param name="IsSingle">Whether it calculates in <see cref="float"/>.</param>
/// <param name="Constructs">What occurs in it, for the coverage report.</param>
internal sealed record RandomProgram(int Seed, string Name, string Method, string Wrapper, bool IsSingle, IReadOnlyCollection<string> Constructs)
{
    public bool HasGivenDerivatives => Constructs.Contains(ProgramWriter.GivenDerivative);

    /// <summary>The program of a seed: always the same.</summary>
    public static RandomProgram Create(int seed) => new ProgramWriter(seed).Write();

    /// <summary>The same program with second-order products; itself where it uses a function that has no second derivative here.</summary>
    public RandomProgram WithSecondOrder() => Method.Contains("Digamma", StringComparison.Ordinal) ? this : With("Order = 2");

    /// <summary>The same program with a bound on the iterations of its loops, which devices need. No program reaches it.</summary>
    public RandomProgram WithMaxTrips() => Method.Contains("MaxTrips", StringComparison.Ordinal) ? this : With("MaxTrips = 500");

    private RandomProgram With(string setting) => this with
    {
        Method = new[] { "Loss", "Residual" }.Aggregate(
            Method, (text, name) => System.Text.RegularExpressions.Regex.Replace(text, $@"\[{name}(\(|\])", found => found.Groups[1].Value == "]" ? $"[{name}({setting})]" : $"[{name}({setting}, ")),
    };

    /// <summary>One compilable file with the programs and the helpers that they call.</summary>
    /// <param name="givesDerivatives">Whether some helpers have a derivative of their own; else that of their bodies is taken, which is the same.</param>
    public static string File(IEnumerable<RandomProgram> programs, string className, bool givesDerivatives = true)
    {
        var parts = programs.SelectMany(p => new[] { p.Method, p.Wrapper });
        return $$"""
            using System;
            using System.Numerics;
            using System.Numerics.Tensors;
            using SymbolicGD;

            namespace RandomPrograms;

            public static partial class {{className}}
            {
            {{string.Join("\n", parts)}}
            {{ProgramLibrary.Helpers("double", "Math", "", "D", givesDerivatives)}}
            {{ProgramLibrary.Helpers("float", "MathF", "f", "F", givesDerivatives)}}
                private static int Wrap(int i, int n) => ((i % n) + n) % n;
            }

            {{ProgramLibrary.Types("double", "Math", "", "D")}}
            {{ProgramLibrary.Types("float", "MathF", "f", "F")}}
            {{ProgramLibrary.GenericTypes}}
            """;
    }
}
