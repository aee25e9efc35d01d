using System.Text;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Helpers of the program's own: methods, local functions and lambdas with random signatures and bodies, and calls of them.</summary>
internal sealed partial class ProgramWriter
{
    private enum ParameterKind
    {
        Real,
        In,
        Ref,
        Out,
        Integer,
        Index,
        ReadOnlySpan,
        Span,
        ReadOnlyMatrix,
        Matrix,
        Aggregate,
        AggregateByRef,
    }

    /// <param name="Extent">The extent inside of the function: of the span, of the matrix's columns, of what the index is for.</param>
    private sealed record Parameter(ParameterKind Kind, string Name, string Extent, string Rows, AggregateType? Type);

    /// <param name="Returns">The text of its return type.</param>
    /// <param name="Size">Bounds what it returns.</param>
    private sealed record Function(string Name, string Returns, double Size, IReadOnlyList<Parameter> Parameters, bool IsLocal);

    /// <summary>Bounds the numbers that a helper takes by value, and those that it returns.</summary>
    private const double ByValue = 5;

    private readonly List<Function> _functions = [];
    private bool _isMain = true;

    /// <summary>A method beside the loss.</summary>
    private void WriteHelper()
    {
        StringBuilder text = _text;
        Known outer = _known;
        (_text, _known, _indent) = (new StringBuilder(), new Known(), 1);
        Function function = WriteFunction($"P{_seed}_{NewName("H")}", "private static ", isLocal: false);
        _members.Append(_text).Append('\n');
        (_text, _known, _indent) = (text, outer, 2);
        Note("random helper");
        _functions.Add(function);
    }

    private void WriteLocalFunction()
    {
        Known outer = _known;
        bool isStatic = Chance(4);
        _known = isStatic ? new Known() : outer.Captured();
        Note(isStatic ? "static local function" : "local function");
        Function function = WriteFunction(NewName("F"), isStatic ? "static " : "", isLocal: true);
        _known = outer;
        _known.Functions.Add(function);
    }

    private Function WriteFunction(string name, string modifiers, bool isLocal)
    {
        (Func<string> outerReturn, Breakable inside, bool isMain, int budget) = (_return, _inside, _isMain, _budget);
        (_inside, _isMain, _budget) = (Breakable.None, false, _random.Next(1, 5));
        List<Parameter> parameters = Parameters();
        AggregateType? type = _hasAggregates && Chance(2) ? PickType() : null;
        (string returns, double size, _return) = _random.Next(6) switch
        {
            0 => ("void", 0.0, (Func<string>)(() => "return;")),
            1 => ("bool", 0.0, () => $"return {Condition(1)};"),
            2 or 3 when type is not null => (type.Text, LocalSize, () => $"return {Aggregate(type, 1, LocalSize)};"),
            _ => (_real, ByValue, () => $"return {Tame(Real(2), ByValue).Text};"),
        };
        Line($"{modifiers}{returns} {name}({string.Join(", ", parameters.Select(Declaration))})");
        Scope(() =>
        {
            foreach (Parameter parameter in parameters) Declare(parameter);
            foreach (Parameter parameter in parameters.Where(p => p.Kind == ParameterKind.Out))
            {
                Line($"{parameter.Name} = {Tame(Real(1), LocalSize).Text};");
                _known.Variables.Add(new Variable(parameter.Name, LocalSize, -LocalSize, true, CanCapture: false));
            }

            WriteBlock(1);
            foreach (Parameter parameter in parameters.Where(p => p.Kind is ParameterKind.Out or ParameterKind.Ref))
            {
                Line($"{parameter.Name} = {Tame(Real(2), LocalSize).Text};");
            }

            if (returns != "void") Line(_return());
        });
        (_return, _inside, _isMain, _budget) = (outerReturn, inside, isMain, budget);
        return new Function(name, returns, size, parameters, isLocal);
    }

    /// <summary>A number and a span, and perhaps more.</summary>
    private List<Parameter> Parameters()
    {
        string first = NewName("u"), span = NewName(Chance(2) ? "h" : "u");
        List<Parameter> parameters = [new(ParameterKind.Real, first, "", "", null), new(span[0] == 'h' ? ParameterKind.Span : ParameterKind.ReadOnlySpan, span, span, "", null)];
        for (int more = _random.Next(4); more > 0; more--)
        {
            string name = NewName("u");
            string extent = Chance(2) ? span : name;
            ParameterKind kind = Pick(Enum.GetValues<ParameterKind>());
            Parameter? parameter = kind switch
            {
                ParameterKind.Index => new(kind, name, span, "", null),
                ParameterKind.Span => new(kind, "h" + name, extent, "", null),
                ParameterKind.ReadOnlySpan => new(kind, name, extent, "", null),
                ParameterKind.Matrix => _hasMatrices ? new(kind, "h" + name, extent, Chance(2) ? extent : name + "r", null) : null,
                ParameterKind.ReadOnlyMatrix => _hasMatrices ? new(kind, name, extent, Chance(2) ? extent : name + "r", null) : null,
                ParameterKind.Aggregate or ParameterKind.AggregateByRef => _hasAggregates ? new(kind, name, "", "", PickType()) : null,
                _ => new(kind, name, "", "", null),
            };
            if (parameter is not null) parameters.Insert(_random.Next(parameters.Count + 1), parameter);
        }

        return parameters;
    }

