using Support = SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Structs, records, tuples and vectors: declared, changed, carried through loops, kept in arrays, compared and taken apart.</summary>
internal sealed partial class ProgramWriter
{
    private AggregateType[]? _types;

    private AggregateType[] Types => _types ??= AggregateType.All(_real, _isSingle ? "F" : "D");

    private string Vec => _isSingle ? "VecF" : "VecD";

    private AggregateType PickType()
    {
        AggregateType type = _known.Aggregates.Count > 0 && Chance(2) ? Pick(_known.Aggregates).Type : Pick(Types);
        Note(type.Name);
        return type;
    }

    /// <summary>A number that is a member of something at hand.</summary>
    private Expression? Member()
    {
        if (Chance(4) && PickOrNone(_known.AggregateArrays) is { } array)
        {
            Note("member of an element");
            return new($"{array.Name}[{Index(array.Extent)}].{Pick(array.Type.Numbers)}", array.Size);
        }

        if (PickOrNone(_known.Aggregates) is not { } aggregate) return null;
        Note("member");
        return new($"{aggregate.Name}.{Pick(aggregate.Type.Numbers)}", aggregate.Size);
    }

    /// <summary>Something of the type, of which no number leaves ±<paramref name="size"/> (at least ½).</summary>
    private string Aggregate(AggregateType type, int depth, double size)
    {
        if (depth > 0)
        {
            switch (_random.Next(8))
            {
                case 0:
                    Note("ternary of structs");
                    return $"({Condition(1)} ? {Aggregate(type, depth - 1, size)} : {Aggregate(type, depth - 1, size)})";
                case 1 when _known.Integers.Count > 0:
                    Note("switch of structs");
                    return $"(({Pick(_known.Integers)} % 2) switch {{ 0 => {Aggregate(type, depth - 1, size)}, _ => {Aggregate(type, depth - 1, size)} }})";
                case 2 or 3 or 4 when OfType(type, depth - 1, size) is { } made:
                    return made;
                case 5 when CallOf(type.Text, depth - 1) is { } call && call.Size <= size:
                    return call.Text;
            }
        }

        if (Chance(2) && PickOrNone(_known.Aggregates.Where(a => a.Type.Text == type.Text && a.Size <= size)) is { } known) return known.Name;
        if (Chance(4) && PickOrNone(_known.AggregateArrays.Where(a => a.Type.Text == type.Text && a.Size <= size)) is { } array) return $"{array.Name}[{Index(array.Extent)}]";
        return $"({New(type, Math.Min(depth, 1), size)})";
    }

    private string New(AggregateType type, int depth, double size) =>
        type.New([.. Enumerable.Range(0, type.Parts).Select(_ => Tame(Real(depth), size).Text)]);

