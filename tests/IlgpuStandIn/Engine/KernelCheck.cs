using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU.Engine;

/// <summary>What ILGPU demands of the method of a kernel and of its parameters, as far as the signature shows it.</summary>
internal static class KernelCheck
{
    /// <exception cref="NotSupportedException">The method is not static.</exception>
    /// <exception cref="ArgumentException">A parameter is not a structure by value that a device can take.</exception>
    /// <exception cref="InternalCompilerException">A parameter is not visible to ILGPU's launchers, has double, which the device does not, or the code does not compile.</exception>
    internal static void Run(MethodInfo method, Accelerator accelerator)
    {
        if (!method.IsStatic)
        {
            throw new NotSupportedException($"Kernel {method.Name} is not a static method.");
        }

        foreach (var parameter in method.GetParameters())
        {
            Parameter(parameter.ParameterType, $"Parameter {parameter.Name} of kernel {method.Name}", accelerator);
            if (!Visible(parameter.ParameterType))
            {
                string message = $"Parameter {parameter.Name} of kernel {method.Name} has type {parameter.ParameterType}, which is not public, nor internal with InternalsVisibleTo(\"ILGPURuntime\").";
                throw new InternalCompilerException(message, new TypeLoadException(message));
            }
        }

        KernelCode.Check(method, accelerator.AcceleratorType == AcceleratorType.Cuda && !accelerator.Context.Properties.Algorithms);
    }

    private static void Parameter(Type type, string where, Accelerator accelerator)
    {
        if (!type.IsValueType || type.IsByRefLike || type == typeof(bool) || type == typeof(char) || type == typeof(decimal) || type.IsPointer)
        {
            string message = $"{where} has or is a {type.Name}, which no device takes.";
            throw new ArgumentException(message, new NotSupportedException(message));
        }

        if (type == typeof(double) && !accelerator.Device.Options.SupportsDouble)
        {
            string message = $"{where} has or is a double, which the device does not support.";
            throw new InternalCompilerException(message, new CapabilityNotSupportedException(message));
        }

        if (type.IsPrimitive || type.IsEnum)
        {
            return;
        }

        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ArrayView<>) || type.GetGenericTypeDefinition() == typeof(ArrayView1D<,>)))
        {
            Parameter(type.GetGenericArguments()[0], where, accelerator);
            return;
        }

        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            Parameter(field.FieldType, $"{where}, field {field.Name},", accelerator);
        }
    }

    /// <summary>ILGPU makes launchers in an assembly of its own, which must see the types.</summary>
    private static bool Visible(Type type)
    {
        if (type.IsConstructedGenericType)
        {
            return Visible(type.GetGenericTypeDefinition()) && Array.TrueForAll(type.GetGenericArguments(), Visible);
        }

        if (type.IsVisible)
        {
            return true;
        }

        bool internals = type.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>()
            .Any(friend => friend.AssemblyName.Split(',')[0].Trim() == "ILGPURuntime");
        for (var outer = type; internals && outer is not null; outer = outer.DeclaringType)
        {
            internals = outer.IsPublic || outer.IsNotPublic || outer.IsNestedPublic || outer.IsNestedAssembly || outer.IsNestedFamORAssem;
        }

        return internals;
    }
}
