using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <content>What a batch touches, for steps that a device takes.</content>
public abstract partial class ExampleObjective<T>
{
    // A group of a device takes a stretch at a time: longer ones are shared between groups.
    private const int LongestStretch = 4096;

    /// <summary>Whether integers of the data choose which rows of the parameters an example touches.</summary>
    internal bool ChoosesRows
    {
        get
        {
            Workspace<T> workspace = Pool.Rent();
            bool chooses = TouchesRows([0], workspace);
            Pool.Return(workspace);
            return chooses;
        }
    }

    /// <summary>Writes down which stretches of the parameter vector a batch touches: the first element and the length of each.</summary>
    /// <returns>How many integers that takes. The array is replaced where it is too short.</returns>
    internal int TouchedBy(ReadOnlySpan<int> batch, ref int[] stretches)
    {
        Workspace<T> workspace = Pool.Rent();
        TouchesRows(batch, workspace);
        TouchedRows touched = workspace.Touched(Layout);
        int count = 0;
        for (int block = 0; block < touched.BlockCount; block++)
        {
            TouchedRows.Stretches rows = touched[block];
            int pieces = (rows.Width + LongestStretch - 1) / LongestStretch;
            int needed = checked(count + (2 * pieces * rows.Index.Length));
            if (needed > stretches.Length)
            {
                Array.Resize(ref stretches, Math.Max(needed, 2 * stretches.Length));
            }

            foreach (int row in rows.Index)
            {
                for (int start = 0; start < rows.Width; start += LongestStretch)
                {
                    stretches[count++] = rows.Offset + (row * rows.Width) + start;
                    stretches[count++] = Math.Min(LongestStretch, rows.Width - start);
                }
            }
        }

        Pool.Return(workspace);
        return count;
    }
}
