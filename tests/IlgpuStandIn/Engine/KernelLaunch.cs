using System.Reflection;
using ILGPU.Runtime;
using IlgpuStandIn;

namespace ILGPU.Engine;

/// <summary>A loaded kernel. Launches of an accelerator run one after the other, so the arguments of the one that runs are kept here.</summary>
internal abstract class KernelLaunch
{
    /// <summary>Those that are not at work, of any accelerator: they keep their threads.</summary>
    private static readonly Stack<GroupRun> Idle = new();

    private readonly Accelerator accelerator;
    private readonly KernelLaunches launches;

    private readonly List<KernelFrame> frames = [];
    private readonly List<GroupRun> runs = [];       // of the launch that runs
    private readonly FrameLayout? layout;

    private protected KernelLaunch(Accelerator accelerator, Delegate action, Type step)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(action);
        accelerator.Check();
        KernelCheck.Run(action.Method, accelerator);
        this.accelerator = accelerator;
        Name = action.Method.Name;
        launches = accelerator.Tally.Load(Name);
        if (!accelerator.Device.Options.SystemThreads && StepCompiler.Compile(action.Method, step) is { } compiled)
        {
            (Steps, layout) = compiled;
        }
    }

    internal string Name { get; }

    protected Accelerator Accelerator => accelerator;

    /// <summary>The kernel in steps from barrier to barrier; null where it has no barrier or cannot be written like this.</summary>
    internal Delegate? Steps { get; }

    /// <summary>Calls the kernel with the arguments of this launch.</summary>
    internal abstract void Invoke();

    /// <summary>Calls the kernel up to its next barrier, or its end.</summary>
    internal abstract void Continue(KernelFrame frame);

    /// <summary>What thread number i of a group keeps at barriers.</summary>
    internal KernelFrame Frame(int thread)
    {
        while (frames.Count <= thread)
        {
            frames.Add(KernelFrame.Create(layout!));
        }

        return frames[thread];
    }

    /// <summary>Takes the accelerator for a launch; <see cref="Run"/> gives it back.</summary>
    private protected void Take(AcceleratorStream stream, in KernelConfig config)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Check();
        if (stream.Accelerator != accelerator)
        {
            throw new ArgumentException("The stream belongs to another accelerator than the kernel.", nameof(stream));
        }

        if (!config.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(config), $"Kernel {Name} is launched with a grid of {config.GridDim} groups of {config.GroupDim} threads; each extent must be at least 1.");
        }

        if (config.GroupDim.LongSize > accelerator.MaxNumThreadsPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(config), $"Kernel {Name} is launched with groups of {config.GroupDim} threads; the device has at most {accelerator.MaxNumThreadsPerGroup} in a group.");
        }

        Index3D grid = config.GridDim, most = accelerator.MaxGridSize;
        if (grid.X > most.X || grid.Y > most.Y || grid.Z > most.Z)
        {
            throw new ArgumentOutOfRangeException(nameof(config), $"Kernel {Name} is launched with a grid of {grid} groups; the device has at most {most}.");
        }

        Monitor.Enter(accelerator.Running);
    }

    private protected void Run(in KernelConfig config)
    {
        // What looks for races knows no order between groups.
        StandInOptions options = accelerator.Device.Options;
        bool together = Steps is not null && options is { Type: AcceleratorType.Cuda, FindRaces: false } && config.GridDim.Size == config.GridDim.X
            && config.GridDim.X is > 1 and var groups && groups <= accelerator.NumMultiprocessors;
        try
        {
            accelerator.Tally.Launch(launches);
            for (int g = 0; g < (together ? config.GridDim.X : 1); g++)
            {
                runs.Add(Rent(accelerator.MaxSharedMemoryPerGroup));
            }

            if (together)
            {
                GroupRun.RunTogether(runs, this, config, options);
            }
            else
            {
                runs[0].Run(this, config, options);
            }
        }
        finally
        {
            foreach (GroupRun run in runs)
            {
                Return(run);
            }

            runs.Clear();
            Monitor.Exit(accelerator.Running);
        }
    }

    private static GroupRun Rent(int sharedBytes)
    {
        lock (Idle)
        {
            if (Idle.TryPeek(out var group) && group.SharedBytes == sharedBytes)
            {
                return Idle.Pop();
            }
        }

        return new GroupRun(sharedBytes);
    }

    private static void Return(GroupRun group)
    {
        lock (Idle)
        {
            Idle.Push(group);
        }
    }
}
