using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>A formula as people write it: for comments and documentation only, never for code.</summary>
internal abstract record Formula
{
    /// <summary>How many symbols and operations it shows.</summary>
    public abstract int Size { get; }

    public sealed record Number(double Value) : Formula
    {
        public override int Size => 1;
    }

    public sealed record Symbol(string Name) : Formula
    {
        public override int Size => 1;
    }

    /// <summary>name[index], or name[index, column] of a matrix.</summary>
    public sealed record Element(string Name, Formula Index, Formula? Column = null) : Formula
    {
        public override int Size { get; } = 1 + (Index.Size / 2) + ((Column?.Size ?? 0) / 2);
    }

    public sealed record Sum(EquatableArray<Formula> Terms) : Formula
    {
        public override int Size { get; } = Terms.Sum(t => t.Size) + Terms.Count - 1;
    }

    /// <summary>Coefficient · Π base^exponent.</summary>
    public sealed record Product(double Coefficient, EquatableArray<Factor> Factors) : Formula
    {
        public override int Size { get; } = Factors.Sum(f => f.Base.Size + (f.Exponent == 1 ? 1 : 2)) + (Coefficient == 1 ? -1 : 1);
    }

    public sealed record Factor(Formula Base, int Exponent);

    public sealed record Call(string Name, EquatableArray<Formula> Arguments) : Formula
    {
        public override int Size { get; } = 1 + Arguments.Sum(a => a.Size);
    }

    /// <summary>Σ, max or min over an index.</summary>
    public sealed record Reduce(string Sign, string Index, Formula Body) : Formula
    {
        public override int Size { get; } = 2 + Body.Size;
    }

    /// <summary>Left (comparison or logical sign) right.</summary>
    public sealed record Relation(string Sign, Formula Left, Formula Right) : Formula
    {
        public override int Size { get; } = 1 + Left.Size + Right.Size;
    }

    public sealed record Cases(Formula Condition, Formula Then, Formula Else) : Formula
    {
        public override int Size { get; } = 2 + Condition.Size + Then.Size + Else.Size;
    }
}
