using System.CommandLine;
using System.Globalization;
using GpuSample;
using ILGPU;
using ILGPU.Runtime;

var quick = new Option<bool>("--quick") { Description = "Take little data and a small network." };
var cpu = new Option<bool>("--cpu") { Description = "Use ILGPU's CPU accelerator even where there is a GPU." };
var command = new RootCommand("Trains a network and fits a mixture of Gaussians on a GPU and on the CPU, with derivatives that were taken when this program was built.")
{
    quick, cpu,
};
command.SetAction(parsed => Run(parsed.GetValue(quick), parsed.GetValue(cpu)));
return command.Parse(args).Invoke();

static int Run(bool quick, bool preferCpu)
{
    CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
    using Context context = Context.CreateDefault();
    using Accelerator accelerator = context.GetPreferredDevice(preferCpu).CreateAccelerator(context);
    bool isGpu = accelerator.AcceleratorType != AcceleratorType.CPU;
    Console.WriteLine($"Device: {accelerator.Name} ({accelerator.AcceleratorType}), {accelerator.NumMultiprocessors:N0} multiprocessors, "
        + $"{accelerator.MaxNumThreadsPerGroup:N0} threads in a group{(isGpu ? $", {accelerator.MemorySize / 1e9:N1} GB" : "")}");
    if (!isGpu)
    {
        Console.WriteLine(preferCpu ? "This is ILGPU's CPU accelerator." : "There is no GPU that ILGPU finds, so this is its CPU accelerator.");
        Console.WriteLine("It runs the kernels as they are, each thread of a group as a thread of the system that waits at every barrier: to check what kernels compute,");
        Console.WriteLine("not for speed. Its times say nothing of a GPU's, and little data is taken, as with --quick.");
    }

    bool isSmall = quick || !isGpu;
    bool good = DigitsTraining.Run(accelerator, isSmall);
    good &= MixtureFit.Run(accelerator, isSmall);
    Console.WriteLine();
    Console.WriteLine(good ? "Device and CPU agree." : "Device and CPU do not agree, or one of them has not learned what it should.");
    return good ? 0 : 1;
}
