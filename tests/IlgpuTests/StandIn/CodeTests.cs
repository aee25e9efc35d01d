using ILGPU;
using ILGPU.Backends;
using ILGPU.Runtime;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>The stand-in runs what .NET compiled, but takes only what ILGPU would compile.</summary>
public sealed class CodeTests
{
    private static readonly int Constant = 3;
    private static readonly float[] Table = [1, 2];
    private static float state = 1;

    [Fact]
    public void What_compiles_is_taken() => Load(Everything);

    [Theory]
    [MemberData(nameof(RefusedKernels))]
    public void What_does_not_compile_is_refused(string kernel, string why)
    {
        var method = typeof(CodeTests).GetMethod(kernel, System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!;
        var error = Assert.Throws<InternalCompilerException>(() => Load(method.CreateDelegate<Action<ArrayView<float>>>()));
        Assert.True(error.Message.Contains(why, StringComparison.Ordinal), error.Message);
    }

    public static TheoryData<string, string> RefusedKernels() => new()
    {
        { nameof(Throws), "calls InvalidOperationException..ctor" },
        { nameof(Tries), "has try" },
        { nameof(CallsCbrt), "Math.Cbrt" },
        { nameof(CallsFusedMultiplyAdd), "MathF.FusedMultiplyAdd" },
        { nameof(CallsSign), "Math.Sign" },
        { nameof(MakesAnArray), "instruction newarr" },
        { nameof(ReadsAnArray), "static field Table" },
        { nameof(ReadsState), "static field state" },
        { nameof(WritesState), "instruction stsfld" },
        { nameof(CallsItself), "calls itself" },
        { nameof(AllocatesOnTheStack), "instruction localloc" },
        { nameof(SwitchesWithoutDefault), "instruction box" },
    };

    [Theory]
    [InlineData(AcceleratorType.Cuda, false, false)]
    [InlineData(AcceleratorType.Cuda, true, true)]
    [InlineData(AcceleratorType.OpenCL, false, true)]
    [InlineData(AcceleratorType.CPU, false, true)]
    public void CUDA_needs_algorithms_for_exp(AcceleratorType type, bool algorithms, bool loads)
    {
        using var device = new TestDevice(new StandInOptions { Type = type }, algorithms);
        device.Accelerator.LoadStreamKernel<ArrayView<float>>(Zero);
        var error = Record.Exception(() => device.Accelerator.LoadStreamKernel<ArrayView<float>>(Everything));
        Assert.Equal(loads, error is null);
        if (!loads)
        {
            Assert.IsType<NotSupportedIntrinsicException>(Assert.IsType<AggregateException>(Assert.IsType<InternalCompilerException>(error).InnerException).InnerException);
        }
    }

    private static void Load(Action<ArrayView<float>> kernel)
    {
        using var device = new TestDevice();
        using var buffer = device.Accelerator.Allocate1D<float>(4);
        buffer.MemSetToZero();
        device.Accelerator.LoadStreamKernel(kernel)(new KernelConfig(1, 1), buffer.View);
    }

    private interface IRule
    {
        static abstract float Of(float x);

        float Shifted(float x);
    }

    private readonly struct Rule(float shift) : IRule
    {
        public static float Of(float x) => MathF.Exp(x);

        public float Shifted(float x) => x + shift;
    }

    private static void Zero(ArrayView<float> values) => values[0] = 0;

    private static void Everything(ArrayView<float> values)
    {
        ref float first = ref values[0];
        var (a, b) = (1f, 2);
        b += Constant;
        first += Apply(new Rule(a), first) + b;
        first = float.IsNaN(first) ? MathF.Max(first, 1) : (b % 3) switch { 0 => 1, 1 => MathF.Sqrt(2), _ => first };
        var local = LocalMemory.Allocate<float>(2);
        local[0] = first;
        Refine(ref values[1], in local[0], out float rest);
        Atomic.Add(ref values[2], rest);
        Group.Barrier();
    }

    private static float Apply<TRule>(TRule rule, float x)
        where TRule : struct, IRule => rule.Shifted(TRule.Of(x));

    private static void Refine(ref float target, in float source, out float rest)
    {
        target = source;
        rest = target / 2;
    }

    private static void Throws(ArrayView<float> values) => values[0] = values[0] > 1 ? throw new InvalidOperationException() : 1;

    private static void Tries(ArrayView<float> values)
    {
        try
        {
            values[0] = 1;
        }
        finally
        {
            values[1] = 1;
        }
    }

    private static void CallsCbrt(ArrayView<float> values) => values[0] = (float)Math.Cbrt(values[0]);

    private static void CallsFusedMultiplyAdd(ArrayView<float> values) => values[0] = MathF.FusedMultiplyAdd(values[0], 2, 3);

    private static void CallsSign(ArrayView<float> values) => values[0] = Math.Sign(values[0]);

    private static void MakesAnArray(ArrayView<float> values) => values[0] = (new float[values.IntLength])[0];

    private static void ReadsAnArray(ArrayView<float> values) => values[0] = Table[1];

    private static void ReadsState(ArrayView<float> values) => values[0] = state;

    private static void WritesState(ArrayView<float> values) => state = values[0];

    private static void CallsItself(ArrayView<float> values) => values[0] = Factorial((int)values[0]);

    private static int Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);

    private static void AllocatesOnTheStack(ArrayView<float> values)
    {
        Span<float> here = stackalloc float[values.IntLength];
        values[0] = here[0];
    }

#pragma warning disable CS8509
    private static void SwitchesWithoutDefault(ArrayView<float> values) => values[0] = values.IntLength switch { 1 => 1, 4 => 2 };
#pragma warning restore CS8509
}
