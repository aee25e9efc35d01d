using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Header;

public sealed class HeaderTests
{
    public static TheoryData<string> Names => new(Losses.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Explains_the_loss(string loss)
    {
        Staged staged = Staged.Of(Losses.All[loss]);
        SymbolicGD.Generator.Pipeline.Write.Header header = staged.Header;
        Assert.All(header.Lines, line => Assert.True(line.Length <= 145, line));
        Snapshot.Match(
            $"{string.Join("\n", header.Lines)}\n\nsummary: {header.Summary}\nremarks: {header.Remarks}\n", "Header", loss);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_after_all_passes(string loss) => Snapshot.Match(IrPrinter.Print(Staged.Of(Losses.All[loss]).Gradient), "Optimize", loss);
}
