using System.Globalization;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

internal sealed partial class ProgramWriter
{
    private void WriteBlock(int depth)
    {
        int statements = depth == 0 ? 24 : _random.Next(1, 5);
        for (int s = 0; s < statements && _budget > 0; s++)
        {
            _budget--;
            WriteStatement(depth);
        }
    }

    private void WriteStatement(int depth)
    {
        if (_hasMatrices && Chance(3) && WriteMatrixStatement(depth)) return;
        if (_hasAggregates && Chance(3) && WriteAggregateStatement(depth)) return;
        if ((_functions.Count > 0 || _known.Functions.Count > 0) && Chance(6) && WriteCall()) return;
        switch (_random.Next(36))
        {
            case 0 or 1 or 2 or 3 when depth < 3: WriteFor(depth); break;
            case 4 when depth < 3: WriteForEach(depth); break;
            case 5 when depth < 3: WriteWhile(depth); break;
            case 25 or 26 when depth < 3: WriteUncounted(depth); break;
            case 27 when HasWritable(): WriteSweep(); break;
            case 6 or 7 when depth < 4: WriteIf(depth); break;
            case 8 when depth < 4: WriteSwitch(depth); break;
            case 9: WriteEarlyReturn(); break;
            case 10 or 11: WriteLocalArray(); break;
            case 12 or 13 or 14 when HasWritable(): WriteStore(); break;
            case 15 or 16 when HasWritable(): WriteWholeArray(); break;
            case 17: WriteSlice(); break;
            case 18: WriteFlag(); break;
            case 19: WriteInteger(); break;
            case 20 or 21 when _known.Variables.Any(v => v.IsMutable): WriteAssignment(); break;
            case 22 or 23 when _inside is Breakable.For or Breakable.While: WriteExit(); break;
            case 24: WriteTuple(); break;
            case 28 when depth < 3: WriteLocalFunction(); break;
            case 29 when _known.Arrays.Any(a => a.IsArray): WriteLambda(); break;
            case 30 when _known.IndexArrays.Count > 0: WriteIndexArray(); break;
            case 31 when _goal == Goal.SeveralResiduals && _residualExtent is null && _isMain: WriteResidual(); break;
            case 32 or 33 or 34 when depth < 3: WriteRunning(depth); break;
            default: WriteDeclaration(); break;
        }
    }

    private Variable WriteDeclaration()
    {
        Expression value = Tame(Real(_random.Next(1, 3)), 40);
        string name = NewName("t");
        bool isMutable = Chance(2);
        double size = isMutable ? Math.Max(value.Size, 1) : value.Size;
        if (isMutable && Chance(3) && size <= LocalSize) size = LocalSize;
        Line($"{(Chance(4) && !_isSingle ? "var" : _real)} {name} = {value.Text};");
        var variable = new Variable(name, size, isMutable ? -size : value.Low, isMutable);
        _known.Variables.Add(variable);
        return variable;
    }

    private void WriteTuple()
    {
        Expression a = Tame(Real(2), 10), b = Tame(Real(2), 10);
        string first = NewName("t"), second = NewName("t");
        Line($"{_real} {first} = {a.Text}, {second} = {b.Text};");
        _known.Variables.Add(new Variable(first, a.Size, a.Low, false));
        _known.Variables.Add(new Variable(second, b.Size, b.Low, false));
    }

    private void WriteAssignment()
    {
        Variable target = Pick(_known.Variables.Where(v => v.IsMutable).ToList());
        Expression value = Tame(Real(2), target.Size / 2);
        Note("assignment");
        switch (_random.Next(6))
        {
            case 0:
                Note("compound assignment");
                Line($"{target.Name} *= {Tame(Real(1), 1).Text};");
                break;
            case 1:
                Note("compound assignment");
                Line($"{target.Name} = 0.5{_suffix} * {target.Name};");
                Line($"{target.Name} {(Chance(2) ? "+=" : "-=")} {value.Text};");
                break;
            case 2:
                Note("compound assignment");
                Line($"{target.Name} /= 1 + {Math_("Abs", Real(1).Text)};");
                break;
            default:
                Line($"{target.Name} = {value.Text};");
                break;
        }
    }

    private void WriteFlag()
    {
        string name = NewName("flag");
        Line($"bool {name} = {Condition(2)};");
        _known.Flags.Add(name);
        Note("bool local");
    }

    private void WriteInteger()
    {
        if (_known.Indices.Count == 0) return;
        IndexVariable index = Pick(_known.Indices);
        string name = NewName("i");
        string length = LengthOf(index.Extent);
        Line(_random.Next(3) switch
        {
            0 => $"int {name} = ({index.Name} + 1) % {length};",
            1 => $"int {name} = Wrap({index.Name} - 1, {length});",
            _ => $"int {name} = Math.Min({index.Name} + 1, {length} - 1);",
        });
        _known.Indices.Add(new IndexVariable(name, index.Extent));
        _known.Integers.Add(name);
        Note("int local");
    }

    private void WriteIf(int depth)
    {
        string? target = null;
        Variable? before = _known.Variables.LastOrDefault(v => v.IsMutable);
        if (before is not null) target = before.Name;
        Note("if");
        Line($"if ({Condition(2)})");
        Scope(() => Branch(depth, before));
        if (Chance(4))
        {
            Note("else if");
            Line($"else if ({Condition(1)})");
            Scope(() => Branch(depth, before));
        }

        if (Chance(2))
        {
            Note("else");
            Line("else");
            Scope(() => Branch(depth, before));
        }

        void Branch(int at, Variable? variable)
        {
            WriteBlock(at + 1);
            if (variable is not null) Line($"{target} = {Tame(Real(2), variable.Size).Text};");
            if (HasWritable() && Chance(2)) WriteStore();
        }
    }