    private string Declaration(Parameter parameter)
    {
        string type = parameter.Kind switch
        {
            ParameterKind.In => $"in {_real}",
            ParameterKind.Ref => $"ref {_real}",
            ParameterKind.Out => $"out {_real}",
            ParameterKind.Integer or ParameterKind.Index => "int",
            ParameterKind.ReadOnlySpan => $"ReadOnlySpan<{_real}>",
            ParameterKind.Span => $"Span<{_real}>",
            ParameterKind.ReadOnlyMatrix => $"ReadOnlyMatrix<{_real}>",
            ParameterKind.Matrix => $"Matrix<{_real}>",
            ParameterKind.Aggregate => parameter.Type!.Text,
            ParameterKind.AggregateByRef => $"ref {parameter.Type!.Text}",
            _ => _real,
        };
        Note($"{parameter.Kind} argument of a helper");
        return $"{type} {parameter.Name}";
    }

    /// <summary>Makes a parameter known in the body; <c>out</c> is none before it is assigned.</summary>
    private void Declare(Parameter p)
    {
        switch (p.Kind)
        {
            case ParameterKind.Real: _known.Variables.Add(new Variable(p.Name, ByValue, -ByValue, true)); break;
            case ParameterKind.In: _known.Variables.Add(new Variable(p.Name, ByValue, -ByValue, false, CanCapture: false)); break;
            case ParameterKind.Ref: _known.Variables.Add(new Variable(p.Name, LocalSize, -LocalSize, true, CanCapture: false)); break;
            case ParameterKind.Integer: _known.Integers.Add(p.Name); break;
            case ParameterKind.Index: _known.Indices.Add(new IndexVariable(p.Name, p.Extent)); break;
            case ParameterKind.ReadOnlySpan or ParameterKind.Span: _known.Arrays.Add(new ArrayVariable(p.Name, p.Extent, LocalSize, p.Kind == ParameterKind.Span)); break;
            case ParameterKind.ReadOnlyMatrix or ParameterKind.Matrix: _known.Matrices.Add(new MatrixVariable(p.Name, p.Rows, p.Extent, LocalSize, p.Kind == ParameterKind.Matrix, IsContiguous: false)); break;
            case ParameterKind.Aggregate: _known.Aggregates.Add(new AggregateVariable(p.Name, p.Type!, LocalSize, true)); break;
            case ParameterKind.AggregateByRef: _known.Aggregates.Add(new AggregateVariable(p.Name, p.Type!, LocalSize, true, CanCapture: false)); break;
        }
    }

    private void WriteLambda()
    {
        string name = NewName("f"), v = NewName("u");
        Known outer = _known;
        _known = outer.Captured().ReadOnly();
        _known.Functions.Clear();
        _known.Variables.Add(new Variable(v, ByValue, -ByValue, false));
        if (Chance(2))
        {
            Note("lambda");
            Line($"Func<{_real}, {_real}> {name} = {v} => {Tame(Real(2), ByValue).Text};");
        }
        else
        {
            Note("lambda with statements");
            Line($"Func<{_real}, {_real}> {name} = {v} =>");
            (Func<string> outerReturn, Breakable inside, bool isMain, int budget) = (_return, _inside, _isMain, _budget);
            (_return, _inside, _isMain, _budget) = (() => $"return {Tame(Real(1), ByValue).Text};", Breakable.None, false, _random.Next(1, 3));
            Scope(() =>
            {
                WriteBlock(2);
                Line(_return());
            });
            Line(";");
            (_return, _inside, _isMain, _budget) = (outerReturn, inside, isMain, budget);
        }

        _known = outer;
        _known.Functions.Add(new Function(name, _real, ByValue, [new(ParameterKind.Real, v, "", "", null)], true));
    }

    private Expression? Call(int depth) => CallOf(_real, depth);

    /// <summary>A call within an expression, of a function that needs nothing declared before; null where there is none.</summary>
    private Expression? CallOf(string returns, int depth)
    {
        if (PickOrNone(_functions.Concat(_known.Functions).Where(f => f.Returns == returns)) is not { } function || --_calls < 0) return null;
        return Arguments(function, depth, declares: false) is { } arguments ? new($"{function.Name}({arguments})", function.Size) : null;
    }

    /// <summary>Calls become code each time: a program has only so many of its own helpers.</summary>
    private int _calls = 12;

