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

    private static string[] Narrow() => Program.Start([], ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"));
}