    private void WriteSwitch(int depth)
    {
        Variable? variable = _known.Variables.LastOrDefault(v => v.IsMutable);
        if (_known.Integers.Count == 0 || variable is null) return;
        Note("switch statement");
        Line($"switch ({Pick(_known.Integers)} % 3)");
        Line("{");
        _indent++;
        foreach (string label in new[] { "case 0:", "case 1:", "default:" })
        {
            if (label != "case 0:" && Chance(3)) continue;
            Line(label);
            Scope(
                () => Inside(Breakable.Switch, () =>
                {
                    // Declarations of one section are visible in the others: braces keep the names apart.
                    Line("{");
                    WriteBlock(depth + 1);
                    Line($"{variable.Name} = {Tame(Real(2), variable.Size).Text};");
                    Line("break;");
                    Line("}");
                }),
                braces: false);
        }

        _indent--;
        Line("}");
    }

    private void WriteLocalArray()
    {
        string name = NewName("h");
        string extent = Chance(4) ? ConstantLength.ToString(CultureInfo.InvariantCulture) : Pick(Extents().Where(e => !IsMaybeEmpty(e)).ToList());
        string length = LengthOf(extent);
        bool stack = Chance(2) && _inside == Breakable.None;
        if (extent.All(char.IsDigit) && Chance(3))
        {
            stack = false;
            Note("array with elements");
            string elements = string.Join(", ", Enumerable.Range(0, ConstantLength).Select(_ => Tame(Real(1), LocalSize).Text));
            Line(Chance(2) ? $"{_real}[] {name} = [{elements}];" : $"{_real}[] {name} = new {_real}[] {{ {elements} }};");
            _known.Arrays.Add(new ArrayVariable(name, extent, LocalSize, true, IsArray: !stack));
            return;
        }

        Note(stack ? "stackalloc" : "new array");
        Line(stack ? $"Span<{_real}> {name} = stackalloc {_real}[{length}];" : $"{_real}[] {name} = new {_real}[{length}];");
        if (Chance(6))
        {
            Note("array left zero");
            _known.Arrays.Add(new ArrayVariable(name, extent, LocalSize, true, IsArray: !stack));
            return;
        }

        string i = NewName("i");
        Line($"for (int {i} = 0; {i} < {(Chance(2) ? name + ".Length" : length)}; {i}++)");
        Scope(() => Inside(Breakable.For, () =>
        {
            _known.Indices.Add(new IndexVariable(i, extent));
            if (Chance(3)) WriteDeclaration();
            Line($"{name}[{i}] = {Tame(Real(2), LocalSize).Text};");
        }));
        _known.Arrays.Add(new ArrayVariable(name, extent, LocalSize, true, IsArray: !stack));
    }

    private void WriteStore()
    {
        ArrayVariable array = Pick(_known.Arrays.Where(a => a.IsWritable).ToList());
        string element = $"{array.Name}[{Index(array.Extent)}]";
        Expression value = Tame(Real(2), array.Size / 2);
        Note("store");
        switch (_random.Next(4))
        {
            case 0:
                Note("store in place");
                Line($"{element} = (0.5{_suffix} * {element}) - {value.Text};");
                break;
            case 1:
                Note("store in place");
                Line($"{element} *= {Tame(Real(1), 1).Text};");
                break;
            default:
                Line($"{element} = {value.Text};");
                break;
        }
    }

    private void WriteSlice()
    {
        ArrayVariable array = Pick(_known.Arrays.Where(a => !a.MayBeEmpty).ToList());
        string name = NewName("part");
        Note("slice");
        string value = _random.Next(5) switch
        {
            0 => $"{Spanned(array)}.Slice(1)",
            1 => $"{Spanned(array)}[1..]",
            2 => $"{Spanned(array)}[..^1]",
            3 when _known.Indices.Any(i => i.Extent == array.Extent) => $"{Spanned(array)}.Slice(0, {Pick(_known.Indices.Where(i => i.Extent == array.Extent).ToList()).Name})",
            _ => $"{Spanned(array)}.Slice(0, {LengthOf(array.Extent)})",
        };
        Line($"ReadOnlySpan<{_real}> {name} = {value};");
        _known.Arrays.Add(new ArrayVariable(name, name, array.Size, false, MayBeEmpty: true) { Root = array.Root });
    }

    /// <summary>An array or a span, as something that has <c>Slice</c>.</summary>
    private string Spanned(ArrayVariable array) => array.IsReadOnlySpan ? array.Name : $"((ReadOnlySpan<{_real}>){array.Name})";

    private bool IsMaybeEmpty(string extent) => _known.Arrays.Any(a => a.Extent == extent && a.MayBeEmpty);

    private bool HasWritable() => _known.Arrays.Any(a => a.IsWritable);

    /// <summary>One of the residuals, where their number is constant.</summary>
    private void WriteResidual()
    {
        Note("residual written on the way");
        Line($"{Residuals}[{_random.Next(ConstantResiduals)}] {Pick(["=", "+=", "-="])} {Tame(Real(2), 20).Text};");
    }

    /// <summary>Integers that are indices, in a local array.</summary>
    private void WriteIndexArray()
    {
        IndexArray source = Pick(_known.IndexArrays);
        string name = NewName("order"), i = NewName("i"), length = $"{source.Name}.Length";
        string into = Pick(source.Into);
        if (!Extents().Contains(into)) return;
        Note("local int array");
        Line($"int[] {name} = new int[{length}];");
        Line($"for (int {i} = 0; {i} < {length}; {i}++) {name}[{i}] = ({source.Name}[{i}] + {_random.Next(1, 3)}) % {LengthOf(into)};");
        _known.IndexArrays.Add(new IndexArray(name, source.Extent, [into], true));
    }
}
