using System.Globalization;
using SymbolicGD.RuntimeTests.Threads;
using Xunit;

namespace SymbolicGD.RuntimeTests.Workloads;

/// <summary>First calls, timed: alone, so that other tests do not take the processor away.</summary>
[Collection(nameof(Alone))]
public sealed class StartUpTests
{
    private const int MostProcesses = 5;
    private const double MostTimes = 3;

    // Types are loaded, memory is touched for the first time: 0.3 ms for most workloads, 2 ms for the network, whatever a warm call takes.
    private const double Loading = 4000;

    /// <summary>What a first call takes beside compilation is no more than three warm ones and the loading of types. Who is interrupted may try again.</summary>
    [Fact]
    public void A_first_call_takes_its_compilation_and_no_more_than_three_warm_ones()
    {
        string[] slow = Workload.Names;
        for (int process = 0; process < MostProcesses && slow.Length > 0; process++)
        {
            var lines = Program.Start([StartUp.Argument]).Select(line => line.Split('\t')).ToList();
            Assert.Equal(Workload.Names, lines.Select(line => line[0]));
            slow = [.. slow.Intersect(lines.Where(line => Number(line[1]) - Number(line[2]) > (MostTimes * Number(line[3])) + Loading).Select(line => line[0]))];
        }

        Assert.True(slow.Length == 0, $"beside compilation the first call takes too long: {string.Join(", ", slow)}");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
