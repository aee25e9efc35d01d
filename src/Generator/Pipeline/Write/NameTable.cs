namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Hands out C# identifiers, each once, as close to the wanted name as possible.</summary>
internal sealed class NameTable
{
    private static readonly string[] s_keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto",
        "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out",
        "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort",
        "using", "virtual", "void", "volatile", "while",
    ];

    private readonly HashSet<string> _taken = new(s_keywords);
    private int _temporaries;

    public NameTable(params string[] reserved) => _taken.UnionWith(reserved);

    /// <param name="wanted">Null for a numbered temporary.</param>
    public string Unique(string? wanted)
    {
        if (wanted is null)
        {
            string temporary;
            do temporary = "t" + NumberText.Integer(++_temporaries);
            while (!_taken.Add(temporary));
            return temporary;
        }

        string name = Identifier(wanted);
        if (_taken.Add(name)) return name;
        for (int i = 2; ; i++)
        {
            // A digit at the end of the name must not run into the number: x1 → x1_2.
            string candidate = name + (char.IsDigit(name[name.Length - 1]) ? "_" : string.Empty) + NumberText.Integer(i);
            if (_taken.Add(candidate)) return candidate;
        }
    }

    public static string Identifier(string wanted)
    {
        char[] letters = wanted.Select(c => char.IsLetterOrDigit(c) || c == '_' ? c : '_').ToArray();
        string name = new(letters);
        return name.Length == 0 || char.IsDigit(name[0]) ? "_" + name : name;
    }

    /// <summary>An argument's name as the user must write it: keywords keep their @.</summary>
    public static string Escaped(string name) => s_keywords.Contains(name) ? "@" + name : name;

    /// <summary>An argument's name as a public member: <c>weights → Weights</c>.</summary>
    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
