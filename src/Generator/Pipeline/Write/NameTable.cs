using System.Text;

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

    private readonly Stack<Scope> _scopes = new();
    private readonly HashSet<string> _ever;
    private readonly Dictionary<string, int> _nextAtTop = [];
    private int _temporaries;

    public NameTable(params string[] reserved)
    {
        _ever = [.. s_keywords, .. reserved];
        _scopes.Push(new Scope([.. _ever]));
    }

    /// <summary>A block of C#: its names are free again in a block beside it, though not in the block around it.</summary>
    private sealed class Scope(HashSet<string> own)
    {
        public readonly HashSet<string> Own = own;
        public readonly HashSet<string> UsedInside = [];

        /// <summary>By wanted name, the number below which all are taken: while the block is open none becomes free.</summary>
        public readonly Dictionary<string, int> Next = [];
    }

    public void OpenBlock() => _scopes.Push(new Scope([]));

    public void CloseBlock()
    {
        Scope closed = _scopes.Pop();
        _scopes.Peek().UsedInside.UnionWith(closed.Own);
        _scopes.Peek().UsedInside.UnionWith(closed.UsedInside);
    }

    /// <param name="wanted">Null for a numbered temporary.</param>
    public string Unique(string? wanted) => Choose(wanted, IsFree, _scopes.Peek(), _scopes.Peek().Next);

    /// <summary>A name for a declaration at the top of the method, to be written while a block is open.</summary>
    public string UniqueAtTop(string wanted) => Choose(wanted, name => !_ever.Contains(name), _scopes.Last(), _nextAtTop);

    private bool IsFree(string name) => !_scopes.Any(s => s.Own.Contains(name)) && !_scopes.Peek().UsedInside.Contains(name);

    private string Choose(string? wanted, Func<string, bool> isFree, Scope scope, Dictionary<string, int> next)
    {
        string name = wanted is null ? "t" + NumberText.Integer(++_temporaries) : Identifier(wanted);
        string candidate = name;
        if (!next.TryGetValue(name, out int i)) i = 2;
        for (; !isFree(candidate); i++)
        {
            // A digit at the end of the name must not run into the number: x1 → x1_2.
            candidate = wanted is null
                ? "t" + NumberText.Integer(++_temporaries)
                : name + (char.IsDigit(name[name.Length - 1]) ? "_" : string.Empty) + NumberText.Integer(i);
        }

        next[name] = i;
        scope.Own.Add(candidate);
        _ever.Add(candidate);
        return candidate;
    }

    /// <summary>A name as an identifier: what no identifier may contain ends a word (<c>camera parts → cameraParts</c>).</summary>
    public static string Identifier(string wanted)
    {
        var letters = new StringBuilder(wanted.Length);
        bool begins = false;
        foreach (char c in wanted)
        {
            bool belongs = char.IsLetterOrDigit(c) || c == '_';
            if (belongs) letters.Append(begins && letters.Length > 0 ? char.ToUpperInvariant(c) : c);
            begins = !belongs;
        }

        string name = letters.ToString();
        return name.Length == 0 || char.IsDigit(name[0]) ? "_" + name : name;
    }

    /// <summary>An argument's name as the user must write it: keywords keep their @.</summary>
    public static string Escaped(string name) => s_keywords.Contains(name) ? "@" + name : name;

    /// <summary>An argument's name as a public member: <c>weights → Weights</c>.</summary>
    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);
}
