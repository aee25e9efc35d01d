using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>The products of matrices that devices compute for a tile of examples, and the function with them taken out of its loops.</summary>
internal sealed class DeviceProducts
{
    private readonly IReadOnlyList<int> _loopsAround;

    private DeviceProducts(Function function, IReadOnlyList<Contraction> all, IReadOnlyList<int> loopsAround) => (Function, All, _loopsAround) = (function, all, loopsAround);

    public Function Function { get; }

    public IReadOnlyList<Contraction> All { get; }

    /// <summary>
    /// Unlike the CPU, a device takes a single layer out, too: row by row its threads would read the matrix over and over, and each would need a copy of the gradient.
    /// </summary>
    public static DeviceProducts Of(Function function)
    {
        var none = new DeviceProducts(function, [], []);
        function = SumsBeforeProducts.Run(function, forDevices: true);
        var index = new FunctionIndex(function);
        if (function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples || examples.Carried.Any(c => examples.ReductionOf(c, index) != Op.Add)) return none;
        var split = new ContractionSplit(function, index, examples, VaryingValues.Of(function, examples), forDevices: true);
        if (!split.IsWorthwhile) return none;
        Function whole = split.Run();
        var products = new DeviceProducts(whole, split.Contractions, split.BlockLoops);
        examples = whole.Body.Items.OfType<Loop>().First(l => l.IsExamples);
        var segments = new ContractionSegments(whole, new FunctionIndex(whole), examples, VaryingValues.Of(whole, examples), products.IsProduct, products.IsAroundProducts);
        return segments.Refusal is null ? products : none;
    }

    public bool IsProduct(Loop loop) => All.Any(c => c.Counter == loop.Counter);

    /// <summary>Whether all threads run the loop together, since it has products in it.</summary>
    public bool IsAroundProducts(Loop loop) => _loopsAround.Contains(loop.Counter);
}
