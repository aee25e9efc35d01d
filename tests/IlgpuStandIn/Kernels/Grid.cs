using ILGPU.Engine;

namespace ILGPU;

/// <summary>Which group the calling thread of a kernel belongs to.</summary>
public static class Grid
{
    public static int IdxX => KernelThread.Current.Group.GridIndex.X;

    public static int IdxY => KernelThread.Current.Group.GridIndex.Y;

    public static int IdxZ => KernelThread.Current.Group.GridIndex.Z;

    public static Index3D Index => KernelThread.Current.Group.GridIndex;

    public static int DimX => KernelThread.Current.Group.GridDimension.X;

    public static int DimY => KernelThread.Current.Group.GridDimension.Y;

    public static int DimZ => KernelThread.Current.Group.GridDimension.Z;

    public static Index3D Dimension => KernelThread.Current.Group.GridDimension;

    public static int LinearIndex => Linear(Index, Dimension);

    public static Index3D GlobalIndex
    {
        get
        {
            var thread = KernelThread.Current;
            Index3D grid = thread.Group.GridIndex, group = thread.Index, extent = thread.Group.GroupDimension;
            return checked(new Index3D((grid.X * extent.X) + group.X, (grid.Y * extent.Y) + group.Y, (grid.Z * extent.Z) + group.Z));
        }
    }

    public static int GlobalLinearIndex => checked((LinearIndex * Group.Dimension.Size) + Group.LinearIndex);

    internal static int Linear(Index3D index, Index3D extent) => ((index.Z * extent.Y) + index.Y) * extent.X + index.X;
}
