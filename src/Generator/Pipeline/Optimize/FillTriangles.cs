using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Sums over a triangle of factors that parameters alone decide, times a vector of the example, become sums over the whole rows of a matrix that is filled once
/// per call: zeros where the loss has no term.
/// </summary>
/// <remarks>
/// <code>
/// for i in 0..d: s = D(i)·v[i]; for j in 0..i: s += P(i, j)·v[j]
/// </code>
/// becomes, before the loop over the examples,
/// <code>
/// for i in 0..d: { for j in 0..i: M[i, j] = P(i, j) }; M[i, i] = D(i)
/// </code>
/// and in it s = Σⱼ M[i, j]·v[j] over all j. What P and D cost, an exponential or the search for a place in a packed triangle, is paid once, and a sum over whole
/// rows is a product of matrices for a block of examples, twice the multiplications or not (a mixture of Gaussians of 64 dimensions: 20 times as fast). A term
/// that is not there adds 0·v[j], which is 0 where the loss is finite.
/// </remarks>
internal sealed class FillTriangles : IrRewriter
{
    private readonly FunctionIndex _index;
    private readonly Dictionary<int, TriangularSum> _found = [];
    private readonly Loop? _examples;
    private readonly UniformValues? _uniform;

    private FillTriangles(Function function) : base(function)
    {
        _index = new FunctionIndex(function);
        _examples = function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
        if (_examples is null) return;
        _uniform = new UniformValues(function, _index, _examples);
        Search(_examples.Body, []);
    }

    public static Function Run(Function function)
    {
        var pass = new FillTriangles(function);
        return pass._found.Count == 0 ? function : pass.Run();
    }

    /// <param name="Path">The loops around the sum from the outermost one, the last of them over its rows.</param>
    /// <param name="Inner">The loop that sums.</param>
    /// <param name="Factor">What the element of the vector is multiplied by.</param>
    /// <param name="Vector">The element of the vector.</param>
    /// <param name="Diagonal">What element i of the vector is multiplied by in the value that the sum starts from; -1 where it starts from something else.</param>
    private sealed record TriangularSum(IReadOnlyList<Loop> Path, Loop Inner, int Factor, Load Vector, int Diagonal)
    {
        public Loop Rows => Path[Path.Count - 1];

        public int Buffer { get; set; }

        /// <summary>The distance of rows, and that of blocks in rows: padded to whole tiles of the products that may be made of the sums.</summary>
        public (int Row, int Block) Stride { get; set; }
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (loop.IsExamples)
        {
            foreach (TriangularSum sum in _found.Values) Fill(sum);
            base.RewriteLoop(loop);
        }
        else if (_found.TryGetValue(loop.Counter, out TriangularSum? sum))
        {
            SumWholeRow(sum);
        }
        else
        {
            base.RewriteLoop(loop);
        }
    }

    private void Search(Region region, IReadOnlyList<Loop> path)
    {
        foreach (Loop loop in region.Items.OfType<Loop>())
        {
            if (path.Count > 0 && Recognize(loop, path) is { } found) _found.Add(loop.Counter, found);
            else if (!loop.EndsEarly) Search(loop.Body, [.. path, loop]);
        }
    }

    private TriangularSum? Recognize(Loop inner, IReadOnlyList<Loop> path)
    {
        Loop rows = path[path.Count - 1];
        if (inner.EndsEarly || inner.Carried.Count != 1 || inner.Body.Items.Any(i => i is not (Let or Load)) || !_uniform!.RunsOverExtent(rows)) return null;
        bool lower = IsZero(inner.From) && (inner.To == rows.Counter || IsNext(inner.To, rows.Counter));
        bool upper = inner.To == rows.To && (inner.From == rows.Counter || IsNext(inner.From, rows.Counter));
        if (!lower && !upper) return null;
        Carried sum = inner.Carried[0];
        if (Source.TypeOf(sum.Id) != Source.Real || _index.UsesOf(sum.Id) != 1) return null;
        if (_index.LetOf(sum.Next) is not { Op: Op.Add } add || _index.UsesOf(add.Id) != 1 || (add.A == sum.Id) == (add.B == sum.Id)) return null;
        if (_index.LetOf(add.A == sum.Id ? add.B : add.A) is not { Op: Op.Mul } product || _index.UsesOf(product.Id) != 1) return null;
        return Of(product.A, product.B) ?? Of(product.B, product.A);

        TriangularSum? Of(int factor, int element)
        {
            if (VectorOf(element, inner.Counter, rows) is not { } vector || !CanFill(factor, [.. path, inner])) return null;
            bool open = inner.To == rows.Counter || (upper && inner.From != rows.Counter);
            return new TriangularSum(path, inner, factor, vector, open ? Diagonal(sum.Init, rows, vector.Buffer, path) : -1);
        }
    }

