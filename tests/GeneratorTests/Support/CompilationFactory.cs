using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>Makes compilations as a user's project would: the framework, System.Numerics.Tensors, the attributes and the runtime.</summary>
internal static class CompilationFactory
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Numerics;
        using System.Numerics.Tensors;
        using System.Threading.Tasks;
        using SymbolicGD;

        """;

    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Concat([typeof(LossAttribute).Assembly.Location, typeof(System.Numerics.Tensors.TensorPrimitives).Assembly.Location])
            .Where(path => !Path.GetFileName(path).StartsWith("SymbolicGD.Generator", StringComparison.Ordinal) && Path.GetFileName(path) != Ilgpu)
            .Distinct().Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Both language versions that users compile with: span conversions look different in them.</summary>
    public static readonly LanguageVersion[] Languages = [LanguageVersion.CSharp13, LanguageVersion.CSharp14];

    public static IReadOnlyList<MetadataReference> References => s_references.Value;

    /// <summary>With ILGPU, that is with its stand-in: objectives then have kernels for devices.</summary>
    public static IReadOnlyList<MetadataReference> ReferencesWithIlgpu => s_withIlgpu.Value;

    private const string Ilgpu = "ILGPU.dll";

    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_withIlgpu = new(() => [.. s_references.Value, MetadataReference.CreateFromFile(typeof(ILGPU.Context).Assembly.Location)]);

    /// <param name="source">A file; usual usings are put in front of it.</param>
    public static CSharpCompilation Create(string source, LanguageVersion language = LanguageVersion.CSharp14, bool withUsings = true) =>
        CSharpCompilation.Create(
            "UserProject",
            [Parse(withUsings ? Usings + source : source, language)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    public static SyntaxTree Parse(string source, LanguageVersion language = LanguageVersion.CSharp14, string path = "Loss.cs") =>
        CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(language, DocumentationMode.Diagnose), path, System.Text.Encoding.UTF8);

    /// <summary>Compiles and loads; throws with the compiler's errors.</summary>
    public static Assembly Load(CSharpCompilation compilation)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        }

        return Assembly.Load(stream.ToArray());
    }
}
