using System.Reflection;
using System.Reflection.Emit;

namespace ILGPU.Engine;

/// <summary>One instruction of a method.</summary>
internal readonly record struct Instruction(MethodBase Method, byte[] Code, int Offset, OpCode Operation, int Operand, int Next)
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    internal int Int32 => BitConverter.ToInt32(Code, Operand);

    internal MethodBase Called => Method.Module.ResolveMethod(Int32, TypeArguments, MethodArguments)!;

    internal FieldInfo Field => Method.Module.ResolveField(Int32, TypeArguments, MethodArguments)!;

    internal Type Type => Method.Module.ResolveType(Int32, TypeArguments, MethodArguments);

    /// <summary>Where a branch goes.</summary>
    internal int Target => Next + (Operation.OperandType == OperandType.ShortInlineBrTarget ? (sbyte)Code[Operand] : Int32);

    internal int[] Targets
    {
        get
        {
            var targets = new int[Int32];
            for (int i = 0; i < targets.Length; i++)
            {
                targets[i] = Next + BitConverter.ToInt32(Code, Operand + 4 + (4 * i));
            }

            return targets;
        }
    }

    private Type[] TypeArguments => Method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : [];

    private Type[] MethodArguments => Method.IsGenericMethod ? Method.GetGenericArguments() : [];

    internal static IEnumerable<Instruction> Of(MethodBase method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (int at = 0; at < code.Length;)
        {
            int offset = at;
            short value = code[at++];
            if (value == 0xFE)
            {
                value = unchecked((short)(0xFE00 | code[at++]));
            }

            var operation = Codes[value];
            int next = at + operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
            yield return new Instruction(method, code, offset, operation, at, next);
            at = next;
        }
    }

    /// <summary>What a call of an interface's member calls on a structure that is known.</summary>
    internal static MethodBase Implementation(MethodBase called, Type? constraint)
    {
        if (constraint is null || called is not MethodInfo method || called.DeclaringType is not { IsInterface: true } declaring)
        {
            return called;
        }

        bool generic = method.IsGenericMethod;
        var open = generic ? method.GetGenericMethodDefinition() : method;
        var map = constraint.GetInterfaceMap(declaring);
        int at = Array.IndexOf(map.InterfaceMethods, open);
        return at < 0 ? called : generic ? map.TargetMethods[at].MakeGenericMethod(method.GetGenericArguments()) : map.TargetMethods[at];
    }
}
