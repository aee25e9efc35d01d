using System.Runtime.ExceptionServices;
using ILGPU.Runtime;
using IlgpuStandIn;

namespace ILGPU.Engine;

/// <summary>
/// Runs the groups of a launch, one after the other, and the threads of a group in turn: one runs until it reaches a barrier or leaves, then the next does; when
/// all have arrived, the last one goes on, and the turn goes the other way. A thread that waits at a barrier is a thread of the system that waits for its baton, so a
/// kernel without barriers runs on the thread that launched it alone. That the turn is fixed makes results repeatable, and that it goes both ways shows
/// missing barriers: a thread reads what another has not written yet. Groups that a device runs at the same time, and that may wait for each other, take turns at
/// barriers (<see cref="RunTogether"/>).
/// </summary>
internal sealed class GroupRun
{
    private readonly List<KernelThread> threads = [];
    private readonly List<Seat> seats = [];
    private readonly DeviceMemory shared;
    private readonly int sharedBytes;

    private KernelLaunch launch = null!;
    private int count;
    private bool downFirst;
    private int direction;
    private int arrived;
    private int left;
    private KernelThread? firstArrived;
    private KernelThread? firstLeft;
    private int sharedPeak;
    private ExceptionDispatchInfo? fault;
    private int firstFrame;

    internal GroupRun(int sharedBytes)
    {
        this.sharedBytes = sharedBytes;
        shared = new DeviceMemory(null!, sharedBytes, 1);
    }

    internal Index3D GridIndex { get; private set; }

    internal Index3D GridDimension { get; private set; }

    internal Index3D GroupDimension { get; private set; }

    internal string Kernel => launch.Name;

    internal RaceWatch? Races { get; private set; }

    internal int SharedBytes => sharedBytes;

    /// <summary>Runs all groups; throws what the first thread that failed has thrown.</summary>
    internal void Run(KernelLaunch kernel, in KernelConfig config, StandInOptions options)
    {
        Prepare(kernel, config, options);
        try
        {
            for (int z = 0; z < GridDimension.Z; z++)
            {
                for (int y = 0; y < GridDimension.Y; y++)
                {
                    for (int x = 0; x < GridDimension.X; x++)
                    {
                        GridIndex = new Index3D(x, y, z);
                        RunGroup();
                    }
                }
            }
        }
        finally
        {
            KernelThread.Enter(null);
            launch = null!;
        }
    }

    /// <summary>Runs groups in turn, each from barrier to barrier: one may wait for what another does.</summary>
    /// <exception cref="InvalidOperationException">They wait for each other and nothing happens.</exception>
    internal static void RunTogether(IReadOnlyList<GroupRun> groups, KernelLaunch kernel, in KernelConfig config, StandInOptions options)
    {
        const int MostTurns = 10_000_000;
        try
        {
            for (int g = 0; g < groups.Count; g++)
            {
                groups[g].Prepare(kernel, config, options);
                groups[g].firstFrame = g * groups[g].count;
                groups[g].GridIndex = new Index3D(g, 0, 0);
                groups[g].BeginGroup();
                groups[g].BeginSteps();
            }

            var busy = new List<GroupRun>(groups);
            for (int turn = 0; busy.Count > 0; turn++)
            {
                if (turn == MostTurns)
                {
                    throw new InvalidOperationException($"The groups of kernel {kernel.Name} have met {MostTurns} barriers and do not end: do they wait for each other?");
                }

                busy.RemoveAll(group => !group.Advance());
            }
        }
        finally
        {
            KernelThread.Enter(null);
            foreach (GroupRun group in groups)
            {
                group.launch = null!;
            }
        }
    }

    private void Prepare(KernelLaunch kernel, in KernelConfig config, StandInOptions options)
    {
        launch = kernel;
        firstFrame = 0;
        Races = options.FindRaces ? Races ?? new RaceWatch() : null;
        Races?.BeginLaunch();
        shared.Watch(races: options.FindRaces);
        GridDimension = config.GridDim;
        GroupDimension = config.GroupDim;
        count = config.GroupDim.Size;
        downFirst = options.Order == ThreadOrder.DownAndUp;
        while (threads.Count < count)
        {
            threads.Add(new KernelThread(this, threads.Count));
            seats.Add(new Seat(this, seats.Count));
        }
    }

    /// <summary>A thread has reached a barrier.</summary>
    internal void Arrive(KernelThread thread, BarrierSite site)
    {
        Races?.EndSegment(thread);
        Reach(thread, site);
        if (++arrived == count)
        {
            arrived = 0;
            direction = -direction;
            return;
        }

        int position = Position(thread.Linear);
        thread.Waits = true;
        seats[position + direction].Pass();
        seats[position].Wait();
        thread.Waits = false;
        if (fault is not null)
        {
            throw new KernelAbandonedException();
        }
    }

