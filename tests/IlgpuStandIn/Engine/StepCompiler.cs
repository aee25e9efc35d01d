using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ILGPU.Engine;

/// <summary>
/// Rewrites a kernel so that a barrier is a return: the method keeps its arguments and variables in a <see cref="KernelFrame"/> and returns; called again, it takes them
/// from there and goes on behind the barrier. So the threads of a group need no threads of the system, and a barrier costs no switch between such. The same is
/// done to the methods that a kernel calls and that have barriers.
/// </summary>
internal sealed partial class StepCompiler
{
    private static readonly FieldInfo State = typeof(KernelFrame).GetField(nameof(KernelFrame.State))!;
    private static readonly FieldInfo Line = typeof(KernelFrame).GetField(nameof(KernelFrame.Line))!;
    private static readonly FieldInfo Slots = typeof(KernelFrame).GetField(nameof(KernelFrame.Slots))!;
    private static readonly FieldInfo Calls = typeof(KernelFrame).GetField(nameof(KernelFrame.Calls))!;
    private static readonly MethodInfo Barrier = typeof(Group).GetMethod(nameof(Group.Barrier))!;

    private static readonly ConcurrentDictionary<MethodInfo, (Delegate, FrameLayout)?> Known = new();
    private static readonly ConcurrentDictionary<MethodBase, bool> WhetherWaits = new();

    private readonly List<Instruction> code;
    private readonly MethodBody body;
    private readonly Type[] parameters;
    private readonly Type result;
    private readonly ILGenerator il;
    private readonly Dictionary<int, Label> labels = [];
    private readonly List<(bool Argument, int Index, Type Type)> kept = [];
    private readonly FrameLayout layout = new([], []);
    private readonly Dictionary<int, Site> sites = [];
    private readonly DynamicMethod method;
    private readonly Label suspend;
    private readonly LocalBuilder state;
    private readonly LocalBuilder line;

    private StepCompiler(MethodInfo source)
    {
        body = source.GetMethodBody()!;
        code = [.. Instruction.Of(source)];
        parameters = [.. source.GetParameters().Select(parameter => parameter.ParameterType)];
        result = source.ReturnType;
        method = new DynamicMethod(source.Name, result, [typeof(KernelFrame), .. parameters], source.Module, skipVisibility: true) { InitLocals = body.InitLocals };
        il = method.GetILGenerator();
        suspend = il.DefineLabel();
        foreach (var variable in body.LocalVariables)
        {
            Keep(false, il.DeclareLocal(variable.LocalType).LocalIndex, variable.LocalType);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            Keep(true, i + 1, parameters[i]);
        }

        state = il.DeclareLocal(typeof(int));
        line = il.DeclareLocal(typeof(int));
    }

    /// <summary>A place where the method may wait: a barrier, or a call of a method that has one.</summary>
    private sealed record Site(int Number, Label Resume, MethodInfo? Callee, DynamicMethod? Step, int Call, LocalBuilder[] Arguments);

    /// <summary>The rewritten kernel, or null where it has no barrier or one where this cannot be done.</summary>
    internal static (Delegate Step, FrameLayout Layout)? Compile(MethodInfo kernel, Type type) =>
        Known.GetOrAdd(kernel, _ => Waits(kernel) && Rewrite(kernel) is { } rewritten ? (rewritten.method.CreateDelegate(type), rewritten.layout) : null);

    private static bool Waits(MethodBase method) => WhetherWaits.TryGetValue(method, out bool known) ? known : WhetherWaits[method] = FindBarrier(method);

    private static bool FindBarrier(MethodBase method)
    {
        if (method == Barrier)
        {
            return true;
        }

        if (method.DeclaringType!.Assembly == Barrier.DeclaringType!.Assembly || method.DeclaringType.Assembly == typeof(object).Assembly || method.GetMethodBody() is null)
        {
            return false;
        }

        Type? constraint = null;
        foreach (var instruction in Instruction.Of(method))
        {
            if (instruction.Operation == OpCodes.Constrained)
            {
                constraint = instruction.Type;
            }
            else if (instruction.Operation.OperandType == OperandType.InlineMethod)
            {
                if (Waits(Instruction.Implementation(instruction.Called, constraint)))
                {
                    return true;
                }

                constraint = null;
            }
        }

        return false;
    }

    private static StepCompiler? Rewrite(MethodInfo source)
    {
        if (!source.IsStatic || source.ReturnType.IsByRef || source.GetParameters().Any(parameter => parameter.ParameterType is { IsByRef: true } or { IsByRefLike: true })
            || source.GetMethodBody()!.LocalVariables.Any(variable => variable.LocalType is { IsByRefLike: true } or { IsPointer: true }))
        {
            return null;
        }

        var compiler = new StepCompiler(source);
        return compiler.FindSites() && compiler.ReferencesLast() ? compiler.Write() : null;
    }

    private void Keep(bool argument, int index, Type type)
    {
        kept.Add((argument, index, type));
        layout.Slots.Add(typeof(StrongBox<>).MakeGenericType(type.IsByRef ? typeof(nint) : type));
    }

