using System.Runtime.CompilerServices;
using ILGPU.Engine;

namespace ILGPU;

/// <summary>The calling thread of a kernel among the threads of its group.</summary>
public static class Group
{
    public static int IdxX => KernelThread.Current.Index.X;

    public static int IdxY => KernelThread.Current.Index.Y;

    public static int IdxZ => KernelThread.Current.Index.Z;

    public static Index3D Index => KernelThread.Current.Index;

    public static int DimX => KernelThread.Current.Group.GroupDimension.X;

    public static int DimY => KernelThread.Current.Group.GroupDimension.Y;

    public static int DimZ => KernelThread.Current.Group.GroupDimension.Z;

    public static Index3D Dimension => KernelThread.Current.Group.GroupDimension;

    public static int LinearIndex => KernelThread.Current.Linear;

    public static bool IsFirstThread => LinearIndex == 0;

    public static bool IsLastThread => LinearIndex == Dimension.Size - 1;

    /// <summary>Waits for the other threads of the group. The compiler fills in the parameter, which ILGPU's own method lacks: it says which barrier this is.</summary>
    public static void Barrier([CallerLineNumber] int line = 0)
    {
        var thread = KernelThread.Current;
        thread.Group.Arrive(thread, new BarrierSite(line));
    }
}
