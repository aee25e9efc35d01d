namespace SymbolicGD.CodeFixes;

/// <summary>The ids of the compiler's diagnostics that have a code fix.</summary>
/// <remarks>
/// Constants, because the generator must not be loaded together with the workspaces that this assembly needs; a test compares them
/// with the generator's catalog.
/// </remarks>
internal static class FixableDiagnostics
{
    public const string NotStatic = "SGD1001";

    public const string NotPartial = "SGD1002";

    public const string ParameterNotReal = "SGD1009";

    public const string NameClash = "SGD1013";

    public const string InvalidName = "SGD1015";

    public const string State = "SGD2012";

    public const string ExtentMismatch = "SGD3001";

    public const string NotFinite = "SGD6001";

    public const string Stabilized = "SGD6002";
}
