using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Many programs in one compilation, so that the compiler starts once.</summary>
internal sealed class ProgramBatch
{
    public const string ClassName = "Losses";

    public ProgramBatch(IReadOnlyList<RandomProgram> programs, LanguageVersion language)
    {
        Programs = programs;
        Options = new CSharpParseOptions(language);
        Compilation = CSharpCompilation.Create(
            "RandomPrograms", [CSharpSyntaxTree.ParseText(RandomProgram.File(programs, ClassName), Options, "Losses.cs")], CompilationFactory.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
    }

    public IReadOnlyList<RandomProgram> Programs { get; }

    public CSharpParseOptions Options { get; }

    public CSharpCompilation Compilation { get; }

    /// <summary>Compiles and loads; errors are thrown with the lines that they are on.</summary>
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

        // A context of its own: all batches are assemblies of one name.
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(stream);
    }

    /// <summary>The user's method of each program, as (arguments, example, count) → loss.</summary>
    public static Func<double[][], int, int, double> Method(Assembly assembly, RandomProgram program) =>
        assembly.GetType($"RandomPrograms.{ClassName}")!.GetMethod($"Call{program.Seed}")!.CreateDelegate<Func<double[][], int, int, double>>();

    private static string LineOf(Diagnostic diagnostic)
    {
        if (diagnostic.Location.SourceTree is not { } tree) return "";
        return tree.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim();
    }
}
