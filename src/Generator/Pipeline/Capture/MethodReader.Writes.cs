using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Which arrays statements may write, before they are read.</summary>
internal sealed partial class MethodReader
{
    /// <summary>
    /// The buffers that statements may write: the local arrays behind the spans that they index or pass on or, where such a span is
    /// declared inside, every local array that exists.
    /// </summary>
    private HashSet<int> WrittenBuffers(IReadOnlyList<IOperation> statements)
    {
        HashSet<int> written = [];
        HashSet<ISymbol> assigned = AssignedSymbols.In(statements);
        foreach (ISymbol symbol in assigned)
        {
            if (AliasOf(symbol) is { } alias) written.UnionWith(alias.Buffers);
        }

        foreach (IOperation operation in statements.SelectMany(AssignedSymbols.WithCalled))
        {
            if (WrittenSpan(operation) is not { } span) continue;
            if (AssignedSymbols.SymbolOf(Whole(span)) is { } symbol && !assigned.Contains(symbol))
            {
                if (SlotOf(symbol) is { } slot && _env[slot] is { IsKnown: true } known && known.Leaves.All(l => l.IsArray))
                {
                    written.UnionWith(Local(known));
                    continue;
                }
            }

            written.UnionWith(Enumerable.Range(0, emit.Builder.Buffers.Count).Where(b => emit.Builder.Buffers[b].Kind == BufferKind.Local));
        }

        return written;
    }

    /// <summary>The span or array that an operation may write, as it stands there; null where it writes none.</summary>
    private IOperation? WrittenSpan(IOperation operation)
    {
        return operation switch
        {
            IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } when IsTarget(operation) => instance,
            IArrayElementReferenceOperation array when IsTarget(operation) => array.ArrayReference,
            IImplicitIndexerReferenceOperation { Instance: { } instance } when IsTarget(operation) => instance,
            IArgumentOperation { Value: var value } when IsWritable(value.Type) => value,
            IInvocationOperation { Instance: { } instance } call when IsWritable(instance.Type) && !OnlyReads(call.TargetMethod) => instance,
            _ => null,
        };

        static bool IsTarget(IOperation element)
        {
            while (element.Parent is IFieldReferenceOperation or IPropertyReferenceOperation && element.Parent.ChildOperations.First() == element) element = element.Parent;
            return element.Parent is IAssignmentOperation assignment && assignment.Target == element
                || element.Parent is IIncrementOrDecrementOperation
                || element.Parent is ITupleOperation tuple && IsTarget(tuple)
                || element.Parent is IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.IsRef: true } }
                || element.Parent is IInvocationOperation call && call.Instance == element
                || element.Parent is IForEachLoopOperation
                || element.Parent is IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out };
        }

        static bool OnlyReads(IMethodSymbol method) =>
            method.ContainingType is { } type && (ScalarTypes.IsArray(type) || type.SpecialType == SpecialType.System_Array)
            && method.Name is "GetLength" or "ToArray" or "CopyTo";

        // A structure may hold a span.
        bool IsWritable(ITypeSymbol? type) => ScalarTypes.IsArray(Resolve(type))
            ? !ScalarTypes.IsReadOnly(type)
            : LayoutOf(type) is { } layout && layout.Parts.Any(p => IsWritable(p.Type));
    }

    /// <summary>The array that a part is taken of: m in m.Row(i), x in x.Slice(1).</summary>
    private static IOperation Whole(IOperation part) => part switch
    {
        IInvocationOperation { Instance: { } instance } when ScalarTypes.IsArray(instance.Type) => Whole(instance),
        IConversionOperation conversion => Whole(conversion.Operand),
        IImplicitIndexerReferenceOperation { Argument: IRangeOperation, Instance: { } instance } => Whole(instance),
        _ => part,
    };

    /// <summary>The local arrays among those that a span refers to.</summary>
    private IEnumerable<int> Local(Binding span) => span.Leaves.Where(l => l.IsArray && emit.Builder.Buffers[l.Root].Kind == BufferKind.Local).Select(l => l.Root);
}
