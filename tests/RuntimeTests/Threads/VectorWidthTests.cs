using System.Diagnostics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Threads;

/// <summary>Generated objectives in a process without vectors of 512 bits.</summary>
public sealed class VectorWidthTests
{
    [Fact]
    public void Results_have_the_same_bits_on_machines_of_256_bits()
    {
        string[] here = [.. BitsOf.Report()], there = Narrow();
        Assert.Equal("256", there[0]);
        string[] other = [.. here.Zip(there).Skip(1).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First} there {pair.Second.Split(' ')[^1]}")];
        Assert.Equal(here.Length, there.Length);
        Assert.True(other.Length == 0, string.Join(Environment.NewLine, other));
    }

    private static string[] Narrow()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList = { typeof(VectorWidthTests).Assembly.Location },
            Environment = { ["DOTNET_EnableAVX512"] = "0", ["DOTNET_EnableAVX512F"] = "0" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

/// <summary>What the tests do when they are started as a program.</summary>
internal static class Program
{
    private static void Main()
    {
        foreach (string line in BitsOf.Report()) Console.WriteLine(line);
    }
}
