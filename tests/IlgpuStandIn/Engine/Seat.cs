namespace ILGPU.Engine;

/// <summary>
/// Where a thread of a group runs, and waits for its turn. Seat 0 is the thread of the system that launched the kernel; the others have one of their own, from the
/// first barrier on that needs it.
/// </summary>
internal sealed class Seat(GroupRun group, int position)
{
    private readonly object gate = new();
    private bool turn;
    private bool manned = position == 0;

    internal void Pass()
    {
        if (!manned)
        {
            manned = true;
            new Thread(Serve, 1 << 20) { IsBackground = true, Name = $"Seat {position} of a group" }.Start();
        }

        lock (gate)
        {
            turn = true;
            Monitor.Pulse(gate);
        }
    }

    internal void Wait()
    {
        lock (gate)
        {
            while (!turn)
            {
                Monitor.Wait(gate);
            }

            turn = false;
        }
    }

    private void Serve()
    {
        while (true)
        {
            Wait();
            group.Host(position);
        }
    }
}
