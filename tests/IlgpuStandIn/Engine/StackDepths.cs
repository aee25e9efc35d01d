using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Engine;

/// <summary>How many values are on the stack before each instruction.</summary>
internal sealed class StackDepths
{
    private readonly Dictionary<int, int> depths = [];

    internal StackDepths(IReadOnlyList<Instruction> code)
    {
        int depth = 0;
        bool reached = true;
        foreach (var instruction in code)
        {
            if (!reached)
            {
                depth = depths.GetValueOrDefault(instruction.Offset);
            }

            depths[instruction.Offset] = depth;
            depth += Change(instruction);
            reached = true;
            switch (instruction.Operation.FlowControl)
            {
                case FlowControl.Branch:
                    depths.TryAdd(instruction.Target, depth);
                    reached = false;
                    break;
                case FlowControl.Cond_Branch:
                    foreach (int target in instruction.Operation == OpCodes.Switch ? instruction.Targets : [instruction.Target])
                    {
                        depths.TryAdd(target, depth);
                    }

                    break;
                case FlowControl.Return or FlowControl.Throw:
                    reached = false;
                    break;
            }
        }
    }

    internal int this[int offset] => depths[offset];

    private static int Change(in Instruction instruction)
    {
        if (instruction.Operation.OperandType != OperandType.InlineMethod)
        {
            return Push(instruction.Operation.StackBehaviourPush) - Pop(instruction.Operation.StackBehaviourPop);
        }

        var called = instruction.Called;
        int taken = called.GetParameters().Length + (called.IsStatic || instruction.Operation == OpCodes.Newobj ? 0 : 1);
        bool gives = instruction.Operation == OpCodes.Newobj || (called is MethodInfo method && method.ReturnType != typeof(void));
        return (gives ? 1 : 0) - taken;
    }

    private static int Push(StackBehaviour behavior) => behavior switch
    {
        StackBehaviour.Push0 => 0,
        StackBehaviour.Push1_push1 => 2,
        _ => 1,
    };

    private static int Pop(StackBehaviour behavior) => behavior switch
    {
        StackBehaviour.Pop0 or StackBehaviour.Varpop => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4
            or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        _ => 3,
    };
}
