using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The pattern of a sparse Hessian and its coloring: parameters of one color go into one Hessian-vector product, from which their entries are
/// read off directly. The coloring is a star coloring (no path over four parameters has but two colors), which uses symmetry: entry (i, j) is read
/// in row i or in row j, whichever sees no other neighbour of that color (Gebremedhin, Manne and Pothen 2005, "What color is your Jacobian?").
/// </summary>
internal sealed class HessianPattern
{
    private readonly int length;
    private readonly Source[] sources;
    private readonly int[] sourceStarts;
    private readonly int[] members;
    private readonly int[] memberStarts;

    private HessianPattern(int length, int[] starts, int[] columns)
    {
        this.length = length;
        Starts = starts;
        Columns = columns;
        int[] colors = StarColoring.Run(starts, columns, out int count);
        ColorCount = count;
        (members, memberStarts) = Sort(Enumerable.Range(0, length), i => colors[i], count);
        (sources, sourceStarts) = Sort(Recovery(colors), source => source.Color, count);
    }

    /// <summary>Where each row begins; the diagonal is always part of the pattern.</summary>
    public int[] Starts { get; }

    public int[] Columns { get; }

    /// <summary>How many Hessian-vector products a Hessian costs.</summary>
    public int ColorCount { get; }

    /// <returns>The pattern, or null if the Hessian is dense.</returns>
    public static HessianPattern? Create(HessianCliques cliques)
    {
        if (cliques.IsDense)
        {
            return null;
        }

        int length = cliques.Length;
        int[] owners = new int[length + 1];                    // the cliques of each parameter, in compressed rows
        for (int c = 0; c < cliques.Count; c++)
        {
            foreach (int i in cliques[c])
            {
                owners[i + 1]++;
            }
        }

        for (int i = 0; i < length; i++)
        {
            owners[i + 1] = checked(owners[i] + owners[i + 1]);
        }

        int[] cliquesOf = new int[owners[length]], next = owners[..length];
        for (int c = 0; c < cliques.Count; c++)
        {
            foreach (int i in cliques[c])
            {
                cliquesOf[next[i]++] = c;
            }
        }

        int[] starts = new int[length + 1], seenBy = new int[length];
        var columns = new List<int>();
        Array.Fill(seenBy, -1);
        for (int i = 0; i < length; i++)
        {
            int start = columns.Count;
            seenBy[i] = i;
            columns.Add(i);
            foreach (int c in cliquesOf.AsSpan(owners[i]..owners[i + 1]))
            {
                foreach (int j in cliques[c])
                {
                    if (seenBy[j] != i)
                    {
                        seenBy[j] = i;
                        columns.Add(j);
                    }
                }
            }

            columns.Sort(start, columns.Count - start, null);
            starts[i + 1] = columns.Count;
        }

        return new HessianPattern(length, starts, [.. columns]);
    }

    /// <summary>The sum of the unit vectors of a color.</summary>
    public void WriteDirection<T>(int color, Span<T> direction)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        direction.Clear();
        foreach (int i in MembersOf(color))
        {
            direction[i] = T.One;
        }
    }

    /// <summary>The parameters of a color.</summary>
    public ReadOnlySpan<int> MembersOf(int color) => members.AsSpan(memberStarts[color]..memberStarts[color + 1]);

    /// <summary>Reads off the entries that the product with a color's direction gives.</summary>
    public void Read<T>(int color, ReadOnlySpan<T> product, Span<T> entries)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (Source source in sources.AsSpan(sourceStarts[color]..sourceStarts[color + 1]))
        {
            entries[source.Entry] = entries[source.Mirror] = product[source.Row];
        }
    }

    // For each entry of the upper triangle, the color and the row where it stands alone.
    private IEnumerable<Source> Recovery(int[] colors)
    {
        var neighbours = new int[ColorCount];
        int[] mirror = Starts[..length];                       // of each row, the next entry left of or at the diagonal
        for (int i = 0; i < length; i++)
        {
            for (int k = Starts[i]; k < Starts[i + 1]; k++)
            {
                neighbours[colors[Columns[k]]]++;
            }

            for (int k = Starts[i]; k < Starts[i + 1]; k++)
            {
                int j = Columns[k];
                if (j < i)
                {
                    continue;
                }

                int other = mirror[j]++;                       // rows are walked in order: the entry (j, i)
                yield return neighbours[colors[j]] == 1 ? new Source(colors[j], i, k, other) : new Source(colors[i], j, k, other);
            }

            for (int k = Starts[i]; k < Starts[i + 1]; k++)
            {
                neighbours[colors[Columns[k]]] = 0;
            }
        }
    }

    private static (TItem[] Items, int[] Starts) Sort<TItem>(IEnumerable<TItem> items, Func<TItem, int> key, int keys)
    {
        TItem[] sorted = [.. items.OrderBy(key)];
        var starts = new int[keys + 1];
        foreach (TItem item in sorted)
        {
            starts[key(item) + 1]++;
        }

        for (int k = 0; k < keys; k++)
        {
            starts[k + 1] += starts[k];
        }

        return (sorted, starts);
    }

    /// <param name="Color">The color whose product is read.</param>
    /// <param name="Row">The element of the product.</param>
    /// <param name="Entry">The position of the entry in the upper triangle.</param>
    /// <param name="Mirror">The position of the same entry in the lower triangle.</param>
    private readonly record struct Source(int Color, int Row, int Entry, int Mirror);
}
