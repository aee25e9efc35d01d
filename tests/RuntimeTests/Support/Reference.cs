using System.Text.Json;

namespace SymbolicGD.RuntimeTests;

/// <summary>Files of <c>Reference/</c>.</summary>
internal static class Reference
{
    public static JsonElement Read(string name)
    {
        using Stream stream = typeof(Reference).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }

    public static double[] Doubles(this JsonElement element) => element.EnumerateArray().Select(v => v.GetDouble()).ToArray();

    public static double Number(this JsonElement element, string property) => element.GetProperty(property).GetDouble();
}
