namespace SymbolicGD.GeneratorTests.RandomPrograms;

internal sealed partial class ProgramWriter
{
    /// <param name="Text">Atomic, or in parentheses.</param>
    /// <param name="Size">Bounds the absolute value.</param>
    /// <param name="Low">Bounds the value from below.</param>
    private readonly record struct Expression(string Text, double Size, double Low)
    {
        public Expression(string text, double size)
            : this(text, size, -size)
        {
        }
    }

    private string Math_(string member, string arguments)
    {
        Note($"Math.{member}");
        return $"{_math}.{member}({arguments})";
    }

    private string Sym_(string member, string arguments)
    {
        Note($"Sym.{member}");
        return $"Sym.{member}({arguments})";
    }

    private string Static_(string member, string arguments)
    {
        Note($"{_real}.{member}");
        return $"{_real}.{member}({arguments})";
    }

    private string Tensor_(string member, string arguments)
    {
        Note($"TensorPrimitives.{member}");
        return $"TensorPrimitives.{member}({arguments})";
    }

    /// <summary>Occurs in programs that call a function whose derivative the user gives.</summary>
    public const string GivenDerivative = "derivative that is given";

    private Expression Constant() => new(Literal(Math.Round(0.2 + (1.6 * _random.NextDouble()), 2)), 1.8, 0.2);

    private Expression Leaf()
    {
        if (_hasMatrices && Chance(4) && PickOrNone(_known.Matrices) is { } matrix) return Element(matrix);
        if (_hasAggregates && Chance(3) && Member() is { } member) return member;
        switch (_random.Next(5))
        {
            case 0 when _known.Arrays.Any(a => !a.MayBeEmpty || _known.Indices.Any(i => i.Extent == a.Extent)):
            case 1 when _known.Arrays.Any(a => !a.MayBeEmpty || _known.Indices.Any(i => i.Extent == a.Extent)):
                ArrayVariable array = Pick(_known.Arrays.Where(a => !a.MayBeEmpty || _known.Indices.Any(i => i.Extent == a.Extent)).ToList());
                return Element(array, Index(array.Extent, array.MayBeEmpty));
            default:
                // Recent variables more often: long chains of dependence.
                Variable variable = Chance(2) ? _known.Variables[^1] : Pick(_known.Variables);
                return new(variable.Name, variable.Size, variable.Low);
        }
    }

    private static Expression Element(ArrayVariable array, string index) => new($"{array.Name}[{index}]", array.Size);

    private string Index(string extent, bool onlyVariables = false)
    {
        List<IndexVariable> fitting = _known.Indices.Where(i => i.Extent == extent).ToList();
        if (fitting.Count == 0)
        {
            if (!onlyVariables && Chance(3) && Gathered(extent) is { } any) return any;
            Note("index from the end");
            return Chance(2) ? "0" : "^1";
        }

        string i = Pick(fitting).Name;
        if (onlyVariables) return i;
        if (Chance(4) && Gathered(extent) is { } gathered) return gathered;
        switch (_random.Next(7))
        {
            case 0:
                Note("index reversed");
                return $"{LengthOf(extent)} - 1 - {i}";
            case 1:
                Note("index modulo");
                return $"({i} + 1) % {LengthOf(extent)}";
            case 2:
                Note("index from the end");
                return Chance(2) ? "^1" : "0";
            default:
                return i;
        }
    }

    /// <summary>An index that is an element of an array of indices.</summary>
    private string? Gathered(string extent)
    {
        if (PickOrNone(_known.IndexArrays.Where(a => a.Into.Contains(extent))) is not { } indices) return null;
        Note("gather by an int array");
        return PickOrNone(_known.Indices.Where(i => i.Extent == indices.Extent)) is { } at ? $"{indices.Name}[{at.Name}]" : $"{indices.Name}[^1]";
    }

