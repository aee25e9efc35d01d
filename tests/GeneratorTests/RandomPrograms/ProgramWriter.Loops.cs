using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

internal sealed partial class ProgramWriter
{
    private const string Uncounted = "loop without a counter";

    /// <summary>No loop without a counter runs as often: each ends after a few iterations, and so do two in one another.</summary>
    private const int MaxTrips = 40;

    private void WriteEarlyReturn()
    {
        Note(_inside == Breakable.None ? "early return" : "return in a loop");
        string condition = Condition(2);
        Line($"if ({condition}) {_return()}");
    }

    private void WriteExit()
    {
        bool isContinue = _inside == Breakable.For && Chance(2);
        Note(isContinue ? "continue" : "break");
        Line($"if ({Condition(1)}) {(isContinue ? "continue" : "break")};");
    }

    private void WriteFor(int depth)
    {
        string extent = Pick(Extents());
        string length = LengthOf(extent);
        string i = NewName("i");
        string header = ForHeader(i, extent, length);
        if (depth > 0 && _inside != Breakable.None) Note("nested loop");
        WithAccumulator(accumulate =>
        {
            Line(header);
            Scope(() => Inside(Breakable.For, () =>
            {
                _known.Indices.Add(new IndexVariable(i, extent));
                _known.Integers.Add(i);
                WriteBlock(depth + 1);
                accumulate();
            }));
        });
    }

    /// <param name="i">The name of the counter.</param>
    /// <param name="length">The number of elements, as the program says it.</param>
    private string ForHeader(string i, string extent, string length)
    {
        IndexVariable? outer = _known.Indices.FirstOrDefault(x => x.Extent == extent && x.Name[0] == 'i');
        switch (outer is not null && Chance(3) ? 3 : _random.Next(7))
        {
            case 0:
                Note("for, descending");
                return $"for (int {i} = {length} - 1; {i} >= 0; {i}--)";
            case 1:
                Note("for from 1");
                return $"for (int {i} = 1; {i} < {length}; {i}++)";
            case 2:
                Note("for by 2");
                return $"for (int {i} = 0; {i} < {length}; {i} += 2)";
            case 3 when outer is not null:
                Note("for, triangular");
                return Triangular(i, outer.Name, length);
            case 4:
                Note("for to length - 1");
                return $"for (int {i} = 0; {i} + 1 < {length}; {i}++)";
            default:
                Note("for");
                return $"for (int {i} = 0; {i} < {length}; {i}++)";
        }
    }

    private void WriteForEach(int depth)
    {
        Note("foreach");
        if (Chance(3) && PickOrNone(_known.IndexArrays) is { } indices)
        {
            WriteForEachIndex(indices, depth);
            return;
        }

        ArrayVariable array = Pick(_known.Arrays);
        string element = NewName("e");
        WithAccumulator(accumulate =>
        {
            Line($"foreach ({_real} {element} in {array.Name})");
            Scope(() => Inside(Breakable.For, () =>
            {
                _known.Variables.Add(new Variable(element, array.Size, -array.Size, false));
                WriteBlock(depth + 1);
                accumulate();
            }));
        });
    }

    private void WriteForEachIndex(IndexArray indices, int depth)
    {
        Note("foreach over indices");
        string t = NewName("tag");
        WithAccumulator(accumulate =>
        {
            Line($"foreach (int {t} in {indices.Name})");
            Scope(() => Inside(Breakable.For, () =>
            {
                foreach (string extent in indices.Into) _known.Indices.Add(new IndexVariable(t, extent));
                _known.Integers.Add(t);
                WriteBlock(depth + 1);
                accumulate();
            }));
        });
    }

    private void WriteWhile(int depth)
    {
        Note("while");
        string extent = Pick(Extents());
        string length = LengthOf(extent);
        string i = NewName("i");
        WithAccumulator(accumulate =>
        {
            Line($"int {i} = 0;");
            Line($"while ({i} < {length})");
            Scope(() => Inside(Breakable.While, () =>
            {
                _known.Indices.Add(new IndexVariable(i, extent));
                WriteBlock(depth + 1);
                accumulate();
                Line($"{i}++;");
            }));
        });
    }

