namespace GpuSample;

/// <summary>Numbers of the device and of the CPU side by side.</summary>
internal static class Comparison
{
    public static void Header() => Console.WriteLine($"  {"",-24}{"device",16}{"CPU objective",16}");

    public static void Row(string name, double device, double cpu, string format) =>
        Console.WriteLine($"  {name,-24}{device.ToString(format),16}{cpu.ToString(format),16}");

    /// <summary>Whether two numbers are equal up to a relative difference.</summary>
    public static bool Agree(double device, double cpu, double tolerance) => Math.Abs(device - cpu) <= tolerance * Math.Max(1e-12, Math.Abs(cpu));
}