    /// <summary>What the type's own operators and methods give; null where it has none that fits.</summary>
    private string? OfType(AggregateType type, int depth, double size)
    {
        string Of(double s) => Aggregate(type, depth, s);
        switch (type.Name)
        {
            case "Vec":
                Note("operators and methods of a struct");
                switch (_random.Next(9))
                {
                    case 0 when size >= 1: return $"({Of(size / 2)} + {Of(size / 2)})";
                    case 1 when size >= 1: return $"({Of(size / 2)} - {Of(size / 2)})";
                    case 2: return $"(-{Of(size)})";
                    case 3: return $"({Tame(Real(depth), 1).Text} * {Of(size)})";
                    case 4 when size >= 1: return $"{Of(size / 1.5)}.Turned({Tame(Real(depth), 5).Text})";
                    case 5: return $"{Of(size)}.Swapped()";
                    case 6: return $"{Vec}.Lerp({Of(size)}, {Of(size)}, {Sym_("Sigmoid", Tame(Real(depth), 20).Text)})";
                    case 7 when size >= 1: return Chance(2) ? $"{Vec}.Unit" : $"{Vec}.Zero";
                    default: return $"({Of(size)} with {{ {Pick(type.With)} = {Tame(Real(depth), size).Text} }})";
                }

            case "State":
                if (size < 1) return null;
                Note("struct changed in a copy");
                return Chance(2) ? $"{type.Text}.After({Of(size)}, {Tame(Real(depth), 1).Text})" : $"({Of(size)} with {{ {Pick(type.With)} = {Tame(Real(depth), size).Text} }})";
            case "Frame":
                if (size < 1) return null;
                Note("methods of a nested struct");
                return $"{Of(size)}.Then({Of(size)})";
            case "Pair<T>" or "Pair<Vec>":
                Note("generic struct");
                return $"{Of(size)}.Swapped()";
            case "record class":
                Note("with of a record class");
                return $"({Of(size)} with {{ {Pick(type.With)} = {Tame(Real(depth), size).Text} }})";
            case "tuple":
                Note("helper returning a tuple");
                return size >= 1 ? $"HalfSumAndDifference({Tame(Real(depth), size).Text}, {Tame(Real(depth), size).Text})" : null;
            case "Vector2" or "Vector3":
                string vector = type.Text;
                switch (_random.Next(6))
                {
                    case 0 when size >= 1: return $"({Of(size / 2)} + {Of(size / 2)})";
                    case 1 when size >= 1: return $"({Of(size / 2)} - {Of(size / 2)})";
                    case 2: return $"({Of(size)} * {Tame(Real(depth), 1).Text})";
                    case 3: return $"{vector}.{Pick(["Min", "Max"])}({Of(size)}, {Of(size)})";
                    case 4: return $"{vector}.Lerp({Of(size)}, {Of(size)}, {Sym_("Sigmoid", Tame(Real(depth), 20).Text)})";
                    default: return size >= 1 ? $"{vector}.Normalize({Of(1)} + new {vector}(1.5f))" : $"{vector}.Abs({Of(size)})";
                }

            default:
                return null;
        }
    }

    /// <summary>A number that a method or operator of a type gives.</summary>
    private Expression? OfAggregates(int depth)
    {
        AggregateType type = PickType();
        string x = Aggregate(type, Math.Min(depth, 1), 2);
        string i = _known.Integers.Count > 0 ? $"{Pick(_known.Integers)} % 2" : "1";
        switch (type.Name)
        {
            case "Vec":
                Note("number of a struct");
                return _random.Next(5) switch
                {
                    0 => new($"({x} * {Aggregate(type, 0, 2)})", 8),
                    1 => new($"{x}.Norm2", 8, 0),
                    2 => new($"{x}.Sum", 4),
                    3 => new($"{x}[{i}]", 2),
                    _ => new($"(({_real}){x})", 2),
                };
            case "State":
                Note("number of a struct");
                return Chance(2) ? new($"{x}.Peek()", 4) : new($"{x}[{i}]", 2);
            case "Frame":
                Note("number of a struct");
                return new($"{x}.Apply({Tame(Real(depth), 2).Text})", 8);
            case "Pair<T>":
                return new($"{x}.Larger()", 2);
            case "Pair<Vec>":
                return new($"({x}.First * {Aggregate(Types[0], 0, 2)})", 8);
            case "record class":
                Note("property of a record class");
                return new($"{x}.At({Tame(Real(depth), 2).Text})", 8);
            case "Vector2" or "Vector3":
                Note("functions of System.Numerics");
                return _random.Next(4) switch
                {
                    0 => new($"{type.Text}.Dot({x}, {Aggregate(type, 0, 2)})", 12),
                    1 => new($"{x}.Length()", 4, 0),
                    2 => new($"{type.Text}.Distance({x}, {Aggregate(type, 0, 2)})", 7, 0),
                    _ => new($"{x}.LengthSquared()", 12, 0),
                };
            default:
                // The elements of a literal have other names, or none.
                return new($"(({type.Text}){x}).{Pick(type.Numbers)}", 2);
        }
    }