    internal unsafe ArrayView<T> AllocateShared<T>(KernelThread thread, int extent)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extent);
        int start = (thread.SharedUsed + sizeof(T) - 1) / sizeof(T);
        long end = ((long)start + extent) * sizeof(T);
        if (end > sharedBytes)
        {
            throw new InvalidOperationException($"A group asks for {end} bytes of shared memory, and there are {sharedBytes}{KernelThread.Where()}.");
        }

        thread.SharedUsed = (int)end;
        sharedPeak = Math.Max(sharedPeak, (int)end);
        return new ArrayView<T>(shared, start, extent);
    }

    private void RunGroup()
    {
        BeginGroup();
        if (launch.Steps is not null && count > 1)
        {
            BeginSteps();
            while (Advance())
            {
            }

            return;
        }

        if (!Host(0))
        {
            seats[0].Wait();
        }

        fault?.Throw();
    }

    private void BeginGroup()
    {
        for (int i = 0; i < count; i++)
        {
            threads[i].Reset(GroupDimension);
        }

        shared.Poison((nuint)sharedPeak);
        sharedPeak = 0;
        Races?.BeginGroup(shared);
        direction = 1;
        arrived = left = 0;
        firstArrived = firstLeft = null;
        fault = null;
    }

    private void BeginSteps()
    {
        for (int i = 0; i < count; i++)
        {
            launch.Frame(firstFrame + i).Reset();
        }
    }

    /// <summary>Runs all threads up to their next barrier or their end: as <see cref="Host"/> does, but all on the calling thread of the system. False if that was the end.</summary>
    private bool Advance()
    {
        try
        {
            arrived = 0;
            for (int i = 0; i < count; i++)
            {
                var thread = At(direction > 0 ? i : count - 1 - i);
                var frame = launch.Frame(firstFrame + thread.Linear);
                KernelThread.Enter(thread);
                launch.Continue(frame);
                Races?.EndSegment(thread);
                if (frame.State != 0)
                {
                    Reach(thread, new BarrierSite(frame.Line));
                    arrived++;
                }
                else
                {
                    Depart(thread);
                    left++;
                }
            }

            direction = -direction;
            return left < count;
        }
        catch
        {
            Races?.Drop();
            throw;
        }
    }

    /// <summary>
    /// Lets the calling thread of the system run the thread at this position of the turn, and those behind it as long as none waits at a barrier. True if
    /// the group has ended with that; otherwise, seat 0 is told when it has.
    /// </summary>
    internal bool Host(int position)
    {
        bool caller = position == 0;
        while (true)
        {
            var thread = At(position);
            thread.Started = true;
            KernelThread.Enter(thread);
            try
            {
                launch.Invoke();
                Races?.EndSegment(thread);
            }
            catch (KernelAbandonedException)
            {
            }
            catch (Exception exception)
            {
                Races?.Drop();
                fault ??= ExceptionDispatchInfo.Capture(exception);
            }

            int next = Leave(thread, position);
            KernelThread.Enter(null);
            if (next < 0)
            {
                if (!caller)
                {
                    seats[0].Pass();
                }

                return true;
            }

            if (At(next).Started)
            {
                seats[next].Pass();
                return false;
            }

            position = next;
        }
    }

    /// <summary>A thread has left its kernel: which position comes next, or -1.</summary>
    private int Leave(KernelThread thread, int position)
    {
        if (fault is null)
        {
            try
            {
                Depart(thread);
            }
            catch (InvalidOperationException exception)
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }
        }

        if (fault is null)
        {
            return ++left == count ? -1 : position + direction;
        }

        for (int i = 0; i < count; i++)
        {
            if (At(i).Waits)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Checks that the others reach this barrier too.</summary>
    private void Reach(KernelThread thread, BarrierSite site)
    {
        thread.Site = site;
        thread.Barriers++;
        if (firstLeft is { } gone)
        {
            throw new InvalidOperationException(
                $"Barrier under divergence: thread {thread.Index} waits at {site}, its barrier number {thread.Barriers}, which thread {gone.Index} never reaches: it left after {gone.Barriers} barriers{KernelThread.Where()}.");
        }

        if (arrived == 0)
        {
            firstArrived = thread;
        }
        else if (firstArrived!.Site != site)
        {
            throw new InvalidOperationException(
                $"Barrier under divergence: thread {thread.Index} waits at {site}, and thread {firstArrived.Index} at {firstArrived.Site}{KernelThread.Where()}.");
        }

        CompareShared(thread, firstArrived!);
    }

    /// <summary>Checks that the others leave too.</summary>
    private void Depart(KernelThread thread)
    {
        firstLeft ??= thread;
        if (arrived > 0)
        {
            throw new InvalidOperationException(
                $"Barrier under divergence: thread {thread.Index} left after {thread.Barriers} barriers, and thread {firstArrived!.Index} waits at {firstArrived.Site}, its barrier number {firstArrived.Barriers}{KernelThread.Where()}.");
        }

        CompareShared(thread, firstLeft);
    }

    /// <summary>What is at the same place for one thread must be so for all.</summary>
    private static void CompareShared(KernelThread thread, KernelThread other)
    {
        if (thread.SharedUsed != other.SharedUsed)
        {
            throw new InvalidOperationException(
                $"Shared memory under divergence: thread {thread.Index} has allocated {thread.SharedUsed} bytes, and thread {other.Index} {other.SharedUsed}{KernelThread.Where()}.");
        }
    }

    private KernelThread At(int position) => threads[Position(position)];

    private int Position(int thread) => downFirst ? count - 1 - thread : thread;
}