    /// <summary>A loop with a sum, a product, an extremum, a packed offset or a state that goes from one iteration to the next.</summary>
    /// <param name="trips">At most how many iterations the loop runs.</param>
    private void WithAccumulator(Action<Action> loop, int trips = RandomInputs.MaxExtent)
    {
        string name = NewName("s");
        double size;
        Action accumulate;
        string init;
        bool readable = Chance(2);
        switch (_random.Next(7))
        {
            case 0:
                Note("carried state");
                init = Tame(Real(1), LocalSize).Text;
                size = LocalSize;
                readable = true;
                accumulate = () => Line($"{name} = {Tame(Real(2), LocalSize).Text};");
                break;
            case 1:
                Note("carried maximum");
                init = Tame(Real(1), 5).Text;
                size = 5;
                bool max = Chance(2);
                accumulate = () => Line($"{name} = {Math_(max ? "Max" : "Min", $"{name}, {Tame(Real(2), 5).Text}")};");
                break;
            case 2:
                Note("carried product");
                init = Literal(1);
                size = Math.Ceiling(Math.Pow(1.5, trips));
                accumulate = () => Line($"{name} *= {Tame(Real(2), 1.5).Text};");
                break;
            case 3:
                Note("maximum by if");
                init = Tame(Real(1), 5).Text;
                size = 5;
                accumulate = () =>
                {
                    string candidate = NewName("t");
                    Line($"{_real} {candidate} = {Tame(Real(2), 5).Text};");
                    Line($"if ({candidate} > {name}) {name} = {candidate};");
                };
                break;
            default:
                Note("sum");
                bool zero = Chance(2);
                init = zero ? "0" : Tame(Real(1), 5).Text;
                double term = Pick([1.0, 2, 5]);
                size = (zero ? 0 : 5) + (trips * term);
                accumulate = () => Line($"{name} {(Chance(4) ? "-=" : "+=")} {Tame(Real(2), term).Text};");
                break;
        }

        string? offset = Chance(4) ? NewName("offset") : null;
        string? packed = offset is null ? null : Pick(_known.Arrays.Where(a => !a.MayBeEmpty).ToList()).Extent;
        Line($"{_real} {name} = {init};");
        if (offset is not null)
        {
            Note("running offset");
            Line($"int {offset} = 0;");
        }

        // What the running offset adds comes on top.
        var accumulator = new Variable(name, (1.5 * size) + 2, (-1.5 * size) - 2, false);
        if (readable) _known.Variables.Add(accumulator);
        RunningTotal[] read = Chance(3) ? [new(accumulator, Growth.Sum, 0), DeclareTotal()] : [];
        bool before = Chance(4);

        loop(() =>
        {
            if (read.Length > 0 && before) WriteGrowth(read[1], Reading(read[0]));
            accumulate();
            if (read.Length > 0 && !before) WriteGrowth(read[1], Reading(read[0]));
            if (offset is null) return;
            Expression element = Element(Pick(_known.Arrays.Where(a => a.Extent == packed).ToList()), $"{offset}++ % {LengthOf(packed!)}");
            if (Chance(2))
            {
                string read = NewName("t");
                Line($"{_real} {read} = {element.Text};");
                Line($"{name} {(size > 5 ? "+=" : "=")} {Tame(new Expression($"({read} * 0.1{_suffix})", 0.1 * element.Size), 0.5).Text};");
            }
            else
            {
                Line($"{offset} += 2;");
            }
        });
        if (!readable) _known.Variables.Add(accumulator);
        if (read.Length > 0) _known.Variables.Add(read[1].Variable);
    }

    /// <summary>A loop whose bounds depend on the counter of an outer one.</summary>
    private string Triangular(string i, string outer, string length) => _random.Next(8) switch
    {
        0 => $"for (int {i} = 0; {i} < {outer}; {i}++)",
        1 => $"for (int {i} = 0; {i} <= {outer}; {i}++)",
        2 => $"for (int {i} = {outer}; {i} < {length}; {i}++)",
        3 => $"for (int {i} = {outer} + 1; {i} < {length}; {i}++)",
        4 => $"for (int {i} = {outer}; {i} >= 0; {i}--)",
        5 => $"for (int {i} = {outer} - 1; {i} >= 0; {i}--)",
        6 => $"for (int {i} = 0; {i} + {outer} < {length}; {i}++)",
        _ => $"for (int {i} = {outer}; {i} < {length}; {i} += 2)",
    };

