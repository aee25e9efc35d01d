namespace SymbolicGD.Generator.Ir;

/// <summary>The values that can differ from one example to another.</summary>
internal static class VaryingValues
{
    /// <summary>Whether elements of a parameter array are read at places that the example's data choose.</summary>
    public static bool GathersParameters(Function function)
    {
        if (function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples) return false;
        HashSet<int> varying = Of(function, examples);
        return examples.Body.AllItems().OfType<Load>().Any(l => function.Buffers[l.Buffer].Kind == BufferKind.Parameter && varying.Contains(l.Index));
    }

    public static HashSet<int> Of(Function function, Loop examples)
    {
        var varying = new HashSet<int> { examples.Counter };
        foreach (Carried carried in examples.Carried) varying.Add(carried.Id);
        var ownBuffers = new HashSet<int>(examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer));
        int before;
        do
        {
            before = varying.Count;
            Visit(examples.Body, underVarying: false);
        }
        while (varying.Count != before);
        return varying;

        void Visit(Region region, bool underVarying)
        {
            foreach (Item item in region.Items)
            {
                switch (item)
                {
                    case Let let:
                        // The seed is the weight of one example: 0 in lanes that are switched off.
                        if (let.Operands.Any(varying.Contains) || (let.Op == Op.Argument && let.Payload == SpecialArgument.Seed)) varying.Add(let.Id);
                        break;
                    case Load load:
                        if (function.Buffers[load.Buffer].IsOfExample || ownBuffers.Contains(load.Buffer) || varying.Contains(load.Index)) varying.Add(load.Id);
                        break;
                    case Loop loop:
                        // Where the number of iterations differs, so does all that they carry.
                        bool ends = loop.EndsEarly && varying.Contains(loop.While);
                        foreach (Carried carried in loop.Carried)
                        {
                            if (ends) varying.Add(carried.Id);
                            if (varying.Contains(carried.Init) || varying.Contains(carried.Next)) varying.Add(carried.Id);
                            if (varying.Contains(carried.Id)) varying.Add(carried.Result);
                        }

                        // One loop computes its sums in one way: beside one that differs, the others are written as if they did.
                        if (loop.Carried.Any(c => varying.Contains(c.Result)))
                        {
                            foreach (Carried carried in loop.Carried.Where(c => function.TypeOf(c.Id).IsReal()))
                            {
                                varying.Add(carried.Id);
                                varying.Add(carried.Result);
                            }
                        }

                        Visit(loop.Body, underVarying);
                        break;
                    case If branch:
                        bool varies = varying.Contains(branch.Condition);
                        Visit(branch.Then, underVarying || varies);
                        Visit(branch.Else, underVarying || varies);
                        foreach (Merge merge in branch.Results)
                        {
                            if (varies || varying.Contains(merge.Then) || varying.Contains(merge.Else)) varying.Add(merge.Result);
                        }

                        break;
                }
            }
        }
    }
}