    /// <summary>False if a wait would leave values on the stack.</summary>
    private bool FindSites()
    {
        var depths = new StackDepths(code);
        Type? constraint = null;
        foreach (var instruction in code)
        {
            if (instruction.Operation == OpCodes.Constrained)
            {
                constraint = instruction.Type;
                continue;
            }

            if (instruction.Operation.OperandType != OperandType.InlineMethod)
            {
                continue;
            }

            var called = Instruction.Implementation(instruction.Called, constraint);
            constraint = null;
            if (!Waits(called))
            {
                continue;
            }

            if (depths[instruction.Offset] != called.GetParameters().Length || called is not MethodInfo callee)
            {
                return false;
            }

            if (called == Barrier)
            {
                sites[instruction.Offset] = new Site(sites.Count + 1, il.DefineLabel(), null, null, -1, []);
                continue;
            }

            if (Rewrite(callee) is not { } inner)
            {
                return false;
            }

            LocalBuilder[] arguments = [.. inner.parameters.Select(type => il.DeclareLocal(type))];
            foreach (var argument in arguments)
            {
                Keep(false, argument.LocalIndex, argument.LocalType);
            }

            layout.Calls.Add(inner.layout);
            sites[instruction.Offset] = new Site(sites.Count + 1, il.DefineLabel(), callee, inner.method, layout.Calls.Count - 1, arguments);
        }

        return true;
    }

    /// <summary>Whether each variable that is a reference refers to an element of a view: such stay good, references to variables do not.</summary>
    private bool ReferencesLast()
    {
        for (int i = 1; i < code.Count; i++)
        {
            if (Variable(code[i], "stloc") is int index && body.LocalVariables[index].LocalType.IsByRef
                && (code[i - 1].Operation != OpCodes.Call || code[i - 1].Called.DeclaringType!.Assembly != Barrier.DeclaringType!.Assembly))
            {
                return false;
            }
        }

        return true;
    }

    private StepCompiler Write()
    {
        foreach (var instruction in code)
        {
            labels[instruction.Offset] = il.DefineLabel();
        }

        Resume();
        Instruction? prefix = null;
        foreach (var instruction in code)
        {
            il.MarkLabel(labels[instruction.Offset]);
            if (instruction.Operation == OpCodes.Constrained)
            {
                prefix = instruction;
            }
            else if (sites.TryGetValue(instruction.Offset, out var site))
            {
                prefix = null;
                Wait(site);
            }
            else
            {
                if (prefix is { } constrained)
                {
                    il.Emit(OpCodes.Constrained, constrained.Type);
                    prefix = null;
                }

                Copy(instruction);
            }
        }

        Suspend();
        return this;
    }

    /// <summary>The beginning: goes on where the method waited.</summary>
    private void Resume()
    {
        var start = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, State);
        il.Emit(OpCodes.Brfalse, start);
        for (int i = 0; i < kept.Count; i++)
        {
            Box(i);
            il.Emit(OpCodes.Ldfld, layout.Slots[i].GetField("Value")!);
            il.Emit(kept[i].Argument ? OpCodes.Starg : OpCodes.Stloc, (short)kept[i].Index);
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, State);
        il.Emit(OpCodes.Stloc, state);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Stfld, State);
        il.Emit(OpCodes.Ldloc, state);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Switch, [.. sites.Values.OrderBy(site => site.Number).Select(site => site.Resume)]);
        il.MarkLabel(start);
    }

    private void Wait(Site site)
    {
        if (site.Callee is null)
        {
            il.Emit(OpCodes.Stloc, line);
            il.Emit(OpCodes.Ldc_I4, site.Number);
            il.Emit(OpCodes.Stloc, state);
            il.Emit(OpCodes.Br, suspend);
            il.MarkLabel(site.Resume);
            return;
        }

        foreach (var argument in site.Arguments.Reverse())
        {
            il.Emit(OpCodes.Stloc, argument);
        }

        il.MarkLabel(site.Resume);
        Frame(site);
        foreach (var argument in site.Arguments)
        {
            il.Emit(OpCodes.Ldloc, argument);
        }

        il.Emit(OpCodes.Call, site.Step!);
        var returned = site.Callee.ReturnType == typeof(void) ? null : il.DeclareLocal(site.Callee.ReturnType);
        if (returned is not null)
        {
            il.Emit(OpCodes.Stloc, returned);
        }

        var through = il.DefineLabel();
        Frame(site);
        il.Emit(OpCodes.Ldfld, State);
        il.Emit(OpCodes.Brfalse, through);
        Frame(site);
        il.Emit(OpCodes.Ldfld, Line);
        il.Emit(OpCodes.Stloc, line);
        il.Emit(OpCodes.Ldc_I4, site.Number);
        il.Emit(OpCodes.Stloc, state);
        il.Emit(OpCodes.Br, suspend);
        il.MarkLabel(through);
        if (returned is not null)
        {
            il.Emit(OpCodes.Ldloc, returned);
        }
    }

    /// <summary>The end: keeps everything and returns.</summary>
    private void Suspend()
    {
        il.MarkLabel(suspend);
        for (int i = 0; i < kept.Count; i++)
        {
            Box(i);
            il.Emit(kept[i].Argument ? OpCodes.Ldarg : OpCodes.Ldloc, (short)kept[i].Index);
            if (kept[i].Type.IsByRef)
            {
                il.Emit(OpCodes.Conv_U);
            }

            il.Emit(OpCodes.Stfld, layout.Slots[i].GetField("Value")!);
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, line);
        il.Emit(OpCodes.Stfld, Line);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, state);
        il.Emit(OpCodes.Stfld, State);
        if (result != typeof(void))
        {
            il.Emit(OpCodes.Ldloc, il.DeclareLocal(result));
        }

        il.Emit(OpCodes.Ret);
    }

    private void Box(int slot)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Slots);
        il.Emit(OpCodes.Ldc_I4, slot);
        il.Emit(OpCodes.Ldelem_Ref);
        il.Emit(OpCodes.Castclass, layout.Slots[slot]);
    }

    private void Frame(Site site)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, Calls);
        il.Emit(OpCodes.Ldc_I4, site.Call);
        il.Emit(OpCodes.Ldelem_Ref);
    }
}