    /// <summary>A condition on something of a type.</summary>
    private string? Comparison()
    {
        if (PickOrNone(_known.Aggregates.Where(a => a.Type.Name is "Vec" or "State" or "tuple" or "record class")) is not { } aggregate) return null;
        string member = aggregate.Type.Numbers[0];
        switch (aggregate.Type.Name)
        {
            case "Vec" when Chance(2):
                Note("comparison operator of a struct");
                return $"{aggregate.Name} {Pick(["<", ">"])} {Aggregate(aggregate.Type, 1, 2)}";
            case "tuple":
                Note("positional pattern");
                return $"{aggregate.Name} is ( > 0, < {Constant().Text})";
            default:
                Note("property pattern");
                return $"{aggregate.Name} is {{ {member}: > {Constant().Text} or < -{Constant().Text} }}";
        }
    }

    private bool WriteAggregateStatement(int depth)
    {
        AggregateVariable? mutable = PickOrNone(_known.Aggregates.Where(a => a.IsMutable));
        AggregateArray? array = PickOrNone(_known.AggregateArrays.Where(a => a.IsWritable));
        switch (_random.Next(11))
        {
            case 0 or 1 or 2:
                DeclareAggregate(PickType(), 2);
                return true;
            case 3 or 4 when mutable is not null:
                ChangeAggregate(mutable);
                return true;
            case 5 when PickOrNone(_known.Aggregates.Where(a => a.Type.Deconstructs)) is { } whole:
                Note("deconstruction");
                string[] names = [.. Enumerable.Range(0, whole.Type.Parts).Select(_ => NewName("t"))];
                Line($"var ({string.Join(", ", names)}) = {Aggregate(whole.Type, 1, whole.Size)};");
                foreach (string name in names) _known.Variables.Add(new Variable(name, whole.Size, -whole.Size, false));
                return true;
            case 6:
                WriteAggregateArray();
                return true;
            case 5 or 7 when array is not null:
                ChangeAggregateArray(array, depth);
                return true;
            case 8 or 9 when depth < 2:
                WriteCarriedAggregate(depth);
                return true;
            case 10:
                List<Variable> equal = [.. _known.Variables.Where(v => v.IsMutable && v.Size == LocalSize)];
                if (equal.Count < 2) return false;
                Note("swap by tuples");
                Line($"({equal[0].Name}, {equal[^1].Name}) = ({equal[^1].Name}, {Tame(Binary("+", new(equal[0].Name, LocalSize), Real(1)), LocalSize).Text});");
                return true;
            default:
                return false;
        }
    }

    private AggregateVariable DeclareAggregate(AggregateType type, int depth, string prefix = "g")
    {
        string name = NewName(prefix);
        bool isVar = Chance(4) && !type.Text.StartsWith('(');
        Line($"{(isVar ? "var" : type.Text)} {name} = {Aggregate(type, depth, LocalSize)};");
        var variable = new AggregateVariable(name, type, LocalSize, true);
        _known.Aggregates.Add(variable);
        return variable;
    }

    private void ChangeAggregate(AggregateVariable variable)
    {
        AggregateType type = variable.Type;
        string name = variable.Name;
        switch (_random.Next(5))
        {
            case 0 or 1 when type.Settable.Length > 0:
                Note("member assigned");
                Line($"{name}.{Pick(type.Settable)} = {Tame(Real(2), variable.Size).Text};");
                break;
            case 2 when type.Name == "State":
                Note("method that changes the struct");
                Line(Chance(3) ? $"{name}[{_random.Next(2)}] *= {Tame(Real(1), 1).Text};" : $"{name}.Step({Tame(Real(1), 1).Text});");
                break;
            case 2 when type.IsVector:
                Note("compound assignment of a struct");
                Line($"{name} = {(type.Name == "Vec" ? $"0.5{_suffix} * {name}" : $"{name} * 0.5f")};");
                Line($"{name} {Pick(["+=", "-="])} {Aggregate(type, 1, variable.Size / 2)};");
                break;
            case 3 when type.Name is "State" or "Pair<T>":
                Note("ref helper of a struct's member");
                Line($"Nudge(ref {name}.{type.Settable[1]}, {Tame(Real(1), 5).Text});");
                break;
            default:
                Note("struct assigned");
                Line($"{name} = {Aggregate(type, 2, variable.Size)};");
                break;
        }
    }