    /// <summary>The value itself if it keeps within ±size, else something of it that does.</summary>
    private Expression Tame(Expression value, double size)
    {
        if (value.Size <= size) return value;
        string bound = Literal(size);
        switch (_random.Next(6))
        {
            case 0 when size >= 1: return new(Math_("Sin", value.Text), 1);
            case 1 when size >= 1: return new(Math_("Tanh", value.Text), 1);
            case 2: return new(Math_("Max", $"{Math_("Min", $"{value.Text}, {bound}")}, -{bound}"), size);
            case 3:
                Note("Math.Clamp");
                return new($"Math.Clamp({value.Text}, -{bound}, {bound})", size);
            case 4 when value.Size < 1e4: return new($"({value.Text} * {Literal(Math.Floor(1e6 * size / value.Size) / 1e6)})", size);
            default: return new($"({bound} * {Sym_("Softsign", value.Text)})", size);
        }
    }

    /// <summary>Something that is at least ¼ and at most <paramref name="max"/> (≥ 5).</summary>
    private Expression Positive(double max)
    {
        Expression leaf = Leaf();
        if (leaf.Low >= 0.25 && leaf.Size <= max) return leaf;
        Expression x = Tame(leaf, Math.Sqrt(max - 1));
        double low = 0.25;
        switch (_random.Next(5))
        {
            case 0: return new($"(1 + {Math_("Abs", x.Text)})", 1 + x.Size, 1);
            case 1: return new($"(0.5{_suffix} + {Sym_("Sigmoid", x.Text)})", 1.5, 0.5);
            case 2: return new(Math_("Exp", Tame(leaf, 1.3).Text), 4, low);
            case 3 when x.Text.All(char.IsLetterOrDigit): return new($"(({x.Text} * {x.Text}) + {Literal(low)})", (x.Size * x.Size) + low, low);
            default: return new($"({Sym_("Square", x.Text)} + {Literal(low)})", (x.Size * x.Size) + low, low);
        }
    }

    private string Condition(int depth)
    {
        switch (_random.Next(8))
        {
            case 0 when depth > 0: return $"({Condition(depth - 1)} && {Condition(depth - 1)})";
            case 1 when depth > 0: return $"({Condition(depth - 1)} || {Condition(depth - 1)})";
            case 2 when _known.Flags.Count > 0: return Chance(2) ? Pick(_known.Flags) : $"!{Pick(_known.Flags)}";
            case 3 when _known.Integers.Count > 0: return $"{Pick(_known.Integers)} {Pick(["==", "!=", "<", ">="])} 1";
            case 4 when _known.Integers.Count > 0: return $"{Pick(_known.Integers)} % 2 == 0";
            case 5 when _hasAggregates && Comparison() is { } comparison: return comparison;
            default:
                string right = Chance(2) ? (Chance(3) ? "-" : "") + Constant().Text : Leaf().Text;
                return $"{Real(depth).Text} {Pick(["<", "<=", ">", ">="])} {right}";
        }
    }

