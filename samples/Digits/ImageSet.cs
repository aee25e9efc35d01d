using System.Buffers.Binary;
using System.IO.Compression;

namespace DigitsSample;

/// <summary>Images with the digits that they show.</summary>
/// <param name="Pixels">n × <see cref="PixelsPerImage"/> values from 0 to 1, image after image.</param>
/// <param name="Digits">The n digits.</param>
/// <param name="PixelsPerImage">The number of pixels of one image.</param>
internal sealed record ImageSet(float[] Pixels, int[] Digits, int PixelsPerImage)
{
    /// <summary>The number of images, n.</summary>
    public int Count => Digits.Length;

    /// <summary>One image.</summary>
    public ReadOnlySpan<float> Image(int index) => Pixels.AsSpan(index * PixelsPerImage, PixelsPerImage);

    /// <summary>The images from one on.</summary>
    public ImageSet Part(int start, int count) =>
        new(Pixels[(start * PixelsPerImage)..((start + count) * PixelsPerImage)], Digits[start..(start + count)], PixelsPerImage);

    /// <summary>Reads the two gzipped IDX files that lie beside the program.</summary>
    public static ImageSet Load()
    {
        (int[] shape, byte[] pixels) = ReadIdx("images10k.idx3-ubyte.gz");
        (int[] count, byte[] digits) = ReadIdx("labels10k.idx1-ubyte.gz");
        if (shape.Length != 3 || count.Length != 1 || shape[0] != count[0]) throw new InvalidDataException("Images and labels do not belong together.");
        return new ImageSet([.. pixels.Select(p => p / 255f)], [.. digits.Select(d => (int)d)], shape[1] * shape[2]);
    }

    /// <summary>An IDX file of bytes: two zeros, the type, the number of dimensions, each as a big-endian number, and the values.</summary>
    private static (int[] Shape, byte[] Values) ReadIdx(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", "digits", name));
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        unzipped.CopyTo(memory);
        byte[] bytes = memory.ToArray();
        const byte UnsignedByte = 8;
        if (bytes.Length < 4 || bytes[2] != UnsignedByte) throw new InvalidDataException($"{name} is no IDX file of bytes.");
        int[] shape = [.. Enumerable.Range(1, bytes[3]).Select(d => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 * d)))];
        byte[] values = bytes[(4 * (1 + shape.Length))..];
        int expected = shape.Aggregate(1, (product, extent) => checked(product * extent));
        return values.Length == expected ? (shape, values) : throw new InvalidDataException($"{name} has {values.Length} values instead of {expected}.");
    }
}
