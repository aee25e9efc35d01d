using ILGPU.Runtime;

namespace ILGPU.Engine;

internal sealed class KernelLaunch<T1>(Accelerator accelerator, Action<T1> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct
{
    private ValueTuple<T1> arguments;

    private delegate void Step(KernelFrame frame, T1 a1);

    internal override void Invoke() => action(arguments.Item1);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.Item1);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1)
    {
        Take(stream, config);
        arguments = new(a1);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1) => Launch(Accelerator.DefaultStream, config, a1);
}

internal sealed class KernelLaunch<T1, T2>(Accelerator accelerator, Action<T1, T2> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct
{
    private (T1 a1, T2 a2) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2);

    internal override void Invoke() => action(arguments.a1, arguments.a2);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2)
    {
        Take(stream, config);
        arguments = (a1, a2);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2) => Launch(Accelerator.DefaultStream, config, a1, a2);
}

internal sealed class KernelLaunch<T1, T2, T3>(Accelerator accelerator, Action<T1, T2, T3> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct
{
    private (T1 a1, T2 a2, T3 a3) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3)
    {
        Take(stream, config);
        arguments = (a1, a2, a3);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3) => Launch(Accelerator.DefaultStream, config, a1, a2, a3);
}

internal sealed class KernelLaunch<T1, T2, T3, T4>(Accelerator accelerator, Action<T1, T2, T3, T4> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5>(Accelerator accelerator, Action<T1, T2, T3, T4, T5> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8, a9);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11, arguments.a12);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11, arguments.a12);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11, arguments.a12, arguments.a13);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11, arguments.a12, arguments.a13);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
}

internal sealed class KernelLaunch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action) : KernelLaunch(accelerator, action, typeof(Step))
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
{
    private (T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) arguments;

    private delegate void Step(KernelFrame frame, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14);

    internal override void Invoke() => action(arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11, arguments.a12, arguments.a13, arguments.a14);

    internal override void Continue(KernelFrame frame) => ((Step)Steps!)(frame, arguments.a1, arguments.a2, arguments.a3, arguments.a4, arguments.a5, arguments.a6, arguments.a7, arguments.a8, arguments.a9, arguments.a10, arguments.a11, arguments.a12, arguments.a13, arguments.a14);

    internal void Launch(AcceleratorStream stream, KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14)
    {
        Take(stream, config);
        arguments = (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
        Run(config);
    }

    internal void Launch(KernelConfig config, T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) => Launch(Accelerator.DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
}
