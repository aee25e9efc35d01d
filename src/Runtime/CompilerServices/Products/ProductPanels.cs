using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <summary>Copies a factor of a product into panels: for each k the values of one tile's rows or columns, side by side.</summary>
internal static class ProductPanels
{
    private const int LineBytes = 64;

    /// <summary>
    /// The operand's <paramref name="count"/> rows or columns from <paramref name="first"/>, in panels of <paramref name="width"/>, <paramref name="pitch"/>·width apart: panel p has at k·width + r
    /// the value at (first + p·width + r, start + k), and zero beyond the last.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Pack<T>(ProductOperand<T> operand, int first, int count, int start, int depth, int pitch, int width, ref T panels)
        where T : unmanaged
    {
        int whole = count / width * width, rest = count - whole;
        if (rest > 0)
        {
            ref T last = ref Unsafe.Add(ref panels, (nint)whole * pitch);
            for (int k = 0; k < depth; k++)
            {
                MemoryMarshal.CreateSpan(ref Unsafe.Add(ref last, (k * width) + rest), width - rest).Clear();
            }
        }

        if (operand.IsAlongSum)
        {
            for (int i = 0; i < count; i += width)
            {
                Transpose(operand, first + i, Math.Min(width, count - i), first + count, start, depth, width, ref Unsafe.Add(ref panels, (nint)i * pitch));
            }

            return;
        }

        // Row after row, across all panels: the processor fetches ahead along a row, and no further.
        for (int k = 0; k < depth; k++)
        {
            ref T from = ref operand.At(first, start + k);
            ref T to = ref Unsafe.Add(ref panels, (nint)k * width);
            for (int i = 0; i < whole; i += width)
            {
                CopyWhole(ref from, ref to, width);
                from = ref Unsafe.Add(ref from, width);
                to = ref Unsafe.Add(ref to, (nint)width * pitch);
            }

            if (rest > 0) MemoryMarshal.CreateReadOnlySpan(ref from, rest).CopyTo(MemoryMarshal.CreateSpan(ref to, rest));
        }
    }

    /// <summary>A line of one of the widths that tiles have: 24, 48, 64, 96 or 128 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyWhole<T>(ref T from, ref T to, int width)
        where T : unmanaged
    {
        ref byte source = ref Unsafe.As<T, byte>(ref from), target = ref Unsafe.As<T, byte>(ref to);
        nuint bytes = (nuint)(width * Unsafe.SizeOf<T>());
        if (bytes >= 64)
        {
            Vector512.LoadUnsafe(ref source).StoreUnsafe(ref target);
            if (bytes == 128) Vector512.LoadUnsafe(ref source, 64).StoreUnsafe(ref target, 64);
            if (bytes == 96) Vector256.LoadUnsafe(ref source, 64).StoreUnsafe(ref target, 64);
        }
        else
        {
            Vector128.LoadUnsafe(ref source).StoreUnsafe(ref target);
            if (bytes == 48) Vector256.LoadUnsafe(ref source, 16).StoreUnsafe(ref target, 16);
            else Vector64.LoadUnsafe(ref source, 16).StoreUnsafe(ref target, 16);
        }
    }

    /// <summary>Whole vectors of rows where the machine has them, then blocks of four by four; the last ones overlap those before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose<T>(ProductOperand<T> operand, int first, int count, int end, int start, int depth, int width, ref T panel)
        where T : unmanaged
    {
        const int Side = 4;
        if (count < Side || depth < Side)
        {
            for (int r = 0; r < count; r++)
            {
                ref T from = ref operand.At(first + r, start);
                for (int k = 0; k < depth; k++) Unsafe.Add(ref panel, (k * width) + r) = Unsafe.Add(ref from, k);
            }

            return;
        }

        int done = 0;
        if (Avx512F.IsSupported)
        {
            int side = Vector512<T>.Count, columns = Vector128<T>.Count;
            for (; done + side <= count; done += side)
            {
                TransposeLines(operand, first + done, Math.Min(first + done + side, end - side), start, depth / columns * columns, width, ref Unsafe.Add(ref panel, done));
                for (int k = depth / columns * columns; k < depth; k++)
                {
                    for (int r = 0; r < side; r++) Unsafe.Add(ref panel, (k * width) + done + r) = operand.At(first + done + r, start + k);
                }
            }
        }

        for (int r = done; r < count; r += Side)
        {
            r = Math.Min(r, count - Side);
            ref T a = ref operand.At(first + r, start);
            ref T b = ref operand.At(first + r + 1, start);
            ref T c = ref operand.At(first + r + 2, start);
            ref T d = ref operand.At(first + r + 3, start);
            for (int k = 0; k < depth; k += Side)
            {
                k = Math.Min(k, depth - Side);
                TransposeFour(
                    ref Unsafe.Add(ref a, k), ref Unsafe.Add(ref b, k), ref Unsafe.Add(ref c, k), ref Unsafe.Add(ref d, k),
                    ref Unsafe.Add(ref panel, (k * width) + r), width);
            }
        }
    }

