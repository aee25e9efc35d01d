using System.Numerics;

namespace SymbolicGD.IlgpuTests.Host.Own;

/// <summary>Rules of a user.</summary>
internal static partial class Rules
{
    [UpdateRule]
    public static void FourStates<T>(
        ref T parameter, T gradient, [State] ref T a, [State] ref T b, [State] ref T c, [State] ref T d, [Hyper(0.01)] T learningRate, [Step] int step)
        where T : IFloatingPointIeee754<T>
    {
        a = step == 1 ? gradient : T.Max(a, T.Abs(gradient));
        b += gradient;
        c = gradient > T.Zero ? c + T.One : T.Zero;
        d = parameter;
        parameter -= learningRate * b / (T.One + a + c);
    }

    [UpdateRule]
    public static void Constants<T>(ref T parameter, T gradient, [State] ref T last, [Hyper(0.05)] T learningRate)
        where T : IFloatingPointIeee754<T>
    {
        if (gradient > T.CreateChecked(0.25))
        {
            last = T.CreateChecked(0.5) * (last + gradient);
        }
        else
        {
            last = T.NegativeOne * gradient;
        }

        parameter -= learningRate * T.Exp(T.CreateChecked(-0.125) * last * last) * T.Sqrt(T.Abs(last)) * gradient;
    }

    [UpdateRule]
    public static void Erratic<T>(ref T parameter, T gradient, [Hyper(0.1)] T learningRate)
        where T : IFloatingPointIeee754<T> => parameter -= learningRate * T.Tanh(gradient);

    [UpdateRule]
    public static void FiveStates<T>(
        ref T parameter, T gradient, [State] ref T a, [State] ref T b, [State] ref T c, [State] ref T d, [State] ref T e, [Hyper(0.01)] T learningRate)
        where T : IFloatingPointIeee754<T>
    {
        a += gradient;
        b += a;
        c += b;
        d += c;
        e += d;
        parameter -= learningRate * e;
    }
}
