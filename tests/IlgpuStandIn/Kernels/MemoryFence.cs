namespace ILGPU;

/// <summary>Orders what a thread reads and writes. The threads of the stand-in take turns: each sees what the others did.</summary>
public static class MemoryFence
{
    public static void GroupLevel()
    {
    }

    public static void DeviceLevel()
    {
    }

    public static void SystemLevel()
    {
    }
}