    /// <summary>
    /// As many rows as a vector of 512 bits has lanes, four columns (of doubles two) at a time: 128 bits of every fourth row make a vector. Meanwhile the
    /// rows from <paramref name="next"/> are fetched: listed rows come from far away.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TransposeLines<T>(ProductOperand<T> operand, int first, int next, int start, int depth, int width, ref T panel)
        where T : unmanaged
    {
        int step = Vector128<T>.Count;
        Span<nint> rows = stackalloc nint[16], nextRows = stackalloc nint[16];
        ref T values = ref operand.At(first, start);
        for (int r = 0; r < Vector512<T>.Count; r++)
        {
            rows[r] = Unsafe.ByteOffset(ref values, ref operand.At(first + r, start));
            nextRows[r] = Unsafe.ByteOffset(ref values, ref operand.At(next + r, start));
        }

        for (int k = 0; k < depth; k += step)
        {
            ref T to = ref Unsafe.Add(ref panel, k * width);
            ref T from = ref Unsafe.Add(ref values, k);
            if (k * Unsafe.SizeOf<T>() % LineBytes == 0)
            {
                foreach (nint row in nextRows[..Vector512<T>.Count]) Lanes.Prefetch(ref Unsafe.AddByteOffset(ref from, row));
            }

            if (typeof(T) == typeof(float))
            {
                Vector512<float> a = Every(ref from, rows, 0, 4).AsSingle(), b = Every(ref from, rows, 1, 4).AsSingle();
                Vector512<float> c = Every(ref from, rows, 2, 4).AsSingle(), d = Every(ref from, rows, 3, 4).AsSingle();
                Vector512<double> abLow = Avx512F.UnpackLow(a, b).AsDouble(), abHigh = Avx512F.UnpackHigh(a, b).AsDouble();
                Vector512<double> cdLow = Avx512F.UnpackLow(c, d).AsDouble(), cdHigh = Avx512F.UnpackHigh(c, d).AsDouble();
                Avx512F.UnpackLow(abLow, cdLow).As<double, T>().StoreUnsafe(ref to);
                Avx512F.UnpackHigh(abLow, cdLow).As<double, T>().StoreUnsafe(ref Unsafe.Add(ref to, width));
                Avx512F.UnpackLow(abHigh, cdHigh).As<double, T>().StoreUnsafe(ref Unsafe.Add(ref to, 2 * width));
                Avx512F.UnpackHigh(abHigh, cdHigh).As<double, T>().StoreUnsafe(ref Unsafe.Add(ref to, 3 * width));
            }
            else
            {
                Vector512<double> a = Every(ref from, rows, 0, 2).AsDouble(), b = Every(ref from, rows, 1, 2).AsDouble();
                Avx512F.UnpackLow(a, b).As<double, T>().StoreUnsafe(ref to);
                Avx512F.UnpackHigh(a, b).As<double, T>().StoreUnsafe(ref Unsafe.Add(ref to, width));
            }
        }
    }

