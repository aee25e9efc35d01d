using Xunit;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>Each rule is seen kept and broken: one that never fails reads nothing.</summary>
public sealed class KernelRulesTests
{
    private const string Reduction = """
        public static void Sum(ArrayView1D<float, Stride1D.Dense> data, ArrayView1D<float, Stride1D.Dense> partial, int count)
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(GroupSize);
            int thread = Group.IdxX;
            int stride = Grid.DimX * Group.DimX;
            float sum = 0;
            for (int i = Grid.IdxX * Group.DimX + thread; i < count; i += stride)
            {
                float x = data[i];
                sum += DeviceMath.Log1p(x) * MathF.Abs(x);
            }

            shared[thread] = sum;
            Group.Barrier();
            for (int width = Group.DimX / 2; width > 0; width /= 2)
            {
                if (thread < width)
                {
                    shared[thread] += shared[thread + width];
                }

                Group.Barrier();
            }

            if (thread == 0)
            {
                partial[Grid.IdxX] = shared[0];
            }
        }
        """;

    private const string Tiles = """
        public static void Multiply(ArrayView<double> a, ArrayView<double> b, ArrayView<double> c, Extents extents)
        {
            ArrayView<double> tile = SharedMemory.Allocate<double>(16 * GroupSize);
            int row = Grid.IdxX, column = Group.IdxX;
            double sum = 0;
            int tiles = (extents.Inner + 15) / 16;
            for (int t = 0; t < tiles; t++)
            {
                int first = 16 * t;
                tile[column] = column < extents.Inner ? a[row * extents.Inner + first] : 0;
                Group.Barrier();
                for (int k = 0; k < 16; k++)
                {
                    if (first + k < extents.Inner) sum = Step(sum, tile[k], b[(first + k) * extents.Columns + column]);
                }

                Group.Barrier();
            }

            c[row * extents.Columns + column] = sum;
        }

        private static double Step(double sum, double x, double y) => sum + x * y;

        public struct Extents { public int Inner; public int Columns; }
        """;

    private const string Helper = """
        public static void Norm(ArrayView<float> data, ArrayView<float> result, int n)
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(GroupSize);
            float sum = 0;
            for (int i = Group.IdxX; i < n; i += Group.DimX) sum += data[i] * data[i];
            Reduce(shared, sum, Group.DimX);
            if (Group.IdxX == 0) result[0] = shared[0];
        }

        private static void Reduce(ArrayView<float> shared, float value, int size)
        {
            shared[Group.IdxX] = value;
            Group.Barrier();
            for (int width = size / 2; width > 0; width /= 2)
            {
                if (Group.IdxX < width) shared[Group.IdxX] += shared[Group.IdxX + width];
                Group.Barrier();
            }
        }
        """;

    private const string Indexed = """
        public static void Scale(Index1D index, ArrayView<double> x, double factor)
        {
            if (index >= x.IntLength) return;
            x[index] = factor > 0 ? factor * x[index] : DeviceMath.Exp(x[index]);
            Atomic.Add(ref x[0], factor);
        }
        """;

    [Theory]
    [InlineData(Reduction)]
    [InlineData(Tiles)]
    [InlineData(Helper)]
    [InlineData(Indexed)]
    public void GoodKernelsKeepTheRules(string members) => Assert.Empty(Read(members));

