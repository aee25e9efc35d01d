using Support = SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Matrices: elements, rows, slices, whole matrices passed to helpers, and local ones that are filled and changed in place.</summary>
internal sealed partial class ProgramWriter
{
    private Expression Element(MatrixVariable matrix)
    {
        Note("m[i, j]");
        return new($"{matrix.Name}[{RowIndex(matrix)}, {ColumnIndex(matrix)}]", matrix.Size);
    }

    private string RowIndex(MatrixVariable matrix) => MatrixIndex(matrix.Rows, matrix.RowCount);

    private string ColumnIndex(MatrixVariable matrix) => MatrixIndex(matrix.Columns, matrix.ColumnCount);

    private string MatrixIndex(string extent, string count)
    {
        if (Chance(5) && Gathered(extent) is { } gathered) return gathered;
        if (PickOrNone(_known.Indices.Where(i => i.Extent == extent)) is not { } index) return Chance(2) ? "0" : $"{count} - 1";
        return _random.Next(6) switch
        {
            0 => $"{count} - 1 - {index.Name}",
            1 => $"({index.Name} + 1) % {count}",
            _ => index.Name,
        };
    }

    /// <summary>A number made of a whole matrix, a row of one, or a product with one; null where none is at hand.</summary>
    private Expression? OfMatrices(int depth)
    {
        if (PickOrNone(_known.Matrices) is not { } m) return null;
        double n = Support.RandomInputs.MaxExtent;
        ArrayVariable? across = PickOrNone(_known.Arrays.Where(a => a.Extent == m.Columns)), along = PickOrNone(_known.Arrays.Where(a => a.Extent == m.Rows));
        MatrixVariable? alike = PickOrNone(_known.Matrices.Where(o => o.Columns == m.Columns && !o.IsArray));
        MatrixVariable? work = PickOrNone(_known.Matrices.Where(o => o.IsWritable && o.Root != m.Root && o.Rows == m.Rows && o.Columns == m.Rows));
        switch (_random.Next(11))
        {
            case 0 or 1 when !m.IsArray && across is not null:
                Note("Dot of a row");
                return new(Tensor_("Dot", $"{Row(m)}, {Spanned(across)}"), n * m.Size * across.Size);
            case 2 when !m.IsArray && alike is not null:
                Note("Dot of rows");
                return new(Tensor_("Dot", $"{Row(m)}, {Row(alike)}"), n * m.Size * alike.Size);
            case 3 when across is not null && along is not null && across.Size <= 5 && along.Size <= 5:
                Note("helper of a matrix");
                return new($"Bilinear({m.Name}, {along.Name}, {across.Name})", n * n * m.Size * across.Size * along.Size);
            case 4:
                Note("helper of a matrix");
                return new($"Trace({m.Name})", n * m.Size);
            case 5 when m.IsContiguous && !m.IsArray:
                Note("AsSpan of a matrix");
                return new($"TensorPrimitives.{Pick(["Sum", "Norm", "SumOfMagnitudes"])}<{_real}>({m.Name}.AsSpan())", n * n * m.Size);
            case 6 when !m.IsArray:
                Note("helper of a row");
                return new(Chance(2) ? $"Largest({RowSpan(m)})" : $"LogSumExp({RowSpan(m)})", m.Size + 1.5);
            case 7 when !m.IsArray:
                Note("Horner over a row");
                return new($"Horner({RowSpan(m)}, {Tame(Leaf(), 1).Text})", n * m.Size);
            case 8 or 9 when work is not null && m.Size <= 2:
                Note("Cholesky factorization in place");
                return new($"LogDeterminant({m.Name}, {work.Name})", 10);
            case 10:
                Note("extents in arithmetic");
                return new($"({Literal(0.5)} * ({m.RowCount} - {m.ColumnCount}))", 2);
            default:
                return Element(m);
        }
    }

    /// <summary>A row, as an argument from which a generic method infers its type.</summary>
    private string Row(MatrixVariable matrix) => matrix.IsWritable ? $"((ReadOnlySpan<{_real}>){RowSpan(matrix)})" : RowSpan(matrix);

    private string RowSpan(MatrixVariable matrix)
    {
        Note("m.Row(i)");
        return $"{matrix.Name}.Row({RowIndex(matrix)})";
    }

