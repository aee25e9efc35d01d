namespace SymbolicGD;

/// <summary>
/// Records which parameters meet in which term of an objective. Second derivatives between parameters that meet nowhere are zero for every
/// point: that is the pattern of a sparse Hessian.
/// </summary>
/// <remarks>An objective names the parameters of one term with <see cref="Add(int)"/> and <see cref="AddRange"/>, then closes it with <see cref="Close"/>.</remarks>
public sealed class HessianCliques
{
    private readonly bool[] isOpen;
    private readonly List<int> members = [];
    private readonly List<int> starts = [0];

    internal HessianCliques(int length) => isOpen = new bool[length];

    /// <summary>The length of the parameter vector.</summary>
    public int Length => isOpen.Length;

    /// <summary>Whether some term holds every parameter: the Hessian is dense.</summary>
    internal bool IsDense { get; private set; }

    internal int Count => starts.Count - 1;

    /// <summary>The parameter with this index in the parameter vector occurs in the open term.</summary>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is not one of the parameter vector.</exception>
    public void Add(int index)
    {
        if (!isOpen[index])
        {
            isOpen[index] = true;
            members.Add(index);
        }
    }

    /// <summary>A block of parameters occurs in the open term.</summary>
    /// <exception cref="IndexOutOfRangeException">The block does not lie in the parameter vector.</exception>
    public void AddRange(int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            Add(offset + i);
        }
    }

    /// <summary>Ends the open term; the next call starts another.</summary>
    public void Close()
    {
        int start = starts[^1];
        for (int i = start; i < members.Count; i++)
        {
            isOpen[members[i]] = false;
        }

        if (members.Count - start == Length)
        {
            IsDense = true;
        }

        if (members.Count > start)
        {
            starts.Add(members.Count);
        }
    }

    /// <summary>Closes a term that holds every parameter: nothing is known about the pattern.</summary>
    public void AddAll()
    {
        AddRange(0, Length);
        Close();
    }

    internal ReadOnlySpan<int> this[int clique] =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members)[starts[clique]..starts[clique + 1]];
}
