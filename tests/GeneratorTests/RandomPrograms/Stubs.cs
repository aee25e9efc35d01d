namespace SymbolicGD.GeneratorTests.RandomPrograms;
internal static class Stubs
{
    public static string Apply(string source)
    {
        var have = typeof(Sym).GetMethods().Select(m => m.Name).ToHashSet();
        foreach (string name in new[] { "Erf", "Erfc", "Gelu", "NormalCdf", "Digamma", "LogGamma", "Norm", "LogSumExp", "SoftMax" })
        {
            if (!have.Contains(name)) source = source.Replace("Sym." + name + "(", "Stub." + name + "(");
        }
        string body = "";
        foreach (string r in new[] { "double", "float" })
        {
            string m = r == "double" ? "Math" : "MathF";
            foreach (string name in new[] { "Erf", "Erfc", "Gelu", "NormalCdf" }) body += $"public static {r} {name}({r} x) => {m}.Tanh(x);\n";
            foreach (string name in new[] { "Digamma", "LogGamma" }) body += $"public static {r} {name}({r} x) => {m}.Log(x);\n";
            body += $"public static {r} Norm(ReadOnlySpan<{r}> x) => TensorPrimitives.Norm(x);\n";
            body += $"public static {r} LogSumExp(ReadOnlySpan<{r}> x) {{ {r} s = 0; foreach ({r} v in x) s += {m}.Exp(v); return {m}.Log(s); }}\n";
            body += $"public static void SoftMax(ReadOnlySpan<{r}> x, Span<{r}> y) => TensorPrimitives.SoftMax(x, y);\n";
        }
        return source + "\n    internal static class Stub {\n" + body + "}\n";
    }
}