    /// <summary>D where a sum starts from D·v[i], and nothing else reads that.</summary>
    private int Diagonal(int init, Loop rows, int vector, IReadOnlyList<Loop> path)
    {
        if (_index.LetOf(init) is not { Op: Op.Mul } product || _index.UsesOf(init) != 1) return -1;
        return Is(product.A, product.B) ? product.B : Is(product.B, product.A) ? product.A : -1;

        bool Is(int element, int factor) => _index.DefinitionOf(element) is Load load && load.Buffer == vector && load.Index == rows.Counter && CanFill(factor, path);
    }

    /// <summary>A vector of the example that is as long as there are rows, and does not change from row to row.</summary>
    private Load? VectorOf(int value, int counter, Loop rows)
    {
        if (_index.DefinitionOf(value) is not Load load || load.Index != counter || Source.Buffers[load.Buffer].Type != Source.Real || !_uniform!.IsInExamples(load.Id)) return null;
        if (Source.Buffers[load.Buffer] is { Kind: BufferKind.Data } data)
        {
            return _index.LetOf(rows.To) is { Op: Op.Extent } extent && Source.Arguments[data.Argument].IsArray && extent.Payload == Source.Arguments[data.Argument].Extent ? load : null;
        }

        Alloc? alloc = _examples!.Body.Items.OfType<Alloc>().FirstOrDefault(a => a.Buffer == load.Buffer);
        return alloc is not null && _uniform!.Same(alloc.Length, rows.To) && !IrFacts.WrittenBuffers(rows.Body).Contains(load.Buffer) ? load : null;
    }

    private bool IsZero(int value) => _index.LetOf(value) is { Op: Op.Const, Payload: 0 };

    private bool IsNext(int value, int counter) =>
        _index.LetOf(value) is { Op: Op.Add } add && ((add.A == counter && IsOne(add.B)) || (add.B == counter && IsOne(add.A)));

    private bool IsOne(int value) => _index.LetOf(value) is { Op: Op.Const, Payload: 1 };

    /// <summary>Whether a value can be computed before the examples, from the counters of loops whose numbers of iterations are known there.</summary>
    private bool CanFill(int value, IReadOnlyList<Loop> loops) =>
        _uniform!.CanCopy(value, [.. loops.Where((l, k) => k == loops.Count - 1 || _uniform.RunsOverExtent(l))]);

    /// <summary>The loops around the rows whose counters the factors read: the matrix has one block for each of their iterations.</summary>
    private List<Loop> Blocks(TriangularSum sum) =>
        _uniform!.LoopsOf([.. sum.Path.Where(l => l != sum.Rows)], sum.Diagonal >= 0 ? [sum.Factor, sum.Diagonal] : [sum.Factor]);

