using System.Runtime.CompilerServices;
using Xunit.Sdk;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>
/// Compares a text with the one that was accepted before: <c>_snapshots/{stage}/{Class}.{Method}#{name}.verified.{ext}</c>,
/// Verify's file convention. On a mismatch the new text is written beside it as <c>.received.</c>, and the test fails;
/// with <c>SYMBOLICGD_ACCEPT_SNAPSHOTS=1</c> it becomes the accepted one instead.
/// </summary>
internal static class Snapshot
{
    private const string AcceptVariable = "SYMBOLICGD_ACCEPT_SNAPSHOTS";

    /// <param name="stage">The folder: the stage whose output it is.</param>
    /// <param name="name">Says what it shows, where one test has several.</param>
    /// <param name="extension"><c>txt</c>, or <c>cs</c> for code.</param>
    public static void Match(
        string text, string stage, string? name = null, string extension = "txt",
        [CallerMemberName] string method = "", [CallerFilePath] string file = "")
    {
        // The compiler writes mapped paths (/_/…), of which the file's name is right everywhere.
        string testClass = Path.GetFileNameWithoutExtension(file.Replace('\\', '/'));
        string stem = $"{testClass}.{method}" + (name is null ? "" : "#" + name);
        string folder = Path.Combine(Repository.Root, "tests", "GeneratorTests", "_snapshots", stage);
        string verified = Path.Combine(folder, $"{stem}.verified.{extension}");
        string received = Path.Combine(folder, $"{stem}.received.{extension}");

        string actual = text.ReplaceLineEndings("\n");
        string? expected = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n") : null;
        if (actual == expected)
        {
            File.Delete(received);
            return;
        }

        Directory.CreateDirectory(folder);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(verified, actual);
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual);
        throw new XunitException(
            $"""
            Snapshot {stage}/{stem} {(expected is null ? "is new" : "differs" + FirstDifference(expected, actual))}.
            Compare the .received. file with the .verified. one; accept with {AcceptVariable}=1.
            """);
    }

    private static string FirstDifference(string expected, string actual)
    {
        string[] a = expected.Split('\n'), b = actual.Split('\n');
        int line = 0;
        while (line < a.Length && line < b.Length && a[line] == b[line]) line++;
        string Line(string[] lines) => line < lines.Length ? lines[line] : "(end)";
        return $" at line {line + 1}:\n  - {Line(a)}\n  + {Line(b)}\n";
    }
}

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    /// <summary>The folder of <c>SymbolicGD.sln</c>.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SymbolicGD.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"SymbolicGD.sln is not above {AppContext.BaseDirectory}: the tests read the sources.");
    }
}
