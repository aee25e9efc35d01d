using System.Diagnostics;
using SymbolicGD.RuntimeTests.Threads;
using SymbolicGD.RuntimeTests.Workloads;
using Xunit;

namespace SymbolicGD.RuntimeTests;

/// <summary>What the tests do when they are started as a program: some things show in a process of its own only.</summary>
internal static class Program
{
    /// <summary>Starts the tests as a program.</summary>
    /// <returns>The lines that it prints.</returns>
    public static string[] Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[typeof(Program).Assembly.Location, .. arguments]) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static void Main(string[] arguments)
    {
        foreach (string line in arguments is [StartUp.Argument] ? StartUp.Report() : BitsOf.Report()) Console.WriteLine(line);
    }
}
