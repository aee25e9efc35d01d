using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

internal sealed partial class ProgramWriter
{
    private enum Growth
    {
        Sum,
        Product,
        Extremum,
    }

    /// <summary>A value that an iteration changes, and that others read while it grows.</summary>
    /// <param name="Term">Bounds what an iteration brings to it.</param>
    private sealed record RunningTotal(Variable Variable, Growth Growth, double Term);

    /// <summary>
    /// Loops with totals that the same iteration reads, before they grow and after: by other totals, by stores, after an inner loop that
    /// lets them grow. The bodies are straight and short, so that only what is read keeps such a loop from being vectorized or shared out.
    /// </summary>
    private void WriteRunning(int depth)
    {
        Note("running totals");
        List<RunningTotal> totals = [.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => DeclareTotal())];
        if (depth < 2 && Chance(3))
        {
            Note("running totals, nested");
            Sweep(outer =>
            {
                // One that starts again in each iteration is read by those that do not.
                List<RunningTotal> all = Chance(2) ? [DeclareTotal(), .. totals] : totals;
                if (Chance(3)) Grow(all, 0);
                Sweep(inner => WriteSteps(all, inner));
                WriteReaders(all, outer);
            });
        }
        else
        {
            Sweep(index => WriteSteps(totals, index));
        }

        // The end of some is not wanted, only what was made of them on the way.
        foreach (RunningTotal total in totals)
        {
            if (total == totals[^1] || !Chance(3)) _known.Variables.Add(total.Variable);
        }
    }

    private void Sweep(Action<IndexVariable> write)
    {
        string extent = Pick(Extents()), i = NewName("i"), length = LengthOf(extent);
        Line(Chance(3) ? ForHeader(i, extent, length) : $"for (int {i} = 0; {i} < {length}; {i}++)");
        Scope(() => Inside(Breakable.For, () =>
        {
            var index = new IndexVariable(i, extent);
            _known.Indices.Add(index);
            write(index);
        }));
    }

    /// <summary>Each total grows once or twice, in any order, and is read in between.</summary>
    private void WriteSteps(List<RunningTotal> totals, IndexVariable index)
    {
        List<Action> steps = [.. totals.Select((_, k) => (Action)(() => Grow(totals, k, index)))];
        if (Chance(3)) steps.Add(() => Grow(totals, _random.Next(totals.Count), index));
        if (Chance(2)) steps.Add(() => WriteReaders(totals, index));
        if (Chance(2))
        {
            Action[] shuffled = [.. steps];
            _random.Shuffle(shuffled);
            steps = [.. shuffled];
        }

        foreach (Action step in steps) step();
    }

    /// <summary>A local array keeps what a total was in an iteration, or another total grows by what is made of it.</summary>
    private void WriteReaders(List<RunningTotal> totals, IndexVariable index)
    {
        RunningTotal read = Pick(totals);
        if (!Chance(3) && PickOrNone(_known.Arrays.Where(a => a.IsWritable && a.Extent == index.Extent)) is { } array)
        {
            Note("running total stored");
            Line($"{array.Name}[{index.Name}] {(Chance(3) ? "+=" : "=")} {Tame(Reading(read), Chance(2) ? array.Size : 0.25).Text};");
            return;
        }

        string name = NewName("t");
        Expression value = Tame(Reading(read), 10);
        Line($"{_real} {name} = {value.Text};");
        if (read != totals[^1]) WriteGrowth(totals[^1], new Expression(name, value.Size, value.Low));
        else _known.Variables.Add(new Variable(name, value.Size, value.Low, false));
    }

    private RunningTotal DeclareTotal()
    {
        string name = NewName("s");
        var growth = (Growth)Math.Max(0, _random.Next(6) - 3);
        double start = growth == Growth.Product || Chance(2) ? 0 : 1, term = growth switch { Growth.Sum => Pick([0.5, 2.0]), Growth.Product => 1.2, _ => 3 };
        Line($"{_real} {name} = {(growth == Growth.Product ? Literal(1) : start == 0 ? "0" : Tame(Real(1), start).Text)};");
        double size = growth switch
        {
            Growth.Sum => start + (2 * RandomInputs.MaxExtent * term),
            Growth.Product => Math.Ceiling(Math.Pow(term, 2 * RandomInputs.MaxExtent)),
            _ => term,
        };
        return new(new Variable(name, size, -size, false), growth, term);
    }

    /// <summary>Lets a total grow by something that may depend on those before it: never on itself, as what feeds back may be chaotic.</summary>
    private void Grow(List<RunningTotal> totals, int k, IndexVariable? index = null)
    {
        if (k > 0 && !Chance(4))
        {
            WriteGrowth(totals[k], Reading(totals[_random.Next(k)]));
            return;
        }

        ArrayVariable? array = index is null || Chance(3) ? null : PickOrNone(_known.Arrays.Where(a => a.Extent == index.Extent));
        if (array is null) WriteGrowth(totals[k], Real(2));
        else WriteGrowth(totals[k], Chance(2) ? Element(array, index!.Name) : Binary("*", Element(array, index!.Name), Tame(Real(1), 5)));
    }

    private void WriteGrowth(RunningTotal total, Expression by)
    {
        string s = total.Variable.Name, term = Tame(by, total.Term).Text;
        string next = total.Growth switch
        {
            Growth.Product => $"{s} *= {term}",
            Growth.Extremum => $"{s} = {Math_(Pick(["Max", "Min"]), Chance(2) ? $"{s}, {term}" : $"{term}, {s}")}",
            _ => _random.Next(5) switch
            {
                0 => $"{s} -= {term}",
                1 => $"{s} = {term} + {s}",
                _ => $"{s} += {term}",
            },
        };
        Line($"{(total.Growth == Growth.Sum && Chance(8) ? $"if ({Condition(1)}) " : "")}{next};");
    }

    /// <summary>Something made of what a total is now.</summary>
    private Expression Reading(RunningTotal total)
    {
        Note("running total read");
        var now = new Expression(total.Variable.Name, total.Variable.Size, total.Variable.Low);
        switch (_random.Next(7))
        {
            case 0: return now;
            case 1: return new(Math_("Sin", now.Text), 1);
            case 2: return Binary("*", now, Tame(Leaf(), 5));
            case 3: return Binary("-", now, Tame(Real(1), 5));
            case 4:
                Expression then = Tame(Real(1), 5);
                return new($"({now.Text} > {Constant().Text} ? {now.Text} : {then.Text})", Math.Max(now.Size, then.Size));
            default: return Binary("*", now, now);
        }
    }
}
