using System.Buffers;

namespace SymbolicGD;

/// <summary>The epochs of a fit so far, in memory that fits share one after the other: noting one allocates nothing, once fits as long have run.</summary>
internal sealed class FitHistory : IDisposable
{
    private const int FirstLength = 256;

    private FitEpoch[] epochs = ArrayPool<FitEpoch>.Shared.Rent(FirstLength);
    private int count;

    /// <summary>The value of the latest epoch; NaN before the first.</summary>
    public double LastValue => count > 0 ? epochs[count - 1].Value : double.NaN;

    public void Add(in FitEpoch epoch)
    {
        if (count == epochs.Length)
        {
            FitEpoch[] longer = ArrayPool<FitEpoch>.Shared.Rent(2 * count);
            epochs.CopyTo(longer, 0);
            ArrayPool<FitEpoch>.Shared.Return(epochs);
            epochs = longer;
        }

        epochs[count++] = epoch;
    }

    /// <summary>What a result keeps.</summary>
    public FitEpoch[] ToArray() => epochs.AsSpan(0, count).ToArray();

    public void Dispose()
    {
        ArrayPool<FitEpoch>.Shared.Return(epochs);
        epochs = [];
        count = 0;
    }
}
