using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Loops and branches inside a block of examples: both sides of a branch are computed, and each lane keeps its own.</summary>
internal sealed partial class KernelWriter
{
    private void WriteLaneLoop(Loop loop)
    {
        string counter = NameOf(loop.Counter, "k");
        _scalars[loop.Counter] = new Text(counter);
        foreach (Carried carried in loop.Carried)
        {
            string name = NameOf(carried.Result, _function.Values[carried.Id].Name);
            bool lane = IsLane(carried.Id);
            _code.Line($"{(lane ? VectorType : OpText.TypeName(_function.TypeOf(carried.Id)))} {name} = {(lane ? Vector(carried.Init) : Scalar(carried.Init))};");
            if (lane) _block!.Vectors[carried.Id] = _block.Vectors[carried.Result] = new Text(name);
            else _scalars[carried.Id] = _scalars[carried.Result] = new Text(name);
        }

        _currentLoopDepth++;
        using (Block(LoopHeader(loop, counter)))
        {
            CheckLimit(loop, counter);
            WriteItems(loop.Body);
            Assign(
                loop.Carried.Items.Where(c => c.Next != c.Id)
                    .Select(c => IsLane(c.Id) ? (Vector(c.Id).Code, Vector(c.Next).Code) : (Scalar(c.Id).Code, Scalar(c.Next).Code)).ToList(),
                loop);
        }

        _currentLoopDepth--;
    }

    /// <summary>Both sides are computed for all lanes and each lane keeps its own: what a lane does not own is never read.</summary>
    private void WriteLaneBranch(If branch)
    {
        BlockState block = _block!;
        string condition = Vector(branch.Condition).Code;
        if (branch.Then.Items.Count + branch.Else.Items.Count > 0 && condition.Length > 12)
        {
            string name = _names.Unique("taken");
            _code.Line($"var {name} = {condition};");
            condition = name;
        }

        string? outer = block.Mask;
        bool thenWrites = Writes(branch.Then), elseWrites = Writes(branch.Else);
        block.Mask = outer;
        if (thenWrites) block.Mask = NewMask(outer, condition);
        WriteItems(branch.Then);
        block.Mask = outer;
        if (elseWrites) block.Mask = NewMask(outer, "~" + (condition.Contains(' ') ? "(" + condition + ")" : condition));
        WriteItems(branch.Else);
        block.Mask = outer;
        foreach (Merge merge in branch.Results)
        {
            DefineVector(merge.Result, new Text($"Vector512.ConditionalSelect({condition}, {Vector(merge.Then)}, {Vector(merge.Else)})"));
        }

        string NewMask(string? outerMask, string mask)
        {
            string name = _names.Unique("mask");
            _code.Line($"var {name} = {(outerMask is null ? mask : $"{outerMask} & {mask}")};");
            return name;
        }
    }

    private static bool Writes(Region region) => region.AllItems().Any(i => i is Store or Accumulate);

    /// <summary>All examples take the same side: an ordinary branch.</summary>
    private void WriteUniformBranch(If branch)
    {
        var variables = new BranchResults(this, branch);
        variables.Name();
        variables.Declare(id => IsLane(id) ? VectorType : null);
        _currentLoopDepth++;
        using (Block($"if ({Scalar(branch.Condition)})")) Side(branch.Then, m => m.Then);
        using (Block("else")) Side(branch.Else, m => m.Else);
        _currentLoopDepth--;
        variables.Define(id => IsLane(id) ? _block!.Vectors : _scalars);

        void Side(Region side, Func<Merge, int> value)
        {
            WriteItems(side);
            variables.Assign(m => IsLane(m.Result) ? Vector(value(m)).ToString() : Scalar(value(m)).ToString());
        }
    }
}
