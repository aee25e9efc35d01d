using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using ILGPU.Backends;

namespace ILGPU.Engine;

/// <summary>
/// Reads the code of a kernel and of what it calls, and refuses what ILGPU's compiler refuses, and what it takes and then gets wrong: exceptions, objects, arrays,
/// strings, delegates, mutable statics, recursion, and functions of the base library that no device has.
/// </summary>
internal static class KernelCode
{
    private static readonly HashSet<short> Refused =
    [
        .. ((OpCode[])
        [
            OpCodes.Throw, OpCodes.Rethrow, OpCodes.Newarr, OpCodes.Ldstr, OpCodes.Localloc, OpCodes.Box, OpCodes.Unbox, OpCodes.Unbox_Any, OpCodes.Ldftn,
            OpCodes.Ldvirtftn, OpCodes.Calli, OpCodes.Castclass, OpCodes.Isinst, OpCodes.Stsfld, OpCodes.Ldsflda, OpCodes.Ldlen, OpCodes.Ldtoken, OpCodes.Cpblk,
        ]).Select(code => code.Value),
    ];

    /// <summary>Functions of Math and MathF that ILGPU maps to those of the device; those of the second set, on CUDA, only with ILGPU.Algorithms.</summary>
    private static readonly HashSet<string> Plain = ["Abs", "Sqrt", "Floor", "Ceiling", "Min", "Max", "CopySign"];

    private static readonly HashSet<string> WithAlgorithms = ["Sin", "Cos", "Tan", "Sinh", "Cosh", "Tanh", "Asin", "Acos", "Atan", "Atan2", "Exp", "Log", "Log10", "Pow"];

    private static readonly HashSet<string> OfNumbers = ["IsNaN", "IsFinite", "IsInfinity"];

    /// <summary>Whether a kernel that was read calls one of the second set.</summary>
    private static readonly ConcurrentDictionary<MethodBase, bool> Known = new();

    /// <exception cref="InternalCompilerException">The kernel has something that does not compile, or not to what it says.</exception>
    internal static void Check(MethodInfo kernel, bool mathNeedsAlgorithms)
    {
        if (!Known.TryGetValue(kernel, out bool needsAlgorithms))
        {
            Read(kernel, kernel, [], [], ref needsAlgorithms);
            Known[kernel] = needsAlgorithms;
        }

        if (needsAlgorithms && mathNeedsAlgorithms)
        {
            string message = $"Kernel {kernel.Name} does not compile for devices.";
            throw new InternalCompilerException(message, new AggregateException(new NotSupportedIntrinsicException("ExpF")));
        }
    }

    private static void Read(MethodBase method, MethodInfo kernel, HashSet<MethodBase> done, Stack<MethodBase> callers, ref bool needsAlgorithms)
    {
        if (callers.Contains(method))
        {
            throw Refuse(kernel, method, "calls itself");
        }

        if (!done.Add(method))
        {
            return;
        }

        var body = method.GetMethodBody() ?? throw Refuse(kernel, method, "has no code");
        if (body.ExceptionHandlingClauses.Count > 0)
        {
            throw Refuse(kernel, method, "has try");
        }

        callers.Push(method);
        Type? constraint = null;
        foreach (var instruction in Instruction.Of(method))
        {
            var operation = instruction.Operation;
            if (Refused.Contains(operation.Value))
            {
                throw Refuse(kernel, method, $"has the instruction {operation.Name}");
            }

            if (operation == OpCodes.Constrained)
            {
                constraint = instruction.Type;
            }
            else if (operation.OperandType == OperandType.InlineMethod)
            {
                Call(Instruction.Implementation(instruction.Called, constraint), method, kernel, done, callers, ref needsAlgorithms);
                constraint = null;
            }
            else if (operation == OpCodes.Ldsfld && instruction.Field is var field && (!field.IsInitOnly || !field.FieldType.IsValueType))
            {
                throw Refuse(kernel, method, $"reads the static field {field.Name}, which is not a readonly value");
            }
        }

        callers.Pop();
    }

    private static void Call(MethodBase called, MethodBase method, MethodInfo kernel, HashSet<MethodBase> done, Stack<MethodBase> callers, ref bool needsAlgorithms)
    {
        var type = called.DeclaringType!;
        if (type.Assembly == typeof(KernelCode).Assembly)
        {
            needsAlgorithms |= type == typeof(Algorithms.XMath);
        }
        else if (type == typeof(Math) || type == typeof(MathF))
        {
            if (!Plain.Contains(called.Name))
            {
                needsAlgorithms = WithAlgorithms.Contains(called.Name)
                    ? true
                    : throw Refuse(kernel, method, $"calls {type.Name}.{called.Name}, which ILGPU does not map");
            }
        }
        else if (type == typeof(float) || type == typeof(double))
        {
            // What generic mathematics calls, such as T.Abs and T.Zero: it compiles where its own code does.
            if (!OfNumbers.Contains(called.Name))
            {
                Read(called, kernel, done, callers, ref needsAlgorithms);
            }
        }
        else if (!type.IsValueType && !called.IsStatic)
        {
            throw Refuse(kernel, method, $"calls {type.Name}.{called.Name}, of an object");
        }
        else if (type.Assembly != typeof(object).Assembly)
        {
            Read(called, kernel, done, callers, ref needsAlgorithms);
        }
        else if (!type.Name.StartsWith("ValueTuple", StringComparison.Ordinal) && type != typeof(BitConverter) && type != typeof(System.Numerics.BitOperations))
        {
            throw Refuse(kernel, method, $"calls {type.Name}.{called.Name}, which is not known to compile");
        }
    }

    private static InternalCompilerException Refuse(MethodInfo kernel, MethodBase method, string what)
    {
        string message = $"Kernel {kernel.Name} does not compile for devices: {method.DeclaringType?.Name}.{method.Name} {what}.";
        return new InternalCompilerException(message, new NotSupportedException(message));
    }
}
