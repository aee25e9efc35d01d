using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Xunit;

namespace SymbolicGD.IlgpuTests.Backends;

/// <summary>Every emitted kernel is compiled for devices that are not there: to PTX for sm_80, and to OpenCL C, which clang reads where it is installed.</summary>
public sealed class BackendTests
{
    public static TheoryData<string> Kernels => [.. All().Select(Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void It_compiles_to_PTX(string kernel)
    {
        // A compilation that fails leaves its context unusable: each has its own.
        using Context context = ContextFor(kernel);
        using var backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_75, null!);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(Find(kernel)), KernelSpecialization.Empty);
        Assert.Contains(".target sm_80", compiled.PTXAssembly, StringComparison.Ordinal);

        // Functions that ILGPU does not know become calls of functions that nobody defines.
        Assert.DoesNotContain(".extern .func", compiled.PTXAssembly, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void It_compiles_to_OpenCL(string kernel)
    {
        using Context context = ContextFor(kernel);

        // What computes with float runs on devices that have nothing else.
        bool isDouble = Find(kernel).GetParameters()[0].ParameterType == typeof(ArrayView<double>);
        var capabilities = new CLCapabilityContext(float16: false, float64: isDouble, genericAddressSpace: true, int64_Atomics: true, subGroups: true);
        using var backend = new CLBackend(context, capabilities, CLDeviceVendor.Other, CLCVersion.CL20);
        var compiled = (CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(Find(kernel)), KernelSpecialization.Empty);
        Assert.Equal("", Clang(compiled.Source));
    }

    /// <summary>As users make it: only a rule that calls functions like <c>Exp</c> needs more than ILGPU itself has for each backend.</summary>
    private static Context ContextFor(string kernel) => Context.Create(builder =>
    {
        if (kernel.EndsWith(" of " + typeof(Host.Own.Constants).FullName, StringComparison.Ordinal)) builder.EnableAlgorithms();
    });

    /// <summary>What clang says of the source: nothing, or its errors. Nothing, too, where it is not installed.</summary>
    private static string Clang(string source)
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".cl");
        File.WriteAllText(file, source);
        try
        {
            using Process? clang = Process.Start(new ProcessStartInfo("clang", ["-x", "cl", "-cl-std=CL2.0", "-fsyntax-only", "-Werror=implicit-function-declaration", file]) { RedirectStandardError = true });
            string said = clang!.StandardError.ReadToEnd();
            clang.WaitForExit();
            return clang.ExitCode == 0 ? "" : said;
        }
        catch (Win32Exception)
        {
            return "";
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static MethodInfo Find(string name) => All().Single(m => Name(m) == name);

    private static string Name(MethodInfo kernel) => $"{(kernel.DeclaringType!.DeclaringType ?? kernel.DeclaringType).FullName}.{kernel.Name}"
        + (kernel.IsGenericMethod ? $" of {kernel.GetGenericArguments()[0].DeclaringType!.FullName}" : "");

    private static IEnumerable<MethodInfo> All() => OfLosses()
        .Concat(OfHost<float>(typeof(Device.Float32.DeviceReductions), typeof(Device.Float32.DeviceUpdate)))
        .Concat(OfHost<double>(typeof(Device.Float64.DeviceReductions), typeof(Device.Float64.DeviceUpdate)));

    private static IEnumerable<MethodInfo> OfLosses() => typeof(BackendTests).Assembly.GetTypes().Where(t => t.Name == "OnDevice")
        .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(m => m.GetParameters() is { Length: 14 } parameters && parameters[0].Name == "parameters");

    /// <summary>The kernels of the host code; that of steps with every rule of the runtime and of the tests.</summary>
    private static IEnumerable<MethodInfo> OfHost<T>(params Type[] types)
    {
        foreach (MethodInfo method in types.SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)))
        {
            if (method.IsGenericMethod)
            {
                foreach (Type rule in new[] { typeof(UpdateRuleOptimizer).Assembly, typeof(BackendTests).Assembly }.SelectMany(a => a.GetTypes()).Where(t => t.Name == "DeviceRule`1"))
                {
                    yield return method.MakeGenericMethod(rule.MakeGenericType(typeof(T)));
                }
            }
            else if (method.ReturnType == typeof(void) && method.GetParameters() is [{ ParameterType.IsByRef: false, ParameterType.Name: "ArrayView`1" }, ..])
            {
                yield return method;
            }
        }
    }
}
