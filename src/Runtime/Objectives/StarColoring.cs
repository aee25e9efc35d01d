namespace SymbolicGD;

/// <summary>
/// Greedy star coloring of a symmetric pattern, parameters of most neighbours first. A color is forbidden to v where it would close a path over
/// four parameters in two colors, with v at its end or inside it.
/// </summary>
internal sealed class StarColoring
{
    private const int None = -1;

    private readonly int[] starts;
    private readonly int[] columns;
    private readonly int[] colors;

    // The colors around a parameter, and those that v may not take where it is a neighbour: kept up to date, so that a parameter with very many
    // neighbours (a bias, say) is not walked over again for each of them.
    private readonly HashSet<int>?[] around;
    private readonly HashSet<int>?[] closing;

    // Of the neighbours of x with color c: how many, and the one that was colored first.
    private readonly Dictionary<(int X, int Color), (int Count, int First)> seen = [];

    private StarColoring(int[] starts, int[] columns)
    {
        this.starts = starts;
        this.columns = columns;
        int length = starts.Length - 1;
        colors = new int[length];
        Array.Fill(colors, None);
        around = new HashSet<int>?[length];
        closing = new HashSet<int>?[length];
    }

    /// <param name="starts">Row starts of the pattern.</param>
    /// <param name="columns">Column indices; both triangles, and the diagonal, which is skipped.</param>
    /// <param name="count">The number of colors.</param>
    /// <returns>The color of each parameter, from 0.</returns>
    public static int[] Run(int[] starts, int[] columns, out int count)
    {
        var coloring = new StarColoring(starts, columns);
        var forbidden = new HashSet<int>();
        count = 0;
        foreach (int v in Enumerable.Range(0, starts.Length - 1).OrderByDescending(v => starts[v + 1] - starts[v]))
        {
            coloring.Forbid(v, forbidden);
            int color = 0;
            while (forbidden.Contains(color))
            {
                color++;
            }

            coloring.Assign(v, color);
            count = Math.Max(count, color + 1);
        }

        return coloring.colors;
    }

    private ReadOnlySpan<int> Neighbours(int v) => columns.AsSpan(starts[v]..starts[v + 1]);

    private void Forbid(int v, HashSet<int> forbidden)
    {
        forbidden.Clear();
        foreach (int w in Neighbours(v))
        {
            if (w == v || colors[w] == None)
            {
                continue;
            }

            forbidden.Add(colors[w]);
            if (closing[w] is { } ends)
            {
                forbidden.UnionWith(ends);                     // v − w − x − y with y colored as w: v may not be colored as x
            }

            if (seen[(v, colors[w])].Count > 1 && around[w] is { } beyond)
            {
                forbidden.UnionWith(beyond);                   // w′ − v − w − x with w′ colored as w
            }
        }
    }

    private void Assign(int v, int color)
    {
        colors[v] = color;
        foreach (int x in Neighbours(v))
        {
            if (x == v)
            {
                continue;
            }

            (around[x] ??= []).Add(color);
            (int count, int first) = seen.GetValueOrDefault((x, color), (0, v));
            seen[(x, color)] = (count + 1, first);
            if (count > 0 && colors[x] != None)
            {
                (closing[v] ??= []).Add(colors[x]);            // some y of v's color lies behind x
                (closing[first] ??= []).Add(colors[x]);
            }

            if (colors[x] != None && seen[(v, colors[x])].Count > 1)
            {
                (closing[x] ??= []).Add(color);                // behind v lies another one of x's color
            }
        }
    }
}
