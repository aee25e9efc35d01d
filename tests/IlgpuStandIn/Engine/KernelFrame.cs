namespace ILGPU.Engine;

/// <summary>What a thread of a group keeps of a method while it waits at a barrier inside of it. Code that <see cref="StepCompiler"/> writes reads and writes it.</summary>
internal sealed class KernelFrame
{
    public int State;

    public int Line;

    public object[] Slots;

    public KernelFrame[] Calls;

    private KernelFrame(FrameLayout layout)
    {
        Slots = [.. layout.Slots.Select(type => Activator.CreateInstance(type)!)];
        Calls = [.. layout.Calls.Select(Create)];
    }

    internal static KernelFrame Create(FrameLayout layout) => new(layout);

    /// <summary>Back to the beginning of the method.</summary>
    internal void Reset()
    {
        State = 0;
        Line = 0;
        foreach (var call in Calls)
        {
            call.Reset();
        }
    }
}

/// <summary>Which boxes a method's values go to, and the same for what it calls that waits at barriers.</summary>
internal sealed record FrameLayout(List<Type> Slots, List<FrameLayout> Calls);