    private void Fill(TriangularSum sum)
    {
        var copies = new Dictionary<int, int>();
        List<Loop> blocks = Blocks(sum);
        int count = Copy(sum.Rows.To, copies);
        sum.Stride = (Padded(count, MatrixTiles.Columns(Source.Real)), Padded(count, MatrixTiles.Rows));
        int length = Builder.Binary(Op.Mul, sum.Stride.Block, sum.Stride.Row);
        foreach (Loop block in blocks) length = Builder.Binary(Op.Mul, Copy(block.To, copies), length);
        bool lower = IsZero(sum.Inner.From);
        int buffer = sum.Buffer = Builder.AddBuffer(Name(sum.Factor), BufferKind.Local, Source.Real, triangle: lower ? Triangle.Lower : Triangle.Upper);
        Builder.Alloc(buffer, length);
        var open = new Stack<IrBuilder.OpenLoop>();
        foreach (Loop loop in blocks.Append(sum.Rows)) open.Push(Begin(Builder.Int(0), Copy(loop.To, copies), loop));
        int row = Row(sum, blocks, v => Copy(v, copies));
        var inside = new Dictionary<int, int>(copies);
        IrBuilder.OpenLoop inner = Begin(Copy(sum.Inner.From, inside), Copy(sum.Inner.To, inside), sum.Inner, inside);
        Builder.Store(buffer, Builder.Binary(Op.Add, row, inner.Counter), Copy(sum.Factor, inside));
        Builder.EndLoop(inner, []);
        if (sum.Diagonal >= 0) Builder.Store(buffer, Builder.Binary(Op.Add, row, copies[sum.Rows.Counter]), Copy(sum.Diagonal, copies));
        while (open.Count > 0) Builder.EndLoop(open.Pop(), []);

        IrBuilder.OpenLoop Begin(int from, int to, Loop like, Dictionary<int, int>? known = null)
        {
            IrBuilder.OpenLoop result = Builder.BeginLoop(from, to, [], [buffer], counterName: Source.Values[like.Counter].Name);
            (known ?? copies)[like.Counter] = result.Counter;
            return result;
        }
    }

    /// <summary>The index of the first element of a row.</summary>
    private int Row(TriangularSum sum, IReadOnlyList<Loop> blocks, Func<int, int> map)
    {
        int row = map(sum.Rows.Counter);
        if (blocks.Count > 0)
        {
            int block = map(blocks[0].Counter);
            foreach (Loop loop in blocks.Skip(1)) block = Builder.Binary(Op.Add, Builder.Binary(Op.Mul, block, map(loop.To)), map(loop.Counter));
            row = Builder.Binary(Op.Add, Builder.Binary(Op.Mul, block, sum.Stride.Block), row);
        }

        return Builder.Binary(Op.Mul, row, sum.Stride.Row);
    }

    private int Padded(int count, int multiple) => Builder.Binary(
        Op.Mul, Builder.Binary(Op.Div, Builder.Binary(Op.Add, count, Builder.Int(multiple - 1)), Builder.Int(multiple)), Builder.Int(multiple));

    /// <summary>A value computed again where the matrix is filled.</summary>
    private int Copy(int value, Dictionary<int, int> copies) => _uniform!.Copy(value, Builder, Map, copies);

    private void SumWholeRow(TriangularSum sum)
    {
        Carried carried = sum.Inner.Carried[0];
        int init = sum.Diagonal >= 0 ? Builder.Real(Source.Real, 0) : Map(carried.Init);
        int row = Row(sum, Blocks(sum), Map);
        IrBuilder.OpenLoop open = Builder.BeginLoop(Builder.Int(0), Map(sum.Rows.To), [init], [], counterName: Source.Values[sum.Inner.Counter].Name);
        int element = Builder.Load(sum.Buffer, Builder.Binary(Op.Add, row, open.Counter));
        int product = Builder.Binary(Op.Mul, element, Builder.Load(sum.Vector.Buffer, open.Counter));
        SetMap(carried.Result, Builder.EndLoop(open, [Builder.Binary(Op.Add, open.Carried[0], product)])[0]);
    }

    /// <summary>After the parameter that the factors come from.</summary>
    private string Name(int factor)
    {
        while (_index.DefinitionOf(factor) is Let let && let.Operands.Any()) factor = let.A;
        return _index.DefinitionOf(factor) is Load load && Source.Buffers[load.Buffer] is { Argument: >= 0 } buffer ? Source.Arguments[buffer.Argument].Name + "Matrix" : "matrix";
    }
}