    private Expression Real(int depth)
    {
        if (depth == 0) return Leaf();
        int d = depth - 1;
        if (_hasMatrices && Chance(8) && OfMatrices(d) is { } ofMatrices) return ofMatrices;
        if (_hasAggregates && Chance(6) && OfAggregates(d) is { } ofAggregates) return ofAggregates;
        if (Chance(8) && Call(d) is { } call) return call;
        switch (_random.Next(42))
        {
            case <= 4: return Leaf();
            case 5 or 6 or 7: return Binary("+", Real(d), Real(d));
            case 8 or 9 or 10: return Binary("-", Real(d), Real(d));
            case 11 or 12 or 13 or 14: return Binary("*", Tame(Real(d), 10), Tame(Real(d), 10));
            case 15 or 16:
                Expression divisor = Positive(10), dividend = Tame(Real(d), 10);
                Note("division");
                return new($"({dividend.Text} / {divisor.Text})", dividend.Size / divisor.Low);
            case 17:
                Expression negated = Real(d);
                return new($"(-{negated.Text})", negated.Size);
            case 18: return Binary(Pick(["+", "-", "*"]), Constant(), Tame(Real(d), 20));
            case 19:
                Note("%");
                return new($"({Tame(Real(d), 20).Text} % 1.75{_suffix})", 1.75);
            case 20 or 21:
                Note("ternary");
                Expression then = Real(d), otherwise = Real(d);
                return new($"({Condition(d)} ? {then.Text} : {otherwise.Text})", Math.Max(then.Size, otherwise.Size), Math.Min(then.Low, otherwise.Low));
            case 22: return SwitchExpression(d);
            case 23 when _known.Integers.Count > 0:
                Note("int in arithmetic");
                string integer = Pick(_known.Integers);
                return new(Chance(2) ? $"(0.5{_suffix} * {integer})" : $"(({_real}){integer})", 5);
            case 24 or 25: return Helper(d);
            case 26 or 27: return OfSym(d);
            case 28 or 29: return OfArrays(d);
            case 30: return OfStatic(d);
            case 31: return Given(d);
            default: return OfMath(d);
        }
    }

    private Expression Binary(string sign, Expression a, Expression b)
    {
        Note($"operator {sign}");
        return new($"({a.Text} {sign} {b.Text})", sign == "*" ? a.Size * b.Size : a.Size + b.Size);
    }

    private Expression SwitchExpression(int depth)
    {
        Note("switch expression");
        Expression a = Tame(Real(depth), 20), b = Tame(Real(depth), 20), c = Tame(Real(depth), 20);
        double size = Math.Max(a.Size, Math.Max(b.Size, c.Size));
        if (_known.Integers.Count > 0 && Chance(2)) return new($"(({Pick(_known.Integers)} % 3) switch {{ 0 => {a.Text}, 1 => {b.Text}, _ => {c.Text} }})", size);
        Note("relational pattern");
        return new($"({Leaf().Text} switch {{ > {Constant().Text} => {a.Text}, < -{Constant().Text} => {b.Text}, _ => {c.Text} }})", size);
    }

    private Expression Helper(int depth)
    {
        Note("helper");
        ArrayVariable array = Pick(_known.Arrays.Where(a => !a.MayBeEmpty).ToList());
        switch (_random.Next(8))
        {
            case 6:
                Note("helper with while");
                Expression x = Tame(Real(depth), 5), a = Tame(Leaf(), 3);
                return new($"Settle({x.Text}, {a.Text})", 8);
            case 7:
                Note("helper with return in a loop");
                return new($"FirstAbove({array.Name}, {Tame(Leaf(), 2).Text})", array.Size + 2);
            case 0: return new($"Quadratic({Tame(Real(depth), 2).Text}, {Tame(Real(depth), 2).Text})", 10);
            case 1: return new($"SoftClip({Tame(Real(depth), 20).Text})", 2);
            case 2:
                Expression scale = Tame(Leaf(), 3);
                return new($"Weighted({array.Name}, {scale.Text})", 2.1 * array.Size * scale.Size);
            case 3: return new($"Horner({array.Name}, {Tame(Leaf(), 1).Text})", 4 * array.Size);
            case 4 when array.Size <= 5: return new($"LogSumExp({array.Name})", array.Size + 1.5);
            default: return new($"Largest({array.Name})", array.Size);
        }
    }

