using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>Every supported use of a matrix: the captured IR computes what the method computes, and its gradient is right.</summary>
public sealed class MatrixTests
{
    private static string Losses(params (string Body, string Members)[] cases) => string.Concat(cases.Select((c, i) => $$"""
        public static partial class Model{{i}}
        {
            [Loss]
            public static double F(
                [Parameter] ReadOnlyMatrix<double> w, [Parameter] double b, [Constant] ReadOnlyMatrix<double> m, [Constant] ReadOnlySpan<int> idx,
                ReadOnlyMatrix<double> x, ReadOnlySpan<int> tags, int k, double y)
            {
                {{c.Body}}
            }

            {{c.Members}}
        }

        """));

    private static void Check(params (string Body, string Members)[] cases) => CaptureAgreement.CheckAll(Losses(cases));

    [Fact]
    public void Elements_rows_and_slices() => Check(
        ("double s = b; for (int i = 0; i < w.Rows; i++) for (int j = 0; j < w.Columns; j++) s += w[i, j] * x[i, j] * m[j, i]; return s * y;", ""),
        ("double s = 0; for (int i = 0; i < x.Rows; i++) s += TensorPrimitives.Dot(w.Row(k), x.Row(i)) * b; return s;", ""),
        ("return w[k, 2] * w[2, k] + m[k + 1, 5 - k] * b + w[w.Rows - 1, w.Columns - 1];", ""),
        ("double s = 0; foreach (double v in w.Row(k)[1..4]) s += v * v; return s + w.Row(1).Slice(2, 3)[k - k] + w.Row(2)[^1];", ""),
        ("ReadOnlyMatrix<double> part = w.Slice(1, 2, k, 2); return part[1, 1] * part.Row(0)[1] + part.Rows * b + part.Columns + part.Stride;", ""),
        ("return TensorPrimitives.Sum<double>(w.AsSpan()) * Sym.Norm(x.Row(k)) + w.AsSpan()[7];", ""),
        ("ReadOnlySpan<double> r = y > 0 ? w.Row(0) : w.Row(1); return r[k] * b;", ""),
        ("ReadOnlyMatrix<double> p = w; if (y > 0) p = w.Slice(1, 3, 1, 3); return p[1, 1] * p.Rows * b + p.Row(1)[0];", ""),
        ("return Bilinear(w, x.Row(1), m.Row(k)) + Trace(w) * b;",
            "static double Trace(ReadOnlyMatrix<double> a) { double t = 0; for (int i = 0; i < a.Rows; i++) t += a[i, i]; return t; } "
            + "static double Bilinear(ReadOnlyMatrix<double> a, ReadOnlySpan<double> u, ReadOnlySpan<double> v) { double t = 0; "
            + "for (int i = 0; i < a.Rows; i++) t += u[i] * TensorPrimitives.Dot(a.Row(i), v); return t; }"),
        ("double s = 0; for (int i = 0; i < w.Rows; i++) { ReadOnlySpan<double> r = w.Row(i); for (int j = 0; j <= i; j++) s += r[j] * x[j, i]; } return s;", ""));

    [Fact]
    public void Packed_triangles_and_gathers() => Check(
        ("double s = 0; int o = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < i; j++) s += w[k, o++] * x[i, j]; return s + o;", ""),
        ("double s = 0; foreach (int t in tags) s += w[t, k] * m[k, t]; return s * b;", ""),
        ("double s = 0; for (int i = 0; i < tags.Length; i++) s += TensorPrimitives.Dot(w.Row(tags[i]), x.Row(idx[i])); return s;", ""),
        ("return w[idx[tags[k]], tags[idx[k]]] * b;", ""),
        ("Span<double> count = stackalloc double[4]; foreach (int t in tags) count[t] += w[t, k] * b; return TensorPrimitives.SumOfSquares<double>(count);", ""),
        ("Span<int> order = stackalloc int[3]; for (int i = 0; i < 3; i++) order[i] = tags[i] + 1; double s = 0; foreach (int t in order) s += w[t, t]; return s * b;", ""));

    [Fact]
    public void Local_matrices() => Check(
        ("double[,] t = new double[w.Rows, 3]; for (int i = 0; i < t.GetLength(0); i++) for (int j = 0; j < t.GetLength(1); j++) t[i, j] = w[i, j] * b; t[1, 2] += y; return t[1, 2] * t[k, 0] + t.Length;", ""),
        ("double[,] t = { { b, 1 }, { y, w[0, 1] } }; return t[0, 0] * t[1, 1] - t[0, 1] * t[1, 0];", ""),
        ("double[,] t = new double[2, 2] { { b, 1 }, { y, b } }; t[0, 1]++; return t[0, 0] * t[1, 1] - t[0, 1] * t[1, 0];", ""),
        ("Span<double> memory = stackalloc double[12]; var t = new Matrix<double>(memory, 3, 4); t[2, 3] = b; t.Row(1)[0] = y * b; return memory[11] + t[1, 0] + t.AsSpan()[4];", ""),
        ("Span<double> memory = stackalloc double[12]; var t = new Matrix<double>(memory, 2, 3, 5); t[1, 2] = b; Scale(t.Row(1), y); return memory[7] + t[1, 2];",
            "static void Scale(Span<double> row, double by) { for (int i = 0; i < row.Length; i++) row[i] *= by; }"),
        ("Matrix<double> t = new double[6, 6]; w.CopyTo(t); Transform(t, b); return t[k, k] + t.Row(1)[2];",
            "static void Transform(Matrix<double> t, double by) { for (int i = 0; i < t.Rows; i++) for (int j = i; j < t.Columns; j++) t[i, j] *= by + t[j, i]; }"),
        ("Matrix<double> t = new double[3, 2]; t.Fill(b); t.Slice(0, 2, 1, 1).Fill(y); t.Slice(1, 1, 0, 2).Clear(); double s = 0; for (int i = 0; i < 3; i++) s += (i + 1) * (t[i, 0] + 2 * t[i, 1]); return s;", ""),
        ("var r = new Matrix<double>(new double[6, 6]); for (int i = 0; i < 6; i++) for (int j = 0; j < 6; j++) { double s = 0; for (int l = 0; l < 6; l++) s += w[i, l] * m[l, j]; r[i, j] = s; } return r[k, 1] * r[1, k];", ""));

