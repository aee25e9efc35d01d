namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>A random loss as C# source.</summary>
/// <param name="Name">The method, <c>P{seed}</c>.</param>
/// <param name="Method">The method with its attributes.</param>
/// <param name="Wrapper">
/// <c>double Call{seed}(double[][] arguments, int example, int count)</c>, which calls the method on the values of its arguments in order.
/// </param>
/// <param name="IsSingle">Whether it calculates in <see cref="float"/>.</param>
/// <param name="Constructs">What occurs in it, for the coverage report.</param>
internal sealed record RandomProgram(int Seed, string Name, string Method, string Wrapper, bool IsSingle, IReadOnlyCollection<string> Constructs)
{
    /// <summary>The program of a seed: always the same.</summary>
    public static RandomProgram Create(int seed) => new ProgramWriter(seed).Write();

    /// <summary>The same program with second-order products; itself where it uses a function that has no second derivative here.</summary>
    public RandomProgram WithSecondOrder() => Method.Contains("Digamma", StringComparison.Ordinal) ? this : this with
    {
        Method = Method.Replace("[Loss]", "[Loss(Order = 2)]", StringComparison.Ordinal).Replace("[Loss(Reduction", "[Loss(Order = 2, Reduction", StringComparison.Ordinal),
    };

    /// <summary>One compilable file with the programs and the helpers that they call.</summary>
    public static string File(IEnumerable<RandomProgram> programs, string className)
    {
        var parts = programs.SelectMany(p => new[] { p.Method, p.Wrapper });
        return $$"""
            using System;
            using System.Numerics.Tensors;
            using SymbolicGD;

            namespace RandomPrograms;

            public static partial class {{className}}
            {
            {{string.Join("\n", parts)}}
            {{Helpers("double", "Math", "")}}
            {{Helpers("float", "MathF", "f")}}
                private static int Wrap(int i, int n) => ((i % n) + n) % n;
            }
            """;
    }

    // The bounds of what they return are known to ProgramWriter.Expressions.
    private static string Helpers(string real, string math, string f) => $$"""
            private static {{real}} Quadratic({{real}} x, {{real}} a) => (a * x * x) - x;

            private static {{real}} SoftClip({{real}} x)
            {
                if (x > 1) return 1 + {{math}}.Tanh(x - 1);
                if (x < -1) return -1 - {{math}}.Tanh(-1 - x);
                return x;
            }

            private static {{real}} Weighted(ReadOnlySpan<{{real}}> values, {{real}} scale)
            {
                {{real}} sum = 0;
                for (int i = 0; i < values.Length; i++) sum += values[i] * scale / (1 + i);
                return sum;
            }

            private static {{real}} Horner(ReadOnlySpan<{{real}}> coefficients, {{real}} x)
            {
                {{real}} result = 0;
                foreach ({{real}} c in coefficients) result = (result * x) + c;
                return result;
            }

            private static {{real}} Largest(ReadOnlySpan<{{real}}> values)
            {
                {{real}} largest = values[0];
                for (int i = 1; i < values.Length; i++)
                {
                    if (values[i] > largest) largest = values[i];
                }

                return largest;
            }

            private static {{real}} LogSumExp(ReadOnlySpan<{{real}}> values)
            {
                {{real}} largest = Largest(values), sum = 0;
                foreach ({{real}} v in values) sum += {{math}}.Exp(v - largest);
                return largest + {{math}}.Log(sum);
            }

            private static void ScaleTo(ReadOnlySpan<{{real}}> from, {{real}} by, Span<{{real}}> to)
            {
                for (int i = 0; i < from.Length; i++) to[i] = from[i] * by;
            }

            private static void Reverse(Span<{{real}}> values)
            {
                for (int i = 0; i < values.Length / 2; i++)
                {
                    {{real}} kept = values[i];
                    values[i] = values[values.Length - 1 - i];
                    values[values.Length - 1 - i] = kept;
                }
            }
        """;
}
