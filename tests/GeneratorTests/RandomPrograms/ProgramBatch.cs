using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Calls a user's method.</summary>
/// <param name="arguments">Per argument, its values.</param>
/// <param name="extent">The value of each named extent.</param>
/// <returns>The loss, or the residuals.</returns>
internal delegate double[] UserMethod(double[][] arguments, Func<string, int> extent, int example, int count);

/// <summary>Many programs in one compilation, so that the compiler starts once.</summary>
internal sealed class ProgramBatch
{
    public const string ClassName = "Losses";

    /// <param name="forDevices">Whether the compilation references ILGPU.</param>
    public ProgramBatch(IReadOnlyList<RandomProgram> programs, LanguageVersion language, bool forDevices = false)
    {
        References = forDevices ? CompilationFactory.ReferencesWithIlgpu : CompilationFactory.References;
        Programs = programs;
        Options = new CSharpParseOptions(language);
        Compilation = Compile(programs, givesDerivatives: true);
    }

    public IReadOnlyList<RandomProgram> Programs { get; }

    private IReadOnlyList<MetadataReference> References { get; }

    public CSharpParseOptions Options { get; }

    public CSharpCompilation Compilation { get; }

    /// <summary>The programs for which helpers have a derivative of their own, without these; null if there are no such programs.</summary>
    public CSharpCompilation? WithoutGivenDerivatives() =>
        Programs.Where(p => p.HasGivenDerivatives).ToList() is { Count: > 0 } programs ? Compile(programs, givesDerivatives: false) : null;

    private CSharpCompilation Compile(IReadOnlyList<RandomProgram> programs, bool givesDerivatives) => CSharpCompilation.Create(
        "RandomPrograms", [CSharpSyntaxTree.ParseText(RandomProgram.File(programs, ClassName, givesDerivatives), Options, "Losses.cs")], References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

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

    /// <summary>The user's method of each program.</summary>
    public static UserMethod Method(Assembly assembly, RandomProgram program) =>
        assembly.GetType($"RandomPrograms.{ClassName}")!.GetMethod($"Call{program.Seed}")!.CreateDelegate<UserMethod>();

    private static string LineOf(Diagnostic diagnostic)
    {
        if (diagnostic.Location.SourceTree is not { } tree) return "";
        return tree.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].ToString().Trim();
    }
}
