using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SymbolicGD.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Numerics;

/// <summary>The same bits at every width: what makes one emitted kernel reproducible across machines.</summary>
public sealed class VectorMathWidthTests
{
    // FNV-1a over the results of all functions that do not go to the platform's library. Machines with any vector width agree on them;
    // after a deliberate change of a kernel, take the new value from the failing test.
    private const ulong Golden = 0xF4611FBE488881D4;

    private static readonly string[] PerLane = ["Rem", "Cbrt", "LogGamma", "Digamma", "Trigamma"];

    public static TheoryData<string, string> Methods
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (MethodInfo method in Public())
            {
                data.Add(method.Name, method.ReturnType.GetGenericArguments()[0].Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void NarrowerRegistersGiveTheSameBits(string name, string element)
    {
        if (element == nameof(Double))
        {
            AssertSameBits<double>(name, Operands().ToArray());
        }
        else
        {
            AssertSameBits<float>(name, [.. Operands().Select(x => (float)x)]);
        }
    }

    [Fact]
    public void AllMachinesGiveTheSameBits()
    {
        ulong hash = 14695981039346656037;
        foreach (MethodInfo method in Public().Where(m => !PerLane.Contains(m.Name)).OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.ReturnType.GetGenericArguments()[0].Name, StringComparer.Ordinal))
        {
            bool isDouble = method.ReturnType == typeof(Vector512<double>);
            double[] operands = [.. Operands().Where(x => !(Math.Abs(x) > 60000))];          // sines beyond are the platform's
            for (int i = 0; i + 16 <= operands.Length; i += 8)
            {
                double[] results = isDouble
                    ? Results<double>(method, 64, operands.AsSpan(i, 8).ToArray(), operands.AsSpan(i + 5, 8).ToArray())
                    : [.. Results<float>(method, 64, [.. operands.Skip(i).Take(16).Select(x => (float)x)], [.. operands.Skip(i).Take(16).Reverse().Select(x => (float)x)]).Select(x => (double)x)];
                foreach (double result in results)
                {
                    ulong bits = double.IsNaN(result) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(result);
                    hash = (hash ^ bits) * 1099511628211;
                }
            }
        }

        Assert.True(hash == Golden, $"The results hash to 0x{hash:X16}.");
    }

    private static IEnumerable<MethodInfo> Public() =>
        typeof(VectorMath).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.ReturnType.IsGenericType && m.GetParameters().All(p => p.ParameterType == m.ReturnType));

    private static IEnumerable<double> Operands()
    {
        double[] ends = [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 2.3e-308, 1e-40, double.MaxValue, 3e38, 0.5, -0.5, 2, 709.5];
        foreach (double end in ends)
        {
            yield return end;
        }

        var random = new Random(5);
        for (int i = 0; i < 240; i++)
        {
            yield return (i % 3) switch
            {
                0 => random.NextDouble() * 4 - 2,
                1 => random.NextDouble() * 200 - 100,
                _ => Math.ScaleB(1 + random.NextDouble(), random.Next(-60, 60)),
            };
        }
    }

    private static void AssertSameBits<T>(string name, T[] operands)
        where T : struct
    {
        MethodInfo wide = Find<T>(name, typeof(Vector512<>));
        for (int bytes = 16; bytes <= 32; bytes *= 2)
        {
            MethodInfo narrow = Find<T>(name, bytes == 32 ? typeof(Vector256<>) : typeof(Vector128<>));
            int wideCount = Vector512<T>.Count, count = bytes / Unsafe.SizeOf<T>();
            for (int i = 0; i + 2 * wideCount <= operands.Length; i += wideCount)
            {
                T[] x = operands[i..(i + wideCount)], y = operands[(i + 5)..(i + 5 + wideCount)];
                T[] expected = Results(wide, 64, x, y);
                for (int part = 0; part < wideCount; part += count)
                {
                    Assert.Equal(expected[part..(part + count)], Results(narrow, bytes, x[part..(part + count)], y[part..(part + count)]));
                }
            }
        }
    }

    private static MethodInfo Find<T>(string name, Type vector) =>
        typeof(VectorMath).GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Single(m => m.Name == name && m.ReturnType == vector.MakeGenericType(typeof(T)) && m.GetParameters().All(p => p.ParameterType == m.ReturnType));

    private static T[] Results<T>(MethodInfo method, int bytes, T[] x, T[] y)
        where T : struct
    {
        object[] operands = [.. new[] { x, y }.Take(method.GetParameters().Length).Select(v => Load(bytes, v))];
        var results = new T[x.Length];
        Store(method.Invoke(null, operands)!, results);
        return results;
    }

    private static object Load<T>(int bytes, T[] values)
        where T : struct => bytes switch
        {
            64 => Vector512.Create(values),
            32 => Vector256.Create(values),
            _ => Vector128.Create(values),
        };

    private static void Store<T>(object vector, T[] values)
        where T : struct
    {
        switch (vector)
        {
            case Vector512<T> v: v.CopyTo(values); break;
            case Vector256<T> v: v.CopyTo(values); break;
            case Vector128<T> v: v.CopyTo(values); break;
        }
    }
}
