using System.Runtime.InteropServices;
using ILGPU.Runtime;

namespace ILGPU.Engine;

/// <summary>
/// Finds accesses of one launch to one element that nothing orders: by two threads of a group without a barrier between them or by threads of two groups, one of
/// which changes the element, unless both are atomic. What a thread does between two barriers is one segment; at its end, an element that the thread has accessed
/// is written if it has changed. (A thread that writes what was there already is not seen to write.)
/// </summary>
internal sealed unsafe class RaceWatch
{
    private readonly List<Access> segment = [];
    private readonly Dictionary<nint, int> places = [];
    private readonly Dictionary<nint, History> histories = [];
    private byte[] before = new byte[1024];
    private int used;

    private readonly record struct Who(int Group, int Thread, int Segment)
    {
        internal bool Unordered(in Who other) => Group != other.Group || (Thread != other.Thread && Segment == other.Segment);

        public override string ToString() => $"thread {Thread} of group {Group}";
    }

    private struct Access
    {
        internal DeviceMemory Memory;
        internal nint Address;
        internal int Size;
        internal int Before;
        internal int Count;
        internal int Atomics;
    }

    /// <summary>Who wrote an element last, and two who read it last.</summary>
    private sealed class History
    {
        internal Who? Writer;
        internal bool AtomicWriter;
        internal Who? Reader;
        internal Who? EarlierReader;
    }

    internal void BeginLaunch() => histories.Clear();

    /// <summary>The memory that the threads of a group share is another one for each group.</summary>
    internal void BeginGroup(DeviceMemory shared)
    {
        nint start = (nint)shared.Memory, end = start + (nint)shared.LengthInBytes;
        foreach (nint address in histories.Keys.Where(address => address >= start && address < end).ToList())
        {
            histories.Remove(address);
        }
    }

    /// <summary>The thread that runs accesses an element.</summary>
    internal void Touch(DeviceMemory memory, nint address, int size)
    {
        ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, address, out bool known);
        if (!known)
        {
            place = segment.Count;
            if (used + size > before.Length)
            {
                Array.Resize(ref before, 2 * (used + size));
            }

            new ReadOnlySpan<byte>((void*)address, size).CopyTo(before.AsSpan(used));
            segment.Add(new Access { Memory = memory, Address = address, Size = size, Before = used });
            used += size;
        }

        CollectionsMarshal.AsSpan(segment)[place].Count++;
    }

    /// <summary>The access to this address is an atomic one.</summary>
    internal void Atomic(nint address)
    {
        var accesses = CollectionsMarshal.AsSpan(segment);
        for (int i = accesses.Length - 1; i >= 0; i--)
        {
            if (address >= accesses[i].Address && address < accesses[i].Address + accesses[i].Size)
            {
                accesses[i].Atomics++;
                return;
            }
        }
    }

    /// <summary>The thread that runs has reached a barrier, or left.</summary>
    /// <exception cref="InvalidOperationException">It has accessed what another thread accesses, one of them writes, and nothing orders them.</exception>
    internal void EndSegment(KernelThread thread)
    {
        var who = new Who(Grid.Linear(thread.Group.GridIndex, thread.Group.GridDimension), thread.Linear, thread.Barriers);
        try
        {
            foreach (ref var access in CollectionsMarshal.AsSpan(segment))
            {
                bool wrote = !new ReadOnlySpan<byte>((void*)access.Address, access.Size).SequenceEqual(before.AsSpan(access.Before, access.Size));
                bool atomic = access.Atomics >= access.Count;
                ref var history = ref CollectionsMarshal.GetValueRefOrAddDefault(histories, access.Address, out _);
                history ??= new History();
                Compare(history, who, wrote, atomic, access);
                if (wrote || atomic)
                {
                    history.Writer = who;
                    history.AtomicWriter = atomic;
                }

                if (!atomic && history.Reader != who)
                {
                    history.EarlierReader = history.Reader;
                    history.Reader = who;
                }
            }
        }
        finally
        {
            Drop();
        }
    }

    /// <summary>Forgets the segment of a thread that has failed.</summary>
    internal void Drop()
    {
        segment.Clear();
        places.Clear();
        used = 0;
    }

    private static void Compare(History history, in Who who, bool wrote, bool atomic, in Access access)
    {
        if (history.Writer is { } writer && writer.Unordered(who) && !(atomic && history.AtomicWriter))
        {
            throw Race(access, $"{writer} {(history.AtomicWriter ? "changes it atomically" : "writes it")}, {who} {Does(wrote, atomic)}");
        }

        if (!wrote)
        {
            return;
        }

        foreach (var earlier in (ReadOnlySpan<Who?>)[history.Reader, history.EarlierReader])
        {
            if (earlier is { } reader && reader.Unordered(who))
            {
                throw Race(access, $"{reader} accesses it, {who} {Does(wrote, atomic)}");
            }
        }
    }

    private static string Does(bool wrote, bool atomic) => atomic ? "changes it atomically" : wrote ? "writes it" : "reads it";

    private static InvalidOperationException Race(in Access access, string what)
    {
        long element = (access.Address - (nint)access.Memory.Memory) / access.Size;
        string where = access.Memory.Accelerator is null ? "of shared memory" : $"of a buffer of {access.Memory.Length}";
        return new InvalidOperationException($"Race: element {element} {where}: {what}, and nothing orders them{KernelThread.Where()}.");
    }
}