    /// <summary>A loop that runs as often as its condition says, or until it is left. What decides is no variable that its body may assign.</summary>
    private void WriteUncounted(int depth)
    {
        Note(Uncounted);
        string s = NewName("s"), k = NewName("n");
        WithAccumulator(accumulate =>
        {
            switch (_random.Next(7))
            {
                case 0 or 1:
                    // Shrinks by a factor that may depend on all that came before.
                    Note("while, shrinking");
                    Line($"{_real} {s} = {Positive(10).Text};");
                    Line($"while ({s} > {Literal(0.2)})");
                    _known.Variables.Add(new Variable(s, 10, 0, false));
                    Body(Breakable.While, () =>
                    {
                        string factor = Chance(2) ? Literal(0.5) : $"({Literal(0.3)} + {Literal(0.2)} * {Sym_("Sigmoid", Tame(Leaf(), 20).Text)})";
                        Line($"{s} *= {factor};");
                    });
                    break;
                case 2:
                    Note("while over integers");
                    Line($"int {k} = {_random.Next(1, 20)};");
                    Line($"while ({k} > 1)");
                    Body(Breakable.While, () => Line($"{k} = {k} % 2 == 0 ? {k} / 2 : {k} - 1;"));
                    break;
                case 3:
                    Note("while (true)");
                    Line($"int {k} = 0;");
                    Line("while (true)");
                    Body(Breakable.While, () => Line($"if (++{k} > {_random.Next(1, 4)} || {Condition(1)}) break;"));
                    break;
                case 4:
                    Note("do");
                    Line($"int {k} = 0;");
                    Line("do");
                    Body(Breakable.While, () => Line($"{k}++;"));
                    Line($"while ({k} < 4 && {Condition(1)});");
                    break;
                case 5:
                    Note("for with a bound that moves");
                    string i = NewName("i");
                    Line($"int {k} = 5;");
                    Line($"for (int {i} = 0; {i} < {k}; {i}++)");
                    Body(Breakable.For, () => Line($"if ({Condition(1)}) {k}--;"));
                    break;
                default:
                    Note("for, doubling");
                    string j = NewName("i");
                    Line($"for (int {j} = 1; {j} < 20; {j} *= {_random.Next(2, 4)})");
                    Body(Breakable.For, () => { });
                    break;
            }

            void Body(Breakable kind, Action step) => Scope(() => Inside(kind, () =>
            {
                WriteBlock(depth + 1);
                accumulate();
                step();
            }));
        }, trips: 8);
    }

    /// <summary>An array changed in place, each element from others that the sweep has or has not been at yet.</summary>
    private void WriteSweep()
    {
        ArrayVariable array = Pick(_known.Arrays.Where(a => a.IsWritable).ToList());
        string h = array.Name, i = NewName("i"), length = LengthOf(array.Extent), size = Literal(array.Size);
        switch (_random.Next(6))
        {
            case 5:
                Note("helper with out, writing a span");
                string last = NewName("t");
                Line($"Smooth((Span<{_real}>){h}, {Tame(Leaf(), 2).Text}, out {_real} {last});");
                _known.Variables.Add(new Variable(last, Math.Max(2, array.Size), -Math.Max(2, array.Size), false));
                break;
            case 0:
                Note("recurrence in an array");
                Line($"for (int {i} = 1; {i} < {length}; {i}++) {h}[{i}] = {size} * {Math_("Sin", $"{h}[{i} - 1] + {h}[{i}] * {Tame(Leaf(), 2).Text}")};");
                break;
            case 1:
                Note("recurrence in an array, downwards");
                Line($"for (int {i} = {length} - 2; {i} >= 0; {i}--) {h}[{i}] = {size} * {Math_("Tanh", $"{h}[{i}] - {h}[{i} + 1] * {Tame(Leaf(), 2).Text}")};");
                break;
            case 2:
                Note("sweeps");
                string sweep = NewName("n");
                Line($"for (int {sweep} = 0; {sweep} < 3; {sweep}++)");
                Scope(() =>
                {
                    Line($"for (int {i} = 0; {i} < {length}; {i}++)");
                    Scope(() => Line($"{h}[{i}] = ({h}[({i} + 1) % {length}] + {Math_("Cos", $"{h}[Wrap({i} - 1, {length})]")} + {Tame(Leaf(), 2).Text}) / {Literal(Math.Ceiling((array.Size + 3) / array.Size))};"));
                });
                break;
            case 3:
                Note("elements swapped");
                Line($"({h}[0], {h}[^1]) = ({h}[^1], {h}[0]);");
                break;
            default:
                Note("prefix sums");
                Line($"for (int {i} = 1; {i} < {length}; {i}++) {h}[{i}] = {Literal(0.5)} * ({h}[{i}] + {h}[{i} - 1]);");
                break;
        }
    }
}