    /// <summary>A number made of whole arrays.</summary>
    private Expression OfArrays(int depth)
    {
        ArrayVariable a = Pick(_known.Arrays);
        ArrayVariable b = Pick(_known.Arrays.Where(x => x.Extent == a.Extent).ToList());
        double n = Support.RandomInputs.MaxExtent;
        switch (_random.Next(12))
        {
            case <= 3: return new(Tensor_("Dot", $"{Argument(a)}, {Argument(b)}"), n * a.Size * b.Size);
            case 4: return new(Tensor_("Sum", Argument(a)), n * a.Size);
            case 5: return new(Tensor_("SumOfSquares", Argument(a)), n * a.Size * a.Size, 0);
            case 6: return new(Tensor_("Norm", Argument(a)), n * a.Size, 0);
            case 7 when !a.MayBeEmpty: return new(Tensor_(Pick(["Max", "Min"]), Argument(a)), a.Size);
            case 8 when !a.MayBeEmpty: return new(Sym_("LogSumExp", a.Name), a.Size + 1.5);
            case 9: return new(Sym_("Norm", a.Name), n * a.Size, 0);
            case 10 when !a.MayBeEmpty:
                Note("slices paired");
                return new(Tensor_("Dot", $"{Spanned(a)}[1..], {Spanned(b)}[..^1]"), n * a.Size * b.Size);
            default: return new(Tensor_("SumOfMagnitudes", Argument(a)), n * a.Size, 0);
        }
    }

    // A generic method infers no T from an array that would convert to a span of T.
    private string Argument(ArrayVariable array) => Spanned(array);

    /// <summary>A statement that fills or changes a local array as a whole.</summary>
    private void WriteWholeArray()
    {
        ArrayVariable target = Pick(_known.Arrays.Where(a => a.IsWritable).ToList());
        List<ArrayVariable> others = _known.Arrays.Where(a => a.Extent == target.Extent && (a.Root != target.Root || a == target)).ToList();
        string a = Argument(Pick(others)), b = Argument(Pick(others));
        string to = target.Name;
        switch (_random.Next(12))
        {
            case 0: Line($"{Tensor_(Pick(["Tanh", "Sigmoid", "Sin", "Cos"]), $"{a}, {to}")};"); break;
            case 1: Line($"{Tensor_("SoftMax", $"{a}, {to}")};"); break;
            case 2: Line($"{Sym_("SoftMax", $"{a}, {to}")};"); break;
            case 3: Shrink("Add", $"{a}, {b}", 2); break;
            case 4: Shrink("Subtract", $"{a}, {b}", 2); break;
            case 5: Shrink("Multiply", $"{a}, {b}", 2); break;
            case 6: Shrink("MultiplyAdd", $"{a}, {b}, {a}", 3); break;
            case 7: Shrink("Exp", a, 4); break;
            case 8:
                Note("void helper");
                Line($"ScaleTo({a}, {Tame(Real(1), 1).Text}, {to});");
                break;
            case 9:
                Note("void helper");
                Line($"Reverse((Span<{_real}>){to});");
                break;
            case 10: Shrink("Add", $"{a}, {Tame(Leaf(), 2).Text}", 2); break;
            default:
                Note("CopyTo or Fill");
                // Onto itself is refused, as what overlaps is.
                if (a != Argument(target)) Line($"{a}.CopyTo({to});");
                else Line($"((Span<{_real}>){to}).Fill({Tame(Real(1), LocalSize).Text});");
                break;
        }

        void Shrink(string member, string arguments, double growth)
        {
            Line($"{Tensor_(member, $"{arguments}, {to}")};");
            Line($"{Tensor_("Multiply", $"{Spanned(target)}, {Literal(1 / growth)}, {to}")};");
        }
    }

    /// <summary>What depends on much of what was computed.</summary>
    private string Total()
    {
        var terms = new List<string>();
        foreach (Variable variable in _known.Variables.Skip(Math.Max(0, _known.Variables.Count - 4)).Append(Pick(_known.Variables)))
        {
            terms.Add($"({Tame(new Expression(variable.Name, variable.Size, variable.Low), 50).Text} * {Constant().Text})");
        }

        foreach (ArrayVariable array in _known.Arrays.Where(a => a.IsWritable).TakeLast(2))
        {
            terms.Add(Chance(2) ? Tensor_("Sum", Argument(array)) : Element(array, Index(array.Extent)).Text);
        }

        terms.Add(Tame(Real(2), 50).Text);
        return string.Join(" + ", terms);
    }
}
