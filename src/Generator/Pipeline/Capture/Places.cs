using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>A place that can be read and written once its indices have been evaluated: what a <c>ref</c> refers to.</summary>
internal abstract class Place
{
    /// <summary>The variable that holds it; null for the element of an array.</summary>
    public abstract Slot? Variable { get; }

    /// <summary>The buffers that writing it writes.</summary>
    public virtual IEnumerable<int> Buffers => [];

    public abstract Binding Read();

    public abstract void Write(Binding value);

    /// <summary>The place of one part of the aggregate that this place holds.</summary>
    public virtual Place Part(int index) => new PartPlace(this, index);

    private sealed class PartPlace(Place whole, int index) : Place
    {
        public override Slot? Variable => whole.Variable;

        public override IEnumerable<int> Buffers => whole.Buffers;

        public override Binding Read() => whole.Read().Parts is { } parts ? parts[index] : Binding.Undefined;

        public override void Write(Binding value) => whole.Write(whole.Read().With(index, value));
    }
}

/// <summary>An element of a local array; of an array of structs one part may be read and written alone.</summary>
internal sealed class ElementPlace(Emitter emit, Binding span, int index) : Place
{
    public override Slot? Variable => null;

    public override IEnumerable<int> Buffers => span.Leaves.Select(s => s.Root);

    public override Binding Read() => emit.LoadElement(span, index);

    public override void Write(Binding value) => emit.StoreElement(span, index, value);

    public override Place Part(int part) => new ElementPlace(emit, span.Parts![part], index);
}

/// <summary>A place that is read and written by functions: a property with bodies, an indexer.</summary>
internal sealed class AccessorPlace(Slot? variable, IEnumerable<int> buffers, Func<Binding> read, Action<Binding> write) : Place
{
    public override Slot? Variable => variable;

    public override IEnumerable<int> Buffers => buffers;

    public override Binding Read() => read();

    public override void Write(Binding value) => write(value);
}
