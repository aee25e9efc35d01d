using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Benchmarks.Device;
using ILGPU;
using ILGPU.Runtime;

var quick = new Option<bool>("--quick") { Description = "Take little data: to see that it runs." };
var cpu = new Option<bool>("--cpu") { Description = "Use ILGPU's CPU accelerator even where there is a GPU." };
var alone = new Option<bool>("--alone") { Description = "Do not time the CPU objective." };
var filter = new Option<string>("--filter") { Description = "Run the workloads whose name contains this.", DefaultValueFactory = _ => "" };
var peer = new Option<FileInfo?>("--peer") { Description = "What torch_device.py printed on the same device: a column of its times." };
var command = new RootCommand("Times losses on a device, on one thread of the CPU, and beside PyTorch.") { quick, cpu, alone, filter, peer };
command.SetAction(parsed => Run(parsed.GetValue(quick), parsed.GetValue(cpu), !parsed.GetValue(alone), parsed.GetValue(filter)!, parsed.GetValue(peer)));
return command.Parse(args).Invoke();

static int Run(bool quick, bool preferCpu, bool withCpu, string filter, FileInfo? peer)
{
    CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
    Dictionary<string, string[]> peers = peer is null
        ? []
        : File.ReadLines(peer.FullName).Select(line => line.Split('\t')).Where(fields => fields.Length >= 2).ToDictionary(fields => fields[0]);
    using Context context = Context.CreateDefault();
    using Accelerator accelerator = context.GetPreferredDevice(preferCpu).CreateAccelerator(context);
    double bandwidth = Bandwidth(accelerator, quick || accelerator.AcceleratorType == AcceleratorType.CPU ? 1 << 20 : 1 << 28);
    Console.WriteLine($"Device: {accelerator.Name} ({accelerator.AcceleratorType}), {accelerator.NumMultiprocessors} multiprocessors; a copy moves {bandwidth / 1e9:N0} GB/s, read and written");
    Console.WriteLine();
    Console.WriteLine("| workload | device, µs | GB/s | GFLOP/s | one thread, µs | PyTorch, µs | × PyTorch | difference |");
    Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|");
    foreach ((string name, Func<Workload> create) in Workloads.All(quick).Where(w => w.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)))
    {
        try
        {
            Workload workload = create();
            Measured measured = workload.Run(accelerator, withCpu);
            double torch = peers.TryGetValue(name, out string[]? fields) ? double.Parse(fields[1], CultureInfo.InvariantCulture) : double.NaN;
            Console.WriteLine(
                $"| {name} | {Microseconds(measured.Device)} | {Rate(workload.Bytes / measured.Device / 1e6)} | {Rate(workload.Operations / measured.Device / 1e6)} | {Microseconds(measured.Cpu)} | "
                + $"{Microseconds(torch)} | {Rate(measured.Device / torch, "N2")} | {measured.Difference:0.0e+0} |");
        }
        catch (Exception exception) when (exception is NotSupportedException or InsufficientMemoryException)
        {
            Console.WriteLine($"| {name} | {exception.Message} |");
        }
    }

    return 0;

    static string Microseconds(double milliseconds) => Rate(1000 * milliseconds, "N1");

    static string Rate(double value, string format = "N0") => double.IsFinite(value) && value > 0 ? value.ToString(format, CultureInfo.InvariantCulture) : "–";
}

// What a copy on the device moves per second, bytes read and written counted.
static double Bandwidth(Accelerator accelerator, int length)
{
    using MemoryBuffer1D<float, Stride1D.Dense> from = accelerator.Allocate1D<float>(length), to = accelerator.Allocate1D<float>(length);
    from.MemSetToZero();
    to.View.CopyFrom(from.View);
    accelerator.Synchronize();
    const int Copies = 20;
    var watch = Stopwatch.StartNew();
    for (int i = 0; i < Copies; i++) to.View.CopyFrom(from.View);
    accelerator.Synchronize();
    return 2.0 * sizeof(float) * length * Copies / watch.Elapsed.TotalSeconds;
}