    private void WriteAggregateArray()
    {
        AggregateType type = PickType();
        if (type.IsClass) return;
        string extent = Chance(4) ? "4" : Pick(Extents().Where(e => !IsMaybeEmpty(e)).ToList());
        string name = NewName("gs"), length = LengthOf(extent), i = NewName("i");
        Note("array of structs");
        Line($"{type.Text}[] {name} = new {type.Text}[{length}];");
        if (!Chance(6) || type.Name is "Frame")
        {
            Line($"for (int {i} = 0; {i} < {length}; {i}++)");
            Scope(() => Inside(Breakable.For, () =>
            {
                _known.Indices.Add(new IndexVariable(i, extent));
                Line($"{name}[{i}] = {Aggregate(type, 1, LocalSize)};");
            }));
        }

        _known.AggregateArrays.Add(new AggregateArray(name, type, extent, LocalSize));
    }

    private void ChangeAggregateArray(AggregateArray array, int depth)
    {
        string element = $"{array.Name}[{Index(array.Extent)}]", item = NewName("g");
        AggregateType type = array.Type;
        switch (_random.Next(5))
        {
            case 0 when type.Settable.Length > 0:
                Note("member of an element assigned");
                Line($"{element}.{Pick(type.Settable)} = {Tame(Real(2), array.Size).Text};");
                break;
            case 1 when type.Name == "State":
                Note("foreach by reference");
                Line($"foreach (ref {type.Text} {item} in {array.Name}.AsSpan())");
                Scope(() => Inside(Breakable.For, () =>
                {
                    _known.Aggregates.Add(new AggregateVariable(item, type, array.Size, true, CanCapture: false));
                    Line($"{item}.Step({Tame(Real(1), 1).Text});");
                    if (Chance(2)) WriteBlock(depth + 2);
                }));
                break;
            case 2 when type.Name == "Vec":
                Note("helper over a span of structs");
                if (Chance(2)) Line($"Shift({array.Name}, {Aggregate(type, 1, 2)});");
                else Declare($"Centroid({array.Name})");
                break;
            case 3:
                Note("foreach over structs");
                string sum = NewName("s");
                Line($"{_real} {sum} = 0;");
                Line($"foreach ({type.Text} {item} in {array.Name}) {sum} += {item}.{Pick(type.Numbers)} * {item}.{Pick(type.Numbers)};");
                _known.Variables.Add(new Variable(sum, 4 * array.Size * array.Size, -4 * array.Size * array.Size, false));
                break;
            default:
                Note("element of an array of structs assigned");
                Line($"{element} = {Aggregate(type, 2, array.Size)};");
                break;
        }

        void Declare(string value)
        {
            Line($"{type.Text} {item} = {value};");
            _known.Aggregates.Add(new AggregateVariable(item, type, array.Size, true));
        }
    }

    /// <summary>A loop that carries a struct.</summary>
    private void WriteCarriedAggregate(int depth)
    {
        Note("carried struct");
        AggregateVariable carried = DeclareAggregate(PickType(), 1);
        string extent = Pick(Extents()), i = NewName("i"), length = LengthOf(extent);
        Line(Chance(4) ? $"for (int {i} = {length} - 1; {i} >= 0; {i}--)" : $"for (int {i} = 0; {i} < {length}; {i}++)");
        Scope(() => Inside(Breakable.For, () =>
        {
            _known.Indices.Add(new IndexVariable(i, extent));
            _known.Integers.Add(i);
            if (Chance(2)) WriteBlock(depth + 1);
            if (Chance(3)) WriteExit();
            ChangeAggregate(carried);
            if (Chance(3)) ChangeAggregate(carried);
        }));
        foreach (string member in carried.Type.Numbers.Take(2))
        {
            string name = NewName("t");
            Line($"{_real} {name} = {carried.Name}.{member};");
            _known.Variables.Add(new Variable(name, carried.Size, -carried.Size, false));
        }
    }
}
