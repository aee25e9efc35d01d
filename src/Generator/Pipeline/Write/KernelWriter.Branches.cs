using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Branches, and the variables that hold what they give.</summary>
internal sealed partial class KernelWriter
{
    /// <summary>The variables that a branch assigns for the branch or the loop around it, by its results.</summary>
    private readonly Dictionary<int, string> _lent = [];

    /// <summary>Those of them that hold a loop's values, which are read until they are assigned.</summary>
    private readonly HashSet<string> _lentCarried = [];

    /// <summary>Lets the branch that a loop's body ends with assign what the loop carries, where all that changes is its result.</summary>
    private void LendCarried(Loop loop)
    {
        if (loop.Body.Items.Items.LastOrDefault() is not If { Results.Count: > 1 } last) return;
        HashSet<int> results = [.. last.Results.Items.Select(m => m.Result)];
        List<Carried> changing = [.. loop.Carried.Items.Where(c => c.Next != c.Id)];
        if (changing.Count != results.Count || !changing.All(c => results.Contains(c.Next) && _index.UsesOf(c.Next) == 1)) return;
        foreach (Carried carried in changing)
        {
            _lent.Add(carried.Next, Scalar(carried.Id).Code);
            _lentCarried.Add(Scalar(carried.Id).Code);
        }
    }

    private void WriteScalarBranch(If branch)
    {
        // A branch that gives one value may turn out to be an expression: only then is it not known beforehand that it has variables.
        bool hasVariables = branch.Results.Count > 1;
        var variables = new BranchResults(this, branch);
        if (hasVariables) variables.Name();
        CodeWriter then = Aside(() => Side(branch.Then, m => m.Then)), otherwise = Aside(() => Side(branch.Else, m => m.Else));
        Text condition = Scalar(branch.Condition);

        // Both sides are expressions: a conditional expression evaluates only the one taken, too.
        if (branch.Results.Count == 1 && then.LineCount == 0 && otherwise.LineCount == 0)
        {
            Merge merge = branch.Results[0];
            DefineScalar(merge.Result, OpText.Scalar(Op.Select, default, default, Scalar(branch.Condition), Scalar(merge.Then), Scalar(merge.Else)));
            return;
        }

        if (!hasVariables) variables.Name();
        variables.Declare(_ => null);
        then.Append(Aside(() => variables.Assign(m => Scalar(m.Then).Code)));
        otherwise.Append(Aside(() => variables.Assign(m => Scalar(m.Else).Code)));
        bool isInverted = then.LineCount == 0;
        using (Block($"if ({(isInverted ? OpText.Scalar(Op.Not, default, default, condition, default, default).Code : condition.Code)})"))
        {
            _code.Append(isInverted ? otherwise : then);
        }

        if (!isInverted && otherwise.LineCount > 0)
        {
            using (Block("else")) _code.Append(otherwise);
        }

        variables.Define(_ => _scalars);

        void Side(Region side, Func<Merge, int> value)
        {
            if (hasVariables) variables.Lend(side, value);
            WriteItems(side);
        }
    }

    private CodeWriter Aside(Action write)
    {
        CodeWriter outer = _code;
        _code = new CodeWriter();
        _ranges.Push([]);
        write();
        _ranges.Pop();
        CodeWriter result = _code;
        _code = outer;
        return result;
    }

    /// <summary>The variables that a branch gives its results in: declared before it, assigned at the end of each side.</summary>
    private sealed class BranchResults(KernelWriter writer, If branch)
    {
        private const int MaxLine = 120;

        private readonly List<string> _names = [];

        /// <summary>Chooses the names: of a result that is what a branch around this one gives, that one's.</summary>
        public void Name()
        {
            foreach (Merge merge in branch.Results) _names.Add(writer._lent.TryGetValue(merge.Result, out string? lent) ? lent : writer.NameOf(merge.Result));
        }

