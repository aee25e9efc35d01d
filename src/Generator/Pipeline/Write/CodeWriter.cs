using System.Text;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Lines of C# with their indentation; lines can be added later at a bookmark.</summary>
internal sealed class CodeWriter
{
    private readonly List<string> _lines = [];
    private readonly List<Bookmark> _marks = [];
    private int _indent;

    public int LineCount => _lines.Count;

    /// <summary>The last line that is not empty.</summary>
    public string LastLine => _lines.LastOrDefault(l => l.Length > 0) ?? string.Empty;

    public void Line(string text = "")
    {
        // A literal of several lines keeps its own relative indentation.
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.TrimEnd();
            _lines.Add(trimmed.Length == 0 ? string.Empty : new string(' ', _indent * 4) + trimmed);
        }
    }

    /// <summary>One empty line, unless the last line is empty or opens a block.</summary>
    public void Gap()
    {
        if (_lines.Count > 0 && _lines[_lines.Count - 1] is { Length: > 0 } last && !last.EndsWith("{", StringComparison.Ordinal)) _lines.Add(string.Empty);
    }

    /// <summary>A header line and a block in braces that ends when the result is disposed.</summary>
    public BlockScope Block(string header)
    {
        if (header.Length > 0) Line(header);
        Line("{");
        _indent++;
        return new BlockScope(this);
    }

    /// <summary>A place before which <see cref="InsertAt"/> can add lines while later ones are already written.</summary>
    public Bookmark Mark()
    {
        var mark = new Bookmark(_lines.Count, _indent);
        _marks.Add(mark);
        return mark;
    }

    public void InsertAt(Bookmark mark, string text)
    {
        int line = mark.Line;
        _lines.Insert(line, new string(' ', mark.Indent * 4) + text);
        foreach (Bookmark other in _marks.Where(m => m == mark || m.Line > line)) other.Line++;
    }

    /// <summary>An empty line after each block, where more follows.</summary>
    public void SpaceOut()
    {
        for (int k = _lines.Count - 2; k >= 0; k--)
        {
            string next = _lines[k + 1].Trim();
            if (_lines[k].Trim() == "}" && next.Length > 0 && next[0] != '}' && next != "else") _lines.Insert(k + 1, string.Empty);
        }
    }

    /// <summary>Adds a line at a bookmark, which stays in front of it.</summary>
    public void InsertBefore(Bookmark mark, string text)
    {
        int line = mark.Line;
        InsertAt(mark, text);
        mark.Line = line;
    }

    /// <summary>Whether a variable is named in a line after a bookmark.</summary>
    public bool NamesSince(Bookmark mark, string variable)
    {
        var word = new System.Text.RegularExpressions.Regex($@"\b{System.Text.RegularExpressions.Regex.Escape(variable)}\b");
        return _lines.Skip(mark.Line).Any(word.IsMatch);
    }

    public void Append(CodeWriter other)
    {
        foreach (string line in other._lines) Line(line);
    }

    /// <param name="end">What follows the last line.</param>
    public void Append(CodeWriter other, int indent, string end)
    {
        _indent += indent;
        for (int k = 0; k < other._lines.Count; k++) Line(other._lines[k] + (k == other._lines.Count - 1 ? end : string.Empty));
        _indent -= indent;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (string line in _lines) text.Append(line).Append('\n');
        return text.ToString();
    }

    internal sealed class Bookmark(int line, int indent)
    {
        public int Line { get; set; } = line;

        public int Indent { get; } = indent;
    }

    internal readonly struct BlockScope(CodeWriter writer) : IDisposable
    {
        public void Dispose()
        {
            writer._indent--;
            writer.Line("}");
        }
    }
}
