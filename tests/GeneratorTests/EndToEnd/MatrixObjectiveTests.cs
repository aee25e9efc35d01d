using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>Generated objectives over matrices and index data: values and gradients, and what their constructors check.</summary>
public sealed class MatrixObjectiveTests
{
    private const string Ratings = """
        public static partial class Model
        {
            [Loss]
            public static double Rating(
                [Parameter, Shape("users", "rank")] ReadOnlyMatrix<double> user, [Parameter, Shape("items", "rank")] ReadOnlyMatrix<double> item,
                [Constant, Shape("rank", "rank")] ReadOnlyMatrix<double> metric, [Constant] ReadOnlySpan<int> group,
                int u, [Shape("tagged")] ReadOnlySpan<int> items, double rating)
            {
                double sum = -rating;
                foreach (int i in items)
                {
                    for (int r = 0; r < metric.Rows; r++) sum += user[u, r] * TensorPrimitives.Dot(metric.Row(r), item.Row(i));
                    sum += user[group[i], 0];
                }
                return sum * sum;
            }
        }
        """;

    private static readonly Dictionary<string, string> s_losses = new()
    {
        ["Gathers by an index column and by rows of indices"] = Ratings,
        ["Scatters into a local array"] = """
            public static partial class Model
            {
                [Loss]
                public static double Histogram([Parameter, Shape("n", "n")] ReadOnlyMatrix<double> w, [Shape("n")] ReadOnlySpan<int> tags, [Shape("n")] ReadOnlySpan<double> x)
                {
                    Span<double> sums = stackalloc double[x.Length];
                    for (int i = 0; i < tags.Length; i++) sums[tags[i]] += w[i, tags[i]] * x[i];
                    double s = 0;
                    foreach (double v in sums) s += Math.Exp(0.1 * v);
                    return s;
                }
            }
            """,
        ["A local matrix, filled and multiplied"] = """
            public static partial class Model
            {
                [Loss]
                public static double Product([Parameter, Shape("n", "n")] ReadOnlyMatrix<double> w, [Shape("n", "n")] ReadOnlyMatrix<double> x, double y)
                {
                    double[,] product = new double[w.Rows, x.Columns];
                    for (int i = 0; i < w.Rows; i++)
                    {
                        for (int k = 0; k < w.Columns; k++)
                        {
                            for (int j = 0; j < x.Columns; j++) product[i, j] += w[i, k] * x[k, j];
                        }
                    }
                    double s = 0;
                    for (int i = 0; i < w.Rows; i++) s += Math.Tanh(product[i, w.Rows - 1 - i]);
                    return (s - y) * (s - y);
                }
            }
            """,
        ["Packed triangles by a running offset"] = """
            public static partial class Model
            {
                [Loss]
                public static double Quadratic([Parameter, Shape("k", "packedSquared")] ReadOnlyMatrix<double> l, [Shape("k")] ReadOnlySpan<double> x, double y)
                {
                    Span<double> z = stackalloc double[x.Length];
                    double s = 0;
                    for (int k = 0; k < l.Rows; k++)
                    {
                        z.Clear();
                        TriangularTimes(l.Row(k), x, z);
                        s += TensorPrimitives.SumOfSquares<double>(z);
                    }
                    return Math.Sqrt(1 + s) * y;
                }

                static void TriangularTimes(ReadOnlySpan<double> packed, ReadOnlySpan<double> x, Span<double> result)
                {
                    int offset = 0;
                    for (int i = 0; i < x.Length; i++)
                    {
                        for (int j = i + 1; j < x.Length; j++) result[j] += packed[offset++] * x[i];
                    }
                }
            }
            """,
        ["A function of matrices without data"] = """
            public static partial class Model
            {
                [Loss]
                public static float Distance([Parameter, Shape("n", "d")] ReadOnlyMatrix<float> p, [Constant, Shape("n", "d")] ReadOnlyTensorSpan<float> target)
                {
                    float s = 0;
                    for (int i = 0; i < p.Rows; i++)
                    {
                        for (int j = 0; j < p.Columns; j++)
                        {
                            float e = p[i, j] - target[i, j];
                            s += e * e * (1 + i);
                        }
                    }
                    return s;
                }
            }
            """,
    };

    public static TheoryData<string> Names => [.. s_losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_are_those_of_the_loss(string name)
    {
        (Assembly assembly, LossSpec spec) = Compile(s_losses[name]);
        foreach ((int extent, int examples) in new[] { (1, 1), (3, 8), (5, 21), (18, 9) })
        {
            if (extent == 18 && name.StartsWith("Packed", StringComparison.Ordinal)) continue;
            ObjectiveCheck.Run(assembly, spec, extent, examples);
        }
    }

    [Fact]
    public void Extents_come_from_constants_and_data_and_the_rest_is_asked_for()
    {
        (Assembly assembly, _) = Compile(Ratings);
        ConstructorInfo constructor = Assert.Single(assembly.GetType("Model+RatingObjective")!.GetConstructors());
        Assert.Equal(["u", "items", "rating", "metric", "group", "users", "itemsExtent"], constructor.GetParameters().Select(p => p.Name));
        dynamic objective = New(assembly, [0, 1, 0], [0, 1, 1, 1, 0, 0], [1, 0]);
        Assert.Equal([("user", "4 × 2"), ("item", "2 × 2")], ((ParameterLayout)objective.Layout).Blocks.Select(b => (b.Name, string.Join(" × ", b.Shape))));
    }

    [Fact]
    public void Indices_out_of_range_are_found_when_the_objective_is_constructed()
    {
        (Assembly assembly, _) = Compile(Ratings);
        Contains("'u' has 4 in row 1", () => New(assembly, [0, 4, 0], [0, 1, 1, 1, 0, 0], [1, 0]));
        Contains("'u' has -1 in row 2", () => New(assembly, [0, 1, -1], [0, 1, 1, 1, 0, 0], [1, 0]));
        Contains("'items' has 2 in row 1, element 1", () => New(assembly, [0, 1, 0], [0, 1, 1, 2, 0, 0], [1, 0]));
        Contains("'group' has 4 in row 1", () => New(assembly, [0, 1, 0], [0, 1, 1, 1, 0, 0], [1, 4]));
        Contains("'rank' is 2 in 'metric' but 3", () => New(assembly, [0, 1, 0], [0, 1, 1, 1, 0, 0], [1, 0], new double[2, 3]));

        static void Contains(string text, Action action) =>
            Assert.Contains(text, Assert.Throws<TargetInvocationException>(action).InnerException!.Message, StringComparison.Ordinal);
    }

    private static object New(Assembly assembly, int[] u, int[] items, int[] group, double[,]? metric = null) =>
        assembly.GetType("Model+RatingObjective")!.GetConstructors()[0].Invoke(
        [
            new ReadOnlyMemory<int>(u), new ReadOnlyMemory<int>(items), new ReadOnlyMemory<double>(new double[u.Length]),
            (MatrixMemory<double>)(metric ?? new double[2, 2]), new ReadOnlyMemory<int>(group), 4, 2,
        ]);

    private static (Assembly, LossSpec) Compile(string source)
    {
        LossSpec spec = CaptureDriver.Loss(source);
        CSharpCompilation compilation = CompilationFactory.Create(source);
        CSharpGeneratorDriver
            .Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.Empty(diagnostics);
        return (CompilationFactory.Load((CSharpCompilation)generated), spec);
    }
}