        /// <summary>Lets branches that stand directly on a side assign this branch's variables, where a result is one of theirs.</summary>
        public void Lend(Region side, Func<Merge, int> value)
        {
            HashSet<int> inner = [.. side.Items.Items.OfType<If>().SelectMany(i => i.Results.Items).Select(m => m.Result)];

            // Nothing may come after an assignment of what a loop carries that reads it.
            if (_names.Any(writer._lentCarried.Contains) && !EndsWithBranch(side, value)) return;
            for (int k = 0; k < _names.Count; k++)
            {
                int given = value(branch.Results[k]);
                if (inner.Contains(given) && !writer._lent.ContainsKey(given)) writer._lent.Add(given, _names[k]);
            }
        }

        /// <summary>Whether a side ends with a branch that gives all that changes, and nothing else.</summary>
        private bool EndsWithBranch(Region side, Func<Merge, int> value)
        {
            if (side.Items.Items.LastOrDefault() is not If { Results.Count: > 1 } last) return false;
            List<int> given = [.. branch.Results.Items.Select(value)];
            HashSet<int> results = [.. last.Results.Items.Select(m => m.Result)];
            return results.Count == last.Results.Items.Count(m => given.Contains(m.Result))
                && given.Distinct().Count() == given.Count
                && given.Zip(_names, (v, name) => results.Contains(v) || writer.Scalar(v).Code == name).All(kept => kept);
        }

        /// <param name="type">The type of a result if it is none of the IR's own.</param>
        public void Declare(Func<int, string?> type)
        {
            IEnumerable<(string Type, string Name)> own = branch.Results.Items.Zip(_names, (m, name) => (Id: m.Result, Name: name))
                .Where(v => !writer._lent.ContainsKey(v.Id)).Select(v => (type(v.Id) ?? OpText.TypeName(writer._function.TypeOf(v.Id)), v.Name));
            foreach (IGrouping<string, (string Type, string Name)> group in own.GroupBy(v => v.Type))
            {
                WriteList(group.Key + " ", group.Select(v => v.Name), ", ", ";");
            }
        }

        /// <summary>Assigns what a side gives; what is the same constant, at once.</summary>
        public void Assign(Func<Merge, string> value)
        {
            var assignments = branch.Results.Items.Zip(_names, (m, name) => (m.Result, Name: name, Value: value(m))).Where(a => a.Name != a.Value).ToList();
            var computed = assignments.Where(a => !IsLiteral(a.Value)).ToList();
            for (int later = 0; later < computed.Count; later++)
            {
                // What is read is taken aside before it is assigned.
                (int result, string name, string text) = computed[later];
                if (!computed.Take(later).Any(a => Mentions(text, a.Name))) continue;
                string aside = writer._names.Unique(name + "Next");
                writer._code.Line($"{OpText.TypeName(writer._function.TypeOf(result))} {aside} = {text};");
                computed[later] = (result, name, aside);
            }

            foreach ((_, string name, string text) in computed) writer._code.Line($"{name} = {text};");
            foreach (var group in assignments.Where(a => IsLiteral(a.Value)).GroupBy(a => (writer._function.TypeOf(a.Result), a.Value)))
            {
                WriteList(string.Empty, group.Select(a => a.Name), " = ", $" = {group.Key.Value};");
            }
        }

        public void Define(Func<int, Dictionary<int, Text>> texts)
        {
            for (int k = 0; k < _names.Count; k++) texts(branch.Results[k].Result)[branch.Results[k].Result] = new Text(_names[k]);
        }

        private void WriteList(string start, IEnumerable<string> names, string separator, string end)
        {
            string line = string.Empty;
            foreach (string name in names)
            {
                if (line.Length > 0 && line.Length + name.Length > MaxLine)
                {
                    writer._code.Line(line + end);
                    line = string.Empty;
                }

                line += line.Length == 0 ? start + name : separator + name;
            }

            writer._code.Line(line + end);
        }

        private static bool IsLiteral(string text) =>
            text is "true" or "false" || text.EndsWith(".Zero", StringComparison.Ordinal) || char.IsDigit(text.TrimStart('-').FirstOrDefault()) && !text.Contains(' ') && !text.Contains('(');
    }
}
