using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// The plain copy through the builder: numbers values and buffer versions anew after a pass has moved items about, and
/// shares the values that have become equal.
/// </summary>
internal sealed class Rebuild : IrRewriter
{
    private Rebuild(Function source) : base(source)
    {
    }

    public static Function Run(Function function) => new Rebuild(function).Run();
}