    [Theory]
    [InlineData("public void K(int n) { }", nameof(KernelRule.Signature))]
    [InlineData("public static void K<T>(ArrayView<T> x) { }", nameof(KernelRule.Signature))]
    [InlineData("public static void K(bool b) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(char c) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(string s) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(float[] x) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(ref int n) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(in int n) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static unsafe void K(int* p) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(int? n) { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K((int, int) pair) { } ", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(Box box) { } public sealed class Box { }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(Flags flags) { } public struct Flags { public bool Set; }", nameof(KernelRule.ParameterType))]
    [InlineData("public static void K(Extents e) { } private struct Extents { public int N; }", nameof(KernelRule.ParameterVisibility))]
    [InlineData("public static void K(Extents e) { } internal struct Extents { public int N; }", nameof(KernelRule.ParameterVisibility))]
    [InlineData("public static void K(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o) { }", nameof(KernelRule.ParameterCount))]
    [InlineData("public static void K(int n) { if (n < 0) throw new System.Exception(); }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { try { } finally { } }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { int[] x = new int[3]; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { System.Span<int> x = stackalloc int[3]; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { int m = n switch { 0 => 1, 1 => 2 }; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { string s = \"x\"; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { System.Func<int> f = () => 1; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { int F() => 1; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { object o = n; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(int n) { var l = new List<int>(); }", nameof(KernelRule.Language))]
    [InlineData("public static void K(ArrayView<int> v) { foreach (int x in v) { } }", nameof(KernelRule.Language))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = -0.0; }", nameof(KernelRule.Language))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = Math.Cbrt(v[0]); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = Math.Exp(v[0]); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = Math.CopySign(v[0], v[1]); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = Math.FusedMultiplyAdd(v[0], v[1], v[2]); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<float> v) { v[0] = MathF.Max(v[0], v[1]); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = DeviceMath.NoSuchFunction(v[0]); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = System.BitConverter.Int64BitsToDouble(1); }", nameof(KernelRule.Call))]
    [InlineData("public static void K(ArrayView<double> v) { v.CopyFromCPU(v); }", nameof(KernelRule.Call))]
    [InlineData("private static int s_count; public static void K(int n) { }", nameof(KernelRule.MutableStatic))]
    [InlineData("private static readonly double[] Table = [1, 2]; public static void K(int n) { }", nameof(KernelRule.MutableStatic))]
    [InlineData("public static void K(int n) { F(n); } private static int F(int n) => n == 0 ? 0 : G(n - 1); private static int G(int n) => F(n);", nameof(KernelRule.Recursion))]
    [InlineData("public static void K(ArrayView<double> v) { v[0] = 0 < v[1] ? 1 : 2; }", nameof(KernelRule.ConstantOnTheLeft))]
    [InlineData("public static void K(double x, ArrayView<double> v) { if (1.5 >= x) v[0] = 1; }", nameof(KernelRule.ConstantOnTheLeft))]
    [InlineData("private const double Zero = 0; public static void K(double x, ArrayView<double> v) { if (Zero >= x) v[0] = 1; }", nameof(KernelRule.ConstantOnTheLeft))]
    [InlineData("public static void K(double x, ArrayView<double> v) { v[0] = x % 2; }", nameof(KernelRule.RealRemainder))]
    [InlineData("public static void K(ArrayView<int> v, int n) { v[0] = v[1] > 0 ? n : v[1] < 0 ? 1 : 0; }", nameof(KernelRule.IntegerAsBoolean))]
    [InlineData("public static void K(ArrayView<int> v, int n) { v[0] = v[1] > 0 ? (v[1] < 7 ? 0 : 1) : n; }", nameof(KernelRule.IntegerAsBoolean))]
    [InlineData("public static void K(ArrayView<float> v) { v[0] = v[1] % v[2]; }", nameof(KernelRule.RealRemainder))]
    [InlineData("public static void K(double x) { x %= 2; }", nameof(KernelRule.RealRemainder))]
    [InlineData("public static void K(int n) { var s = SharedMemory.Allocate<float>(n); }", nameof(KernelRule.SharedMemory))]
    [InlineData("public static void K(Index1D i, int n) { var s = SharedMemory.Allocate<float>(16); }", nameof(KernelRule.SharedMemory))]
    [InlineData("public static void K(int n) { for (int i = 0; i < n; i++) { var s = SharedMemory.Allocate<float>(16); } }", nameof(KernelRule.SharedMemory))]
    public void BadKernelsBreakTheRule(string members, string rule) => Assert.Contains(Read(members), v => v.Rule.ToString() == rule);

    [Theory]
    [InlineData("if (Group.IdxX < n) Group.Barrier();")]
    [InlineData("int t = Group.IdxX; int u = t + 1; if (u < n) { Group.Barrier(); }")]
    [InlineData("if (v[Group.IdxX] < n) Group.Barrier();")]
    [InlineData("if (Grid.GlobalIndex.X < n) Group.Barrier();")]
    [InlineData("for (int i = Group.IdxX; i < n; i += Group.DimX) Group.Barrier();")]
    [InlineData("for (int i = 0; i < n; i += Group.IdxX + 1) Group.Barrier();")]
    [InlineData("for (int i = 0; i < (int)v[Group.IdxX]; i++) Group.Barrier();")]
    [InlineData("for (int i = 0; i < n; i++) { if (v[Group.IdxX] > 1) break; Group.Barrier(); }")]
    [InlineData("for (int i = 0; i < n; i++) { if (v[Group.IdxX] > 1) continue; Group.Barrier(); }")]
    [InlineData("for (int i = 0; i < n; i++) { i += 1; Group.Barrier(); }")]
    [InlineData("int m = 0; if (Group.IdxX == 0) m = 1; if (m == 0) Group.Barrier();")]
    [InlineData("int m = 0; for (int i = Group.IdxX; i < n; i += 7) m += 1; if (m == 0) Group.Barrier();")]
    [InlineData("int m = n; m -= Group.IdxX; for (int i = 0; i < m; i++) Group.Barrier();")]
    [InlineData("int m = n; Set(ref m); if (m == 0) Group.Barrier();")]
    [InlineData("int m = Mine(n); if (m == 0) Group.Barrier();")]
    [InlineData("Sync(Group.IdxX);")]
    [InlineData("if (Group.IdxX == 0) Always();")]
    [InlineData("v[0] = Group.IdxX; if (v[0] > 0) Group.Barrier();")]
    [InlineData("var own = LocalMemory.Allocate<int>(4); if (own[0] > 0) Group.Barrier();")]
    [InlineData("while (n > 0) { Group.Barrier(); n -= 1; }")]
    [InlineData("do { Group.Barrier(); } while (v[Group.IdxX] > 1);")]
    [InlineData("int m = Group.IdxX > 0 ? 1 : 2; switch (m) { case 1: Group.Barrier(); break; }")]
    [InlineData("if (n > 0 && Group.IdxX > 2 && Group.BarrierAnd(n > 1)) v[0] = 1;")]
    public void BarriersThatSomeThreadsMayMissAreSeen(string body) => Assert.Contains(Read(BarrierKernel(body)), v => v.Rule == KernelRule.Barrier);