    [Fact]
    public void Matrices_updated_in_place() => Check(
        // A Cholesky factorization of w·wᵀ + 3, and the log determinant of it.
        ("""
        var a = new Matrix<double>(new double[6, 6]);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j <= i; j++) a[i, j] = TensorPrimitives.Dot(w.Row(i), w.Row(j)) + (i == j ? 3 : 0);
        double s = 0;
        for (int j = 0; j < 6; j++)
        {
            for (int l = 0; l < j; l++) a[j, j] -= a[j, l] * a[j, l];
            a[j, j] = Math.Sqrt(a[j, j]);
            s += Math.Log(a[j, j]);
            for (int i = j + 1; i < 6; i++)
            {
                for (int l = 0; l < j; l++) a[i, j] -= a[i, l] * a[j, l];
                a[i, j] /= a[j, j];
            }
        }
        return s * y + b;
        """, ""),
        // Two rows that take turns.
        ("Matrix<double> t = new double[2, 6]; w.Row(0).CopyTo(t.Row(0)); for (int i = 0; i < 4; i++) for (int j = 0; j < 6; j++) t[(i + 1) % 2, j] = Math.Sin(t[i % 2, j] * b) + w[i, j]; return TensorPrimitives.Sum<double>(t.Row(0));", ""));

    [Fact]
    public void Spans_over_tensors_are_read_as_matrices()
    {
        const string Matrices = """
            public static partial class Model
            {
                [Loss]
                public static double F([Parameter, Shape("r", "c")] ReadOnlyMatrix<double> w, [Constant] ReadOnlyMatrix<double> m, [Shape("c")] ReadOnlySpan<double> x)
                {
                    double s = 0;
                    for (int i = 0; i < w.Rows; i++)
                    {
                        for (int j = 0; j < w.Columns; j++) s += w[i, j] * x[j] * m[j, i];
                    }
                    return s * s;
                }
            }
            """;
        string tensors = Matrices.Replace("ReadOnlyMatrix<double> w", "ReadOnlyTensorSpan<double> w", StringComparison.Ordinal)
            .Replace("ReadOnlyMatrix<double> m", "TensorSpan<double> m", StringComparison.Ordinal)
            .Replace("w.Rows", "w.Lengths[0]", StringComparison.Ordinal).Replace("w.Columns", "(int)w.Lengths[1]", StringComparison.Ordinal)
            .Replace("int i = 0; i < w.Lengths[0]", "int i = 0; i < (int)w.Lengths[0]", StringComparison.Ordinal);
        Assert.Equal(CaptureDriver.Loss(Matrices), CaptureDriver.Loss(tensors));
    }

    [Fact]
    public void Extents_are_named_shared_and_fixed_by_the_loss_itself()
    {
        LossSpec spec = CaptureDriver.Loss("""
            public static partial class Model
            {
                [Loss]
                public static double F(
                    [Parameter, Shape("hidden", "pixels")] ReadOnlyMatrix<double> w, [Parameter] ReadOnlyMatrix<double> free, [Parameter, Shape("three")] ReadOnlySpan<double> t,
                    ReadOnlySpan<double> x)
                {
                    Span<double> axis = stackalloc double[3];
                    axis[1] = 1;
                    return TensorPrimitives.Dot(w.Row(0), x) + free[0, 1] + TensorPrimitives.Dot(t, axis);
                }
            }
            """);
        Assert.Equal(
            [new Extent("hidden"), new Extent("pixels"), new Extent("freeRows"), new Extent("freeColumns"), new Extent("three", 3)], spec.Function.Extents);
        Assert.Equal([(0, 1), (2, 3), (4, -1), (1, -1)], spec.Function.Arguments.Select(a => (a.Extent, a.Columns)));
    }

    [Fact]
    public void Integer_data_that_index_are_known()
    {
        LossSpec spec = CaptureDriver.Loss("""
            public static partial class Model
            {
                [Loss]
                public static double F(
                    [Parameter, Shape("users", "rank")] ReadOnlyMatrix<double> w, [Constant] ReadOnlySpan<int> group, int u, ReadOnlySpan<int> tags, int guarded)
                {
                    Span<double> classes = stackalloc double[4];
                    foreach (int t in tags) classes[t] += w[u, group[t]];
                    return guarded >= 0 ? classes[guarded] : TensorPrimitives.Sum<double>(classes);
                }
            }
            """);
        Assert.Equal(
            [new IndexUse(3, -1, 4), new IndexUse(2, 0, -1), new IndexUse(3, 2, -1), new IndexUse(1, 1, -1)],
            spec.IndexUses.OrderBy(u => u.Argument == 3 ? (u.Literal > 0 ? 0 : 2) : u.Argument == 2 ? 1 : 3));
    }
}
