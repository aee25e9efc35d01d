using System.Text.RegularExpressions;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>
/// The code generated for a loss takes at most 12 KB and 40 bytes for each token of its source, whatever the lengths of its arrays: for all samples, of first and of
/// second order. What is counted, of both, is in <see cref="CodeSize"/>. Small programs that are there to be tested may take twice that where they ask for second order: the
/// derivative along a direction and the Hessian times a vector are two kernels more, which carry a tangent beside each value.
/// </summary>
public sealed partial class CodeSizeTests
{
    /// <summary>All files that hold the loss of a sample, of a benchmark, or of a program that users write.</summary>
    public static TheoryData<string> Samples => FilesIn("samples", "benchmarks/GradBench/Losses", "benchmarks/Losses", "tests/RuntimeTests/Samples");

    /// <summary>All files of small programs that are there to be tested.</summary>
    public static TheoryData<string> Programs => FilesIn("tests/RuntimeTests/Programs");

    private static TheoryData<string> FilesIn(params string[] folders) => [.. folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => HasLoss().IsMatch(File.ReadAllText(file)))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static TheoryData<string> LoopNames => [.. LoopLosses.Sources.Keys];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Code_of_a_sample_is_small(string file) => CheckFile(file, size => size.Limit);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Code_of_a_program_is_small_for_each_order(string file) => CheckFile(file, size => size.Orders * size.Limit);

    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void Code_of_a_typical_loss_is_small(string name) => Check(SampleLosses.Sources[name], size => size.Limit);

    [Theory]
    [MemberData(nameof(LoopNames))]
    public void Code_of_a_loss_with_state_is_small(string name) => Check(LoopLosses.Sources[name], size => size.Limit);

    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void Second_order_is_within_twice_the_bound(string name) => Check(SampleLosses.SecondOrder(name), size => 2 * size.Limit);

    /// <summary>Lengths that the source does not say are not known when code is written; those that it says change numbers only.</summary>
    [Theory]
    [InlineData("double s = 0; for (int k = 0; k < 3; k++) s += Math.Sin(w[0] * k) * x; return s * s;")]
    [InlineData("Span<double> h = stackalloc double[3]; for (int k = 0; k < 3; k++) h[k] = Math.Tanh(w[k] * x); double s = 0; for (int k = 0; k < 3; k++) s += h[k] * h[k]; return s;")]
    [InlineData("double v = x; for (int k = 0; k < 3; k++) for (int j = 0; j < 3; j++) v = 0.5 * v + w[j] / (1 + v * v); return v;")]
    [InlineData("Span<double> h = stackalloc double[3]; for (int k = 1; k < 3; k++) h[k] = w[0] * h[k - 1] + x; return h[3 - 1];")]
    public void Code_does_not_grow_with_an_extent(string body)
    {
        string few = Generated(body), many = Generated(body.Replace("3", "300", StringComparison.Ordinal));
        Assert.Equal(WithoutNumbers(few), WithoutNumbers(many));

        // Line ends and columns of the texts follow the numbers' digits.
        static string WithoutNumbers(string code) => Spaces().Replace(Number().Replace(code, "N"), string.Empty);

        static string Generated(string body) => CodeSize.Code($$"""
            public static partial class Growing
            {
                [Loss(Order = 2)]
                public static double F([Parameter, Shape("n")] ReadOnlySpan<double> w, double x) { {{body}} }
            }
            """);
    }

    private static void CheckFile(string file, Func<CodeSize, int> limit)
    {
        string source = "using System.IO; using System.Linq; using System.Threading;\n" + File.ReadAllText(Path.Combine(Repository.Root, file));
        Assert.Equal(HasLoss().Count(source), Check(source, limit));
    }

    private static int Check(string source, Func<CodeSize, int> limit)
    {
        IReadOnlyList<CodeSize> sizes = CodeSize.Of(source);
        Assert.NotEmpty(sizes);
        string[] large = [.. sizes.Where(s => s.Bytes > limit(s)).Select(s => s.Describe())];
        Assert.True(large.Length == 0, string.Join(Environment.NewLine, large));
        return sizes.Count;
    }

    [GeneratedRegex(@"^\s*\[(Loss|Residual)\b", RegexOptions.Multiline)]
    private static partial Regex HasLoss();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
