namespace SymbolicGD;

/// <summary>What one call of an objective works in.</summary>
internal sealed class Workspace<T>(int scratchLength, int gradientLength)
    where T : unmanaged
{
    private readonly AlignedBuffer<T> scratch = new(scratchLength);
    private AlignedBuffer<T>? gradient;

    public Span<T> Scratch => scratch.Span;

    /// <summary>For fused steps only, hence made at the first.</summary>
    public Span<T> Gradient => (gradient ??= new AlignedBuffer<T>(gradientLength)).Span;
}

/// <summary>Keeps the workspaces of an objective, so that a warm one allocates nothing and concurrent callers get their own.</summary>
internal sealed class WorkspacePool<T>(int scratchLength, int gradientLength)
    where T : unmanaged
{
    private readonly Workspace<T>?[] others = new Workspace<T>?[Math.Max(1, Environment.ProcessorCount - 1)];
    private Workspace<T>? first;

    public Workspace<T> Rent()
    {
        Workspace<T>? workspace = Interlocked.Exchange(ref first, null);
        for (int i = 0; workspace is null && i < others.Length; i++)
        {
            workspace = Interlocked.Exchange(ref others[i], null);
        }

        return workspace ?? new Workspace<T>(scratchLength, gradientLength);
    }

    public void Return(Workspace<T> workspace)
    {
        if (Interlocked.CompareExchange(ref first, workspace, null) is null)
        {
            return;
        }

        for (int i = 0; i < others.Length; i++)
        {
            if (Interlocked.CompareExchange(ref others[i], workspace, null) is null)
            {
                return;
            }
        }
    }
}