    /// <summary>128 bits of each of four rows, the first and those some rows on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Every<T>(ref T values, Span<nint> rows, int first, int step)
        where T : unmanaged
    {
        ref nint row = ref MemoryMarshal.GetReference(rows);
        Vector512<float> result = Vector128.LoadUnsafe(ref Unsafe.AddByteOffset(ref values, Unsafe.Add(ref row, first))).AsSingle().ToVector256Unsafe().ToVector512Unsafe();
        result = Avx512F.InsertVector128(result, Vector128.LoadUnsafe(ref Unsafe.AddByteOffset(ref values, Unsafe.Add(ref row, first + step))).AsSingle(), 1);
        result = Avx512F.InsertVector128(result, Vector128.LoadUnsafe(ref Unsafe.AddByteOffset(ref values, Unsafe.Add(ref row, first + (2 * step)))).AsSingle(), 2);
        result = Avx512F.InsertVector128(result, Vector128.LoadUnsafe(ref Unsafe.AddByteOffset(ref values, Unsafe.Add(ref row, first + (3 * step)))).AsSingle(), 3);
        return result.As<float, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour<T>(ref T a, ref T b, ref T c, ref T d, ref T to, nint width)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Vector128<float> va = Vector128.LoadUnsafe(ref a).AsSingle(), vb = Vector128.LoadUnsafe(ref b).AsSingle();
            Vector128<float> vc = Vector128.LoadUnsafe(ref c).AsSingle(), vd = Vector128.LoadUnsafe(ref d).AsSingle();
            Vector128<double> abLow = ZipLow(va, vb).AsDouble(), abHigh = ZipHigh(va, vb).AsDouble();
            Vector128<double> cdLow = ZipLow(vc, vd).AsDouble(), cdHigh = ZipHigh(vc, vd).AsDouble();
            Store(ZipLow(abLow, cdLow).As<double, T>(), ref to, 0);
            Store(ZipHigh(abLow, cdLow).As<double, T>(), ref to, width);
            Store(ZipLow(abHigh, cdHigh).As<double, T>(), ref to, 2 * width);
            Store(ZipHigh(abHigh, cdHigh).As<double, T>(), ref to, 3 * width);
        }
        else if (Avx.IsSupported)
        {
            Vector256<double> va = Vector256.LoadUnsafe(ref a).AsDouble(), vb = Vector256.LoadUnsafe(ref b).AsDouble();
            Vector256<double> vc = Vector256.LoadUnsafe(ref c).AsDouble(), vd = Vector256.LoadUnsafe(ref d).AsDouble();
            Vector256<double> abEven = Avx.UnpackLow(va, vb), abOdd = Avx.UnpackHigh(va, vb), cdEven = Avx.UnpackLow(vc, vd), cdOdd = Avx.UnpackHigh(vc, vd);
            Store(Avx.Permute2x128(abEven, cdEven, 0x20).As<double, T>(), ref to, 0);
            Store(Avx.Permute2x128(abOdd, cdOdd, 0x20).As<double, T>(), ref to, width);
            Store(Avx.Permute2x128(abEven, cdEven, 0x31).As<double, T>(), ref to, 2 * width);
            Store(Avx.Permute2x128(abOdd, cdOdd, 0x31).As<double, T>(), ref to, 3 * width);
        }
        else
        {
            TransposeTwo(ref a, ref b, ref to, width);
            TransposeTwo(ref c, ref d, ref Unsafe.Add(ref to, 2), width);
            TransposeTwo(ref Unsafe.Add(ref a, 2), ref Unsafe.Add(ref b, 2), ref Unsafe.Add(ref to, 2 * width), width);
            TransposeTwo(ref Unsafe.Add(ref c, 2), ref Unsafe.Add(ref d, 2), ref Unsafe.Add(ref to, (2 * width) + 2), width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeTwo<T>(ref T a, ref T b, ref T to, nint width)
        where T : unmanaged
    {
        Vector128<double> va = Vector128.LoadUnsafe(ref a).AsDouble(), vb = Vector128.LoadUnsafe(ref b).AsDouble();
        Store(ZipLow(va, vb).As<double, T>(), ref to, 0);
        Store(ZipHigh(va, vb).As<double, T>(), ref to, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector128<T> values, ref T to, nint offset) => values.StoreUnsafe(ref Unsafe.Add(ref to, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector256<T> values, ref T to, nint offset) => values.StoreUnsafe(ref Unsafe.Add(ref to, offset));

    /// <summary>(a₀, b₀, a₁, b₁).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>(a₂, b₂, a₃, b₃).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);

    /// <summary>(a₀, b₀).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipLow(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0]);

    /// <summary>(a₁, b₁).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipHigh(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[1], b[1]);
}