    private bool WriteMatrixStatement(int depth)
    {
        MatrixVariable? m = PickOrNone(_known.Matrices);
        MatrixVariable? target = PickOrNone(_known.Matrices.Where(x => x.IsWritable));
        switch (_random.Next(10))
        {
            case 9 when _known.Matrices.Any(x => x.IsWritable && !x.IsArray):
                WriteRow(Pick(_known.Matrices.Where(x => x.IsWritable && !x.IsArray).ToList()));
                return true;
            case 0 or 1:
                WriteLocalMatrix();
                return true;
            case 2 when m is { IsArray: false }:
                WriteRow(m);
                return true;
            case 3 when m is { IsArray: false }:
                WriteMatrixSlice(m);
                return true;
            case 4 or 5 when target is not null:
                WriteMatrixStore(target);
                return true;
            case 6 when target is not null:
                WriteWholeMatrix(target);
                return true;
            case 7 or 8 when m is not null && depth < 2:
                WriteMatrixLoops(m);
                return true;
            default:
                return false;
        }
    }

    private void WriteLocalMatrix()
    {
        List<string> extents = [.. Extents().Where(e => !IsMaybeEmpty(e))];
        string rows = Chance(6) ? "3" : Pick(extents), columns = Chance(6) ? "2" : Pick(extents);
        if (Chance(2)) columns = rows;
        string name = NewName("hm"), r = LengthOf(rows), c = LengthOf(columns);
        bool isArray = Chance(2);
        if (isArray)
        {
            Note("new T[r, c]");
            Line($"{_real}[,] {name} = new {_real}[{r}, {c}];");
        }
        else if (Chance(3))
        {
            Note("Matrix over a local array with gaps between its rows");
            string memory = NewName("memory");
            Line($"{_real}[] {memory} = new {_real}[{r} * ({c} + 1)];");
            Line($"var {name} = new Matrix<{_real}>({memory}, {r}, {c}, {c} + 1);");
            _known.Matrices.Add(new MatrixVariable(name, rows, columns, LocalSize, true, IsContiguous: false));
            if (Chance(2)) Fill();
            return;
        }
        else
        {
            Note("Matrix over a new array");
            Line(Chance(2) ? $"Matrix<{_real}> {name} = new {_real}[{r}, {c}];" : $"var {name} = new Matrix<{_real}>(new {_real}[{r} * {c}], {r}, {c});");
        }

        var matrix = new MatrixVariable(name, rows, columns, LocalSize, true, isArray);
        if (PickOrNone(_known.Matrices.Where(m => m.Rows == rows && m.Columns == columns && !m.IsArray && m.Size <= LocalSize)) is { } source && !isArray && Chance(2))
        {
            Note("CopyTo of a matrix");
            Line($"{source.Name}.CopyTo({name});");
        }
        else if (!Chance(5))
        {
            Fill();
        }

        _known.Matrices.Add(matrix);

        void Fill() => EachElement(rows, columns, r, c, (i, j) => Line($"{name}[{i}, {j}] = {Tame(Real(2), LocalSize).Text};"));
    }

    private void EachElement(string rows, string columns, string rowCount, string columnCount, Action<string, string> write)
    {
        string i = NewName("i"), j = NewName("i");
        Line($"for (int {i} = 0; {i} < {rowCount}; {i}++)");
        Scope(() => Inside(Breakable.For, () =>
        {
            _known.Indices.Add(new IndexVariable(i, rows));
            if (Chance(4)) WriteDeclaration();
            Line($"for (int {j} = 0; {j} < {(Chance(4) && rows == columns ? $"{i} + 1" : columnCount)}; {j}++)");
            Scope(() => Inside(Breakable.For, () =>
            {
                _known.Indices.Add(new IndexVariable(j, columns));
                write(i, j);
            }));
        }));
    }

    private void WriteRow(MatrixVariable matrix)
    {
        if (matrix.IsWritable)
        {
            string row = NewName("h");
            Note("row as Span");
            Line($"Span<{_real}> {row} = {RowSpan(matrix)};");
            _known.Arrays.Add(new ArrayVariable(row, matrix.Columns, matrix.Size, true) { Root = matrix.Root });
            return;
        }

        string name = NewName("row");
        Note("row as ReadOnlySpan");
        Line($"ReadOnlySpan<{_real}> {name} = {RowSpan(matrix)};");
        _known.Arrays.Add(new ArrayVariable(name, matrix.Columns, matrix.Size, false) { Root = matrix.Root });
    }

