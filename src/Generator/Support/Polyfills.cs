// What C# needs from a newer framework than netstandard2.0 to compile records.
namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
