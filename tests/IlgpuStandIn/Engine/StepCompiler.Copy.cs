using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Engine;

/// <content>Instructions that are taken over: arguments move up by one, and branches are long.</content>
internal sealed partial class StepCompiler
{
    private void Copy(in Instruction instruction)
    {
        var operation = instruction.Operation;
        if (Variable(instruction, "ldarga") is int address)
        {
            il.Emit(OpCodes.Ldarga, (short)(address + 1));
        }
        else if (Variable(instruction, "ldarg") is int loaded)
        {
            il.Emit(OpCodes.Ldarg, (short)(loaded + 1));
        }
        else if (Variable(instruction, "starg") is int stored)
        {
            il.Emit(OpCodes.Starg, (short)(stored + 1));
        }
        else
        {
            CopyPlain(instruction, operation);
        }
    }

    private void CopyPlain(in Instruction instruction, OpCode operation)
    {
        switch (operation.OperandType)
        {
            case OperandType.InlineNone:
                il.Emit(operation);
                break;
            case OperandType.ShortInlineBrTarget:
                il.Emit(Long(operation), labels[instruction.Target]);
                break;
            case OperandType.InlineBrTarget:
                il.Emit(operation, labels[instruction.Target]);
                break;
            case OperandType.InlineSwitch:
                il.Emit(operation, [.. instruction.Targets.Select(target => labels[target])]);
                break;
            case OperandType.ShortInlineI or OperandType.ShortInlineVar:
                il.Emit(operation, instruction.Code[instruction.Operand]);
                break;
            case OperandType.InlineVar:
                il.Emit(operation, BitConverter.ToInt16(instruction.Code, instruction.Operand));
                break;
            case OperandType.InlineI:
                il.Emit(operation, instruction.Int32);
                break;
            case OperandType.InlineI8:
                il.Emit(operation, BitConverter.ToInt64(instruction.Code, instruction.Operand));
                break;
            case OperandType.InlineR:
                il.Emit(operation, BitConverter.ToDouble(instruction.Code, instruction.Operand));
                break;
            case OperandType.ShortInlineR:
                il.Emit(operation, BitConverter.ToSingle(instruction.Code, instruction.Operand));
                break;
            case OperandType.InlineField:
                il.Emit(operation, instruction.Field);
                break;
            case OperandType.InlineType:
                il.Emit(operation, instruction.Type);
                break;
            case OperandType.InlineMethod when instruction.Called is ConstructorInfo constructor:
                il.Emit(operation, constructor);
                break;
            case OperandType.InlineMethod:
                il.Emit(operation, (MethodInfo)instruction.Called);
                break;
            default:
                throw new NotSupportedException($"The instruction {operation.Name} in a kernel with barriers.");
        }
    }

    private static OpCode Long(OpCode branch) =>
        (OpCode)typeof(OpCodes).GetField(branch.Name![..^2] switch
        {
            "beq" => "Beq", "bge" => "Bge", "bge.un" => "Bge_Un", "bgt" => "Bgt", "bgt.un" => "Bgt_Un", "ble" => "Ble", "ble.un" => "Ble_Un", "blt" => "Blt",
            "blt.un" => "Blt_Un", "bne.un" => "Bne_Un", "br" => "Br", "brfalse" => "Brfalse", "brtrue" => "Brtrue", var other => throw new NotSupportedException(other),
        })!.GetValue(null)!;

    /// <summary>The index of an instruction like ldarg.0, ldarg.s and ldarg; null for others.</summary>
    private static int? Variable(in Instruction instruction, string name)
    {
        string[] parts = instruction.Operation.Name!.Split('.');
        if (parts[0] != name)
        {
            return null;
        }

        return instruction.Operation.OperandType switch
        {
            OperandType.InlineNone => parts[1][0] - '0',
            OperandType.ShortInlineVar => instruction.Code[instruction.Operand],
            _ => BitConverter.ToUInt16(instruction.Code, instruction.Operand),
        };
    }
}
