namespace SymbolicGD.Generator.Ir;

/// <summary>Payloads of <see cref="Op.Argument"/> that name no argument of the user's method.</summary>
internal static class SpecialArgument
{
    /// <summary>The number of examples.</summary>
    public const int ExampleCount = -1;

    /// <summary>The weight of the current example in the objective: the adjoint of its loss. 1/n for a mean, 1 for a sum.</summary>
    public const int Seed = -2;

    /// <summary>Which residual of the example is wanted.</summary>
    public const int Output = -3;
}
