namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>A type of several numbers: one of the file's own, a tuple, or a vector of System.Numerics.</summary>
/// <param name="Name">For the coverage report.</param>
/// <param name="Text">The type as C# writes it.</param>
/// <param name="Numbers">The members that are real numbers, with a dot where they are reached through another.</param>
/// <param name="Settable">Those that can be assigned to.</param>
/// <param name="Parts">The numbers that <see cref="New"/> takes.</param>
/// <param name="New">A new one from the texts of its numbers.</param>
internal sealed record AggregateType(string Name, string Text, string[] Numbers, string[] Settable, int Parts, Func<string[], string> New)
{
    /// <summary>The members that <c>with</c> can set.</summary>
    public string[] With { get; init; } = [];

    /// <summary>Whether it can be taken apart into <see cref="Parts"/> numbers.</summary>
    public bool Deconstructs { get; init; }

    /// <summary>Whether it is a class.</summary>
    public bool IsClass { get; init; }

    public bool IsVector => Name is "Vec" or "Vector2" or "Vector3";

    /// <param name="suffix">That of the file's own types: D or F.</param>
    public static AggregateType[] All(string real, string suffix)
    {
        string vec = "Vec" + suffix, state = "State" + suffix, frame = "Frame" + suffix, line = "Line" + suffix;
        AggregateType[] own =
        [
            new("Vec", vec, ["X", "Y"], [], 2, p => $"new {vec}({p[0]}, {p[1]})") { With = ["X", "Y"], Deconstructs = true },
            new("Vec", vec, ["X", "Y"], [], 2, p => $"({vec})({p[0]}, {p[1]})") { With = ["X", "Y"], Deconstructs = true },
            new("State", state, ["Position", "Velocity", "Level"], ["Position", "Velocity", "Level"], 2, p => $"new {state}({p[0]}, {p[1]})") { With = ["Position", "Velocity"] },
            new("Frame", frame, ["Origin.X", "Origin.Y", "Scale"], [], 3, p => $"new {frame}(new {vec}({p[0]}, {p[1]}), {p[2]}, 1)"),
            new("Pair<T>", $"Pair<{real}>", ["First", "Second"], ["First", "Second"], 2, p => $"new Pair<{real}>({p[0]}, {p[1]})"),
            new("Pair<Vec>", $"Pair<{vec}>", ["First.X", "First.Y", "Second.X", "Second.Y"], [], 4, p => $"new Pair<{vec}>(new {vec}({p[0]}, {p[1]}), new({p[2]}, {p[3]}))"),
            new("record class", line, ["Slope", "Through.X", "Offset"], [], 4, p => $"new {line}({p[0]}, new({p[1]}, {p[2]})) {{ Offset = {p[3]} }}") { With = ["Slope", "Offset"], IsClass = true },
            new("tuple", $"({real} A, {real} B)", ["A", "B"], ["A", "Item2"], 2, p => $"({p[0]}, {p[1]})") { With = ["B"], Deconstructs = true },
            new("tuple of a struct", $"({vec} V, {real} S)", ["V.X", "V.Y", "S"], ["S"], 3, p => $"(new {vec}({p[0]}, {p[1]}), {p[2]})"),
        ];
        return suffix == "D" ? own :
        [
            .. own,
            new("Vector2", "Vector2", ["X", "Y"], ["X", "Y"], 2, p => $"new Vector2({p[0]}, {p[1]})"),
            new("Vector3", "Vector3", ["X", "Y", "Z"], ["X", "Z"], 3, p => $"new Vector3({p[0]}, {p[1]}, {p[2]})"),
        ];
    }
}
