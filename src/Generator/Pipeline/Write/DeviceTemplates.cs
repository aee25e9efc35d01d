using System.Reflection;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Source that every compilation with kernels for devices gets: it cannot lie in the runtime, which knows nothing of ILGPU.</summary>
internal static class DeviceTemplates
{
    private const string Prefix = "SymbolicGD.Device.";

    private static readonly Lazy<IReadOnlyList<(string Name, string Text)>> s_files = new(Read);

    /// <param name="single">Whether a loss of type float has kernels.</param>
    /// <param name="twice">Whether one of type double has.</param>
    public static IEnumerable<(string HintName, string Text)> Files(bool single, bool twice)
    {
        if (!single && !twice) yield break;
        foreach ((string name, string text) in s_files.Value)
        {
            // Most are written for one type of numbers, which a line at their top names.
            bool isTyped = text.IndexOf("using Real = ", StringComparison.Ordinal) >= 0;
            if (!isTyped) yield return (Prefix + name + ".g.cs", text);
            if (isTyped && single) yield return (Prefix + name + ".Float32.g.cs", text);
            if (isTyped && twice) yield return (Prefix + name + ".Float64.g.cs", text.Replace("using Real = System.Single;", "using Real = System.Double;").Replace(NamespaceOf(ScalarType.F32), NamespaceOf(ScalarType.F64)));
        }
    }

    public static string NamespaceOf(ScalarType real) => real == ScalarType.F32 ? "SymbolicGD.Device.Float32" : "SymbolicGD.Device.Float64";

    private static IReadOnlyList<(string, string)> Read()
    {
        Assembly assembly = typeof(DeviceTemplates).Assembly;
        var files = new List<(string, string)>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Device", StringComparison.Ordinal)).OrderBy(n => n, StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            files.Add((resource.Substring(0, resource.Length - ".cs".Length), reader.ReadToEnd().Replace("\r\n", "\n")));
        }

        return files;
    }
}