    private bool WriteCall()
    {
        if (PickOrNone(_functions.Concat(_known.Functions)) is not { } function || --_calls < 0 || Arguments(function, 1, declares: true) is not { } arguments) return false;
        Note(function.IsLocal ? "call of a local function" : "call of a random helper");
        string call = $"{function.Name}({arguments})";
        string name = NewName("t");
        if (function.Returns == "void" || Chance(6))
        {
            Line($"{call};");
        }
        else if (function.Returns == _real)
        {
            Line($"{_real} {name} = {call};");
            _known.Variables.Add(new Variable(name, function.Size, -function.Size, false));
        }
        else if (function.Returns == "bool")
        {
            Line($"bool {name} = {call};");
            _known.Flags.Add(name);
        }
        else
        {
            Line($"{function.Returns} {name} = {call};");
            _known.Aggregates.Add(new AggregateVariable(name, Types.First(t => t.Text == function.Returns), function.Size, true));
        }

        return true;
    }

    /// <param name="declares">Whether a statement may go before, and what the call declares can be used after it.</param>
    private string? Arguments(Function function, int depth, bool declares)
    {
        var extents = new Dictionary<string, string>();
        HashSet<string> roots = [];
        bool writes = function.Parameters.Any(p => p.Kind is ParameterKind.Span or ParameterKind.Matrix);
        List<Variable> declared = [];

        // Indices come last: they are of an extent that a span decides.
        string?[] texts = new string?[function.Parameters.Count];
        foreach ((Parameter parameter, int at) in function.Parameters.Select((p, k) => (p, k)).OrderBy(x => x.p.Kind == ParameterKind.Index))
        {
            if (Argument(parameter) is not { } text) return null;
            texts[at] = text;
        }

        _known.Variables.AddRange(declared);
        return string.Join(", ", texts);

        bool Fits(string inner, string outer) => !IsMaybeEmpty(outer) && (!extents.TryGetValue(inner, out string? known) || known == outer);

        string? Argument(Parameter p)
        {
            switch (p.Kind)
            {
                case ParameterKind.Real: return Tame(Real(depth), ByValue).Text;
                case ParameterKind.In: return Tame(Real(depth), ByValue).Text;
                case ParameterKind.Integer: return _known.Integers.Count > 0 ? Pick(_known.Integers) : "2";
                case ParameterKind.Index: return WithoutFromEnd(extents[p.Extent]);
                case ParameterKind.Aggregate: return Aggregate(p.Type!, depth, LocalSize);
                case ParameterKind.AggregateByRef:
                    if (PickOrNone(_known.Aggregates.Where(a => a.IsMutable && a.Type.Text == p.Type!.Text && a.Size == LocalSize)) is { } aggregate) return $"ref {aggregate.Name}";
                    return declares ? $"ref {DeclareAggregate(p.Type!, 1).Name}" : null;
                case ParameterKind.Ref:
                    if (Chance(3) && PickOrNone(_known.Arrays.Where(a => a.IsWritable && !a.MayBeEmpty && a.Size == LocalSize)) is { } place)
                    {
                        Note("ref to an element");
                        return $"ref {place.Name}[{Index(place.Extent)}]";
                    }

                    if (PickOrNone(_known.Variables.Where(v => v.IsMutable && v.Size == LocalSize && v.Low == -LocalSize)) is { } known) return $"ref {known.Name}";
                    if (!declares) return null;
                    string fresh = NewName("t");
                    Line($"{_real} {fresh} = {Tame(Real(1), LocalSize).Text};");
                    _known.Variables.Add(new Variable(fresh, LocalSize, -LocalSize, true));
                    return $"ref {fresh}";
                case ParameterKind.Out:
                    if (Chance(3) && PickOrNone(_known.Variables.Where(v => v.IsMutable && v.Size >= LocalSize && v.Low <= -LocalSize)) is { } target) return $"out {target.Name}";
                    if (!declares) return "out _";
                    string name = NewName("t");
                    declared.Add(new Variable(name, LocalSize, -LocalSize, true));
                    return $"out {_real} {name}";
                case ParameterKind.ReadOnlySpan or ParameterKind.Span:
                    bool writable = p.Kind == ParameterKind.Span;
                    if (PickOrNone(_known.Arrays.Where(a => Fits(p.Extent, a.Extent) && a.Size <= LocalSize && (!writable || a.IsWritable) && !(writes && roots.Contains(a.Root)))) is not { } array) return null;
                    (extents[p.Extent], _) = (array.Extent, roots.Add(array.Root));
                    return array.Name;
                default:
                    bool changes = p.Kind == ParameterKind.Matrix;
                    if (PickOrNone(_known.Matrices.Where(m => Fits(p.Extent, m.Columns) && Fits(p.Rows, m.Rows) && (p.Rows != p.Extent || m.Rows == m.Columns) && m.Size <= LocalSize
                        && (!changes || m.IsWritable) && !(writes && roots.Contains(m.Root)))) is not { } matrix) return null;
                    (extents[p.Extent], extents[p.Rows], _) = (matrix.Columns, matrix.Rows, roots.Add(matrix.Root));
                    return matrix.Name;
            }
        }

        string WithoutFromEnd(string extent) => Index(extent) is var index && index[0] == '^' ? "0" : index;
    }
}
