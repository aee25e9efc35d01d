using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Many programs in one compilation, so that the compiler starts once.</summary>
internal sealed class ProgramBatch
{
    public const string ClassName = "Losses";

    private static readonly MetadataReference[] References = LoadReferences();

    public ProgramBatch(IReadOnlyList<RandomProgram> programs, LanguageVersion language)
    {
        Programs = programs;
        Options = new CSharpParseOptions(language);
        Compilation = CSharpCompilation.Create(
            "RandomPrograms", [CSharpSyntaxTree.ParseText(RandomProgram.File(programs, ClassName), Options, "Losses.cs")], References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    public IReadOnlyList<RandomProgram> Programs { get; }

    public CSharpParseOptions Options { get; }

    public CSharpCompilation Compilation { get; }

    /// <summary>Compiles and loads; what the programs' errors are is thrown with their text.</summary>
    public static Assembly Load(Compilation compilation)
    {
        using var stream = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(stream);
        if (!result.Success)
        {
            IEnumerable<Diagnostic> errors = result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error);
            throw new InvalidOperationException(string.Join("\n", errors.Take(20).Select(e => $"{e}\n    {LineOf(e)}")));
        }

        stream.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(stream);
    }

    /// <summary>The user's method of each program, as (arguments, example, count) → loss.</summary>
    public static Func<double[][], int, int, double> Method(Assembly assembly, RandomProgram program) =>
        assembly.GetType($"RandomPrograms.{ClassName}")!.GetMethod($"Call{program.Seed}")!.CreateDelegate<Func<double[][], int, int, double>>();

    private static string LineOf(Diagnostic diagnostic)
    {
        if (diagnostic.Location.SourceTree is not { } tree) return "";
        return tree.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim();
    }

    private static MetadataReference[] LoadReferences() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path) is var name
            && (name.StartsWith("System", StringComparison.Ordinal) || name.StartsWith("netstandard", StringComparison.Ordinal)
                || name is "mscorlib.dll" or "SymbolicGD.Attributes.dll" or "SymbolicGD.Runtime.dll"))
        .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).ToArray();
}
