using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace SymbolicGD;

public abstract partial class ParameterView<T>
{
    // {"format":"SymbolicGD parameters 1","type":"float64","blocks":[{"name":"w","shape":[2],"values":[0.5,"NaN"]}]}
    private const string FormatName = "SymbolicGD parameters 1";

    private static string TypeName => typeof(T) == typeof(float) ? "float32" : "float64";

    /// <summary>
    /// Writes the blocks, with names and shapes, as JSON. Values are exact; NaN and infinities are strings. An existing file is replaced once the
    /// new one is complete.
    /// </summary>
    /// <param name="path">The file.</param>
    public void Save(string path)
    {
        string partial = path + ".partial";
        using (FileStream stream = File.Create(partial))
        {
            Save(stream);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Writes the blocks, with names and shapes, as JSON. Values are exact; NaN and infinities are strings.</summary>
    /// <param name="stream">Where to; left open.</param>
    public void Save(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("format", FormatName);
        writer.WriteString("type", TypeName);
        writer.WriteStartArray("blocks");
        foreach (ParameterBlock block in Layout.Blocks)
        {
            writer.WriteStartObject();
            writer.WriteString("name", block.Name);
            writer.WriteStartArray("shape");
            foreach (int extent in block.Shape)
            {
                writer.WriteNumberValue(extent);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("values");
            foreach (T value in Values.AsSpan(block.Offset, block.Length))
            {
                Write(writer, value);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Save(string)"/> wrote, block by block, by name. Nothing is changed unless all of it fits.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">Not such a file, or a block is missing, unknown or of another shape; the message names it.</exception>
    public void Load(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Load(stream);
    }

    /// <summary>Reads what <see cref="Save(Stream)"/> wrote, block by block, by name. Nothing is changed unless all of it fits.</summary>
    /// <param name="stream">Where from; left open.</param>
    /// <exception cref="InvalidDataException">Not such a file, or a block is missing, unknown or of another shape; the message names it.</exception>
    public void Load(Stream stream)
    {
        var read = new T[Values.Length];
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            Read(document.RootElement, read);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"This is no file of parameters: {e.Message}", e);
        }

        read.CopyTo(Values, 0);
    }

    private void Read(JsonElement root, Span<T> values)
    {
        string? format = root.GetProperty("format").GetString(), type = root.GetProperty("type").GetString();
        if (format != FormatName)
        {
            throw new InvalidDataException($"The format is '{format}'; expected '{FormatName}'.");
        }

        if (type != TypeName && !(type == "float32" && TypeName == "float64"))
        {
            throw new InvalidDataException($"The values are {type}; {TypeName} parameters cannot hold them exactly.");
        }

        Dictionary<string, ParameterBlock> missing = Layout.Blocks.ToDictionary(block => block.Name);
        foreach (JsonElement element in root.GetProperty("blocks").EnumerateArray())
        {
            string name = element.GetProperty("name").GetString() ?? "";
            int[] shape = element.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32()).ToArray();
            if (!missing.Remove(name, out ParameterBlock? block))
            {
                string known = string.Join(", ", Layout.Blocks.Select(b => b.Name));
                throw new InvalidDataException($"Block '{name}' {Text(shape)} is not a parameter, or occurs twice; the parameters are {known}.");
            }

            JsonElement list = element.GetProperty("values");
            if (!shape.SequenceEqual(block.Shape) || list.GetArrayLength() != block.Length)
            {
                throw new InvalidDataException(
                    $"Block '{name}' has shape {Text(shape)} and {list.GetArrayLength()} values; expected {Text(block.Shape)} and {block.Length}.");
            }

            int i = block.Offset;
            foreach (JsonElement value in list.EnumerateArray())
            {
                values[i++] = Read(value);
            }
        }

        if (missing.Count > 0)
        {
            throw new InvalidDataException($"Block '{missing.Keys.First()}', of shape {Text(missing.Values.First().Shape)}, is missing.");
        }
    }

    private static void Write(Utf8JsonWriter writer, T value)
    {
        if (!T.IsFinite(value))
        {
            writer.WriteStringValue(value.ToString(null, CultureInfo.InvariantCulture));
        }
        else if (typeof(T) == typeof(float))
        {
            writer.WriteNumberValue(float.CreateTruncating(value));
        }
        else
        {
            writer.WriteNumberValue(double.CreateTruncating(value));
        }
    }

    private static T Read(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? T.Parse(value.GetString()!, CultureInfo.InvariantCulture)
        : typeof(T) == typeof(float) ? T.CreateTruncating(value.GetSingle()) : T.CreateTruncating(value.GetDouble());

    private static string Text(IReadOnlyList<int> shape) => shape.Count == 0 ? "scalar" : $"[{string.Join(" × ", shape)}]";
}