    private void WriteMatrixSlice(MatrixVariable matrix)
    {
        string name = NewName(matrix.IsWritable ? "hm" : "slice"), type = matrix.IsWritable ? "Matrix" : "ReadOnlyMatrix";
        Note("slice of a matrix");
        string rows = matrix.Rows, columns = matrix.Columns, arguments;
        switch (_random.Next(3))
        {
            case 0:
                // One row.
                arguments = $"{RowIndex(matrix)}, 1, 0, {matrix.ColumnCount}";
                rows = "1";
                break;
            case 1:
                arguments = $"0, {matrix.RowCount}, {ColumnIndex(matrix)}, 1";
                columns = "1";
                break;
            default:
                arguments = $"0, {matrix.RowCount}, 0, {matrix.ColumnCount}";
                break;
        }

        Line($"{type}<{_real}> {name} = {matrix.Name}.Slice({arguments});");
        _known.Matrices.Add(new MatrixVariable(name, rows, columns, matrix.Size, matrix.IsWritable, IsContiguous: false) { Root = matrix.Root });
    }

    private void WriteMatrixStore(MatrixVariable matrix)
    {
        Note("store to a matrix");
        string element = $"{matrix.Name}[{RowIndex(matrix)}, {ColumnIndex(matrix)}]";
        Expression value = Tame(Real(2), matrix.Size / 2);
        Line(_random.Next(4) switch
        {
            0 => $"{element} = (0.5{_suffix} * {element}) + {value.Text};",
            1 => $"{element} *= {Tame(Real(1), 1).Text};",
            _ => $"{element} = {value.Text};",
        });
    }

    private void WriteWholeMatrix(MatrixVariable target)
    {
        MatrixVariable? source = PickOrNone(_known.Matrices.Where(m => m.Rows == target.Rows && m.Columns == target.Columns && m.Root != target.Root && m.Size <= target.Size && !m.IsArray));
        ArrayVariable? input = PickOrNone(_known.Arrays.Where(a => a.Extent == target.Columns && a.Root != target.Root));
        ArrayVariable? output = PickOrNone(_known.Arrays.Where(a => a.Extent == target.Rows && a.Root != target.Root && a.IsWritable && a.Root != input?.Root));
        switch (_random.Next(5))
        {
            case 0 when !target.IsArray:
                Note("Fill or Clear of a matrix");
                Line(Chance(3) ? $"{target.Name}.Clear();" : $"{target.Name}.Fill({Tame(Real(1), target.Size).Text});");
                break;
            case 1 when source is not null && !target.IsArray:
                Note("CopyTo of a matrix");
                Line($"{source.Name}.CopyTo({target.Name});");
                break;
            case 2 when input is not null && output is not null:
                Note("helper of a matrix that writes a span");
                Line($"MatrixTimes({target.Name}, {input.Name}, {output.Name});");
                break;
            default:
                Note("helper that writes a matrix");
                Line($"Transform({target.Name}, {Tame(Leaf(), 2).Text});");
                break;
        }
    }

    /// <summary>Two loops over a matrix with a sum, in either order.</summary>
    private void WriteMatrixLoops(MatrixVariable m)
    {
        Note("loops over rows and columns");
        string s = NewName("s");
        double n = Support.RandomInputs.MaxExtent, size = (n * n * 2) + 5;
        Line($"{_real} {s} = {Tame(Real(1), 5).Text};");
        bool isTransposed = Chance(3);
        (string rows, string columns) = isTransposed ? (m.Columns, m.Rows) : (m.Rows, m.Columns);
        EachElement(rows, columns, isTransposed ? m.ColumnCount : m.RowCount, isTransposed ? m.RowCount : m.ColumnCount, (i, j) =>
        {
            if (Chance(3)) Line($"if ({Condition(1)}) continue;");
            Expression element = new(isTransposed ? $"{m.Name}[{j}, {i}]" : $"{m.Name}[{i}, {j}]", m.Size);
            if (m.IsWritable && Chance(3)) Line($"{element.Text} = {Tame(Real(2), m.Size).Text};");
            Line($"{s} += {Tame(Binary("*", element, Tame(Real(1), 5)), 2).Text};");
        });
        _known.Variables.Add(new Variable(s, size, -size, false));
    }
}
