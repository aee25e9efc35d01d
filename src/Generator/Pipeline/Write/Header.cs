using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

internal sealed record Header(IReadOnlyList<string> Lines, string Summary, string Remarks, string Description);

internal static class HeaderText
{
    public static Header Create(LossSpec spec, Function loss, Function gradient, EquatableArray<Rewrite> rewrites) =>
        new([], $"Objective of {spec.Method}.", "", spec.Method);
}