    [Theory]
    [InlineData("if (Group.IdxX >= n) return; Group.Barrier();")]
    [InlineData("if (n <= 0) return; Group.Barrier();")]
    [InlineData("for (int i = 0; i < n; i++) { Group.Barrier(); if (Group.IdxX > i) return; }")]
    public void ReturnsAheadOfBarriersAreSeen(string body) => Assert.Contains(Read(BarrierKernel(body)), v => v.Rule == KernelRule.EarlyReturn);

    [Theory]
    [InlineData("if (n > 3) Group.Barrier();")]
    [InlineData("if (v.IntLength > Grid.IdxX * n) { Group.Barrier(); }")]
    [InlineData("int m = n / Group.DimX; for (int i = 0; i < m; i += 2) { v[Group.IdxX] = 1; Group.Barrier(); }")]
    [InlineData("for (int i = Grid.IdxX; i < n; i += Grid.DimX) { if (i == 3) break; Group.Barrier(); }")]
    [InlineData("for (int i = 0; i < n; i++) { int m = 2 * i; for (int j = m; j < n; j++) { Group.Barrier(); } }")]
    [InlineData("for (int i = 0; i < n; i++) { for (int j = Group.IdxX; j < n; j++) { if (j > 7) break; } Group.Barrier(); }")]
    [InlineData("int m = Twice(n); if (m == 0) Group.Barrier();")]
    [InlineData("Sync(n);")]
    [InlineData("if (Group.IdxX == 0) { v[1] = 2; } Group.Barrier(); if (Group.IdxX == 0) return;")]
    public void BarriersThatAllThreadsReachAreAccepted(string body) => Assert.Empty(Read(BarrierKernel(body)));

    [Fact]
    public void BarriersInImplicitlyGroupedKernelsAreSeen() =>
        Assert.Contains(Read("public static void K(Index1D i, ArrayView<int> v) { Group.Barrier(); }"), v => v.Rule == KernelRule.Barrier);

    [Fact]
    public void InternalParametersAreFineWhereTheRuntimeAssemblySeesThem() => Assert.Empty(KernelRules.Violations(
        ["[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"ILGPURuntime\")] internal struct Extents { public int N; } internal static class OfKernels { public static void K(Extents e) { } }"]));

    [Fact]
    public void SourcesWithoutDeviceCodeAreAnError()
    {
        Assert.Throws<InvalidOperationException>(() => KernelRules.Violations(["public static class Host { public static void K() { } }"]));
        Assert.Throws<InvalidOperationException>(() => KernelRules.Violations(["public static class Kernels { public static void K( { }"]));
        Assert.Throws<InvalidOperationException>(() => KernelRules.Violations(["public class Host { public static void K() { } }"], name => name == "Host"));
    }

    [Fact]
    public void HostCodeBesideKernelsIsNotRead()
    {
        const string Source = """
            public sealed class OnDevice
            {
                private readonly string _name = "host";
                public string Describe(int n) { if (n < 0) throw new System.Exception(); return _name; }
                private static void K(ArrayView<Real> x, Real factor) { x[0] = Helper(x[1]) * factor; }
                private static Real Helper(Real x) => HELPER;
                private static string Unused() => "host";
            }
            """;
        Assert.Empty(KernelRules.Violations([Source.Replace("HELPER", "x > 0 ? x : -x", StringComparison.Ordinal)], name => name == "OnDevice"));
        Assert.Equal(
            [KernelRule.Call, KernelRule.RealRemainder],
            KernelRules.Violations([Source.Replace("HELPER", "Math.Exp(x) + x % 2", StringComparison.Ordinal)], name => name == "OnDevice").Select(v => v.Rule).Order());
    }

    private static string BarrierKernel(string body) => "public static void K(ArrayView<int> v, int n) { " + body + """
         }
        private static void Set(ref int m) { m = Group.IdxX; }
        private static int Mine(int n) => n + Group.IdxX;
        private static int Twice(int n) => n + n;
        private static void Sync(int n) { if (n > 0) Group.Barrier(); }
        private static void Always() { Group.Barrier(); }
        private static int Caller(int n) { Always(); Sync(3); int m = 0; Set(ref m); return Mine(n) + Twice(n); }
        """;

    private static IReadOnlyList<KernelViolation> Read(string members) => KernelRules.Violations(
    [
        "public static class Kernels { public const int GroupSize = 256; " + members + " }",
        "public static class DeviceMath { public static double Exp(double x) => x; public static float Log1p(float x) => x; }",
    ]);
}
