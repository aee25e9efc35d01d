using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Where an extent's value comes from when the objective is constructed.</summary>
internal enum ExtentSource : byte
{
    /// <summary>The length of a constant array.</summary>
    Constant,

    /// <summary>The row width of a data column: its length divided by the number of examples and, for a matrix, by its other extent.</summary>
    Data,

    /// <summary>The loss itself says it.</summary>
    Literal,

    /// <summary>An argument of the constructor.</summary>
    Argument,
}

/// <summary>A loop that is a method of its own, whose text becomes part of the kernels'; or one that they call.</summary>
internal sealed record LoopMethod(string Name, string Summary, IReadOnlyList<string> Parameters, CodeWriter Body, CalledLoop? Called);

/// <summary>A loop that kernels call: the methods of a structure.</summary>
/// <param name="Type">What it returns.</param>
/// <param name="Results">The parameters for its results, if there are several, with a comma before each.</param>
/// <param name="Sums">The parameters of its body for what that adds to, with a comma before each.</param>
internal sealed record CalledLoop(string Type, string Results, string Sums, CodeWriter Run, CodeWriter Body);

/// <summary>
/// The names and places that the parts of a generated class share: members for constants and data, extents, and offsets
/// in the flat parameter vector.
/// </summary>
internal sealed class ObjectiveModel
{
    private static readonly HashSet<string> s_baseMembers =
    [
        "Layout", "On", "OnDevice", "ExampleCount", "Reduction", "Value", "Gradient", "Step", "CreateVector", "CreateParameters", "View", "Describe", "Parameters", "Extents",
        "DirectionalDerivative", "HessianVectorProduct", "HasSecondOrder", "ResidualCount", "ResidualsPerExample", "Residuals", "Jacobian", "SparseJacobian", "JacobianVectorProduct", "JacobianTransposedProduct", "GaussNewtonProduct", "NormalEquations", "ValueCore", "GradientCore", "SumCore", "AddGradientCore", "OverwrittenBlocks", "TouchedRowsCore", "FetchCore", "TouchCore", "JacobianKernel", "JacobianTileCore", "PlaceColumnsCore", "EntryStarts", "EntryPlaces", "PlacesAreFixed", "WorkCore", "RecordedBytes", "DescribeMemory", "PartsOf", "MaxDegreeOfParallelism", "TapeLimit", "ValueKernel", "GradientKernel", "IsConvex", "LipschitzBound", "CurvatureCore", "CurvatureKernel", "Equals", "GetHashCode", "GetType", "ToString", "Finalize", "MemberwiseClone",
    ];

    private static readonly HashSet<string> s_viewMembers = ["Layout", "Values", "AsSpan", "Block", "Scalar", "Initialize", "Save", "Load", "Equals", "GetHashCode", "GetType", "ToString"];

    public ObjectiveModel(LossSpec spec)
    {
        Spec = spec;
        Function = spec.Function;
        Real = OpText.TypeName(Function.Real);
        HasExamples = spec.Residual is not null || Function.Arguments.Items.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Example or ArgumentRole.Count);
        bool hasScalarColumn = Function.Arguments.Items.Any(a => a.Role == ArgumentRole.Data && !a.IsArray);
        Sources = Function.Extents.Items.Select((extent, e) =>
            extent.Literal >= 0 ? ExtentSource.Literal
            : DimensionsOf(e, ArgumentRole.Constant).Any() ? ExtentSource.Constant
            : hasScalarColumn && DimensionsOf(e, ArgumentRole.Data).Any(d => !d.Array.IsMatrix) ? ExtentSource.Data
            : ExtentSource.Argument).ToArray();
        if (!hasScalarColumn) return;

        // One extent of a matrix follows from the other; where neither is known, the number of rows is asked for.
        foreach ((Argument matrix, _) in Arguments(ArgumentRole.Data).Where(d => d.Argument.IsMatrix && d.Argument.Extent != d.Argument.Columns))
        {
            if (Sources[matrix.Columns] == ExtentSource.Argument) Infer(matrix.Columns, matrix);
            else if (Sources[matrix.Extent] == ExtentSource.Argument) Infer(matrix.Extent, matrix);
        }

        void Infer(int extent, Argument matrix)
        {
            Sources[extent] = ExtentSource.Data;
            MatrixSources.Add((extent, matrix));
        }
    }

    /// <summary>The extents that a data matrix tells once its other extent is known, in the order in which they can be found.</summary>
    public List<(int Extent, Argument Matrix)> MatrixSources { get; } = [];

    public LossSpec Spec { get; }

    public Function Function { get; }

    /// <summary>The C# name of the real type.</summary>
    public string Real { get; }

    public bool HasExamples { get; }

    public ExtentSource[] Sources { get; }

    public IEnumerable<(Argument Argument, int Index)> Arguments(ArgumentRole role) =>
        Function.Arguments.Items.Select((a, i) => (a, i)).Where(p => p.a.Role == role);

    /// <summary>The dimensions of arrays that have the extent: 0 for the length of a span or the rows of a matrix, 1 for its columns.</summary>
    public IEnumerable<(Argument Array, int Dimension)> DimensionsOf(int extent, ArgumentRole role) =>
        Function.Arguments.Items.Where(a => a.Role == role)
            .SelectMany(a => a.Dimensions.Select((e, d) => (Array: a, Extent: e, Dimension: d)))
            .Where(d => d.Extent == extent).Select(d => (d.Array, d.Dimension));

    /// <summary>No data column tells the number of examples, so the constructor asks for it.</summary>
    public bool AsksForExampleCount => HasExamples && !Arguments(ArgumentRole.Data).Any() && Function.Arguments.Items.Any(a => a.Role is ArgumentRole.Example or ArgumentRole.Count);

    /// <summary>Residuals of the parameters alone are one example.</summary>
    public bool HasOneExample => HasExamples && !AsksForExampleCount && !Arguments(ArgumentRole.Data).Any();

    /// <summary>The number of residuals of an example, where the objective is constructed.</summary>
    public string ResidualsAtConstruction => Spec.Residual is { Extent: >= 0 } residual ? ExtentAtConstruction(residual.Extent) : "1";

    /// <summary>How many arrays the kernels written so far keep beside the workspace: each has a number of its own.</summary>
    public int Tapes { get; set; }

    /// <summary>Loops that are methods of their own. Kernels that need the same loop share it.</summary>
    public IReadOnlyList<LoopMethod> Loops => _loops;

    private readonly List<LoopMethod> _loops = [];

    /// <summary>The name of the method that is this loop over the rows of a block.</summary>
    public string Loop(string wanted, string summary, IReadOnlyList<string> parameters, CodeWriter body) => Add(new LoopMethod(wanted, summary, parameters, body, null));

    /// <summary>The name of the structure that is this loop.</summary>
    /// <param name="places">Its fields, with their types.</param>
    public string Loop(CalledLoop loop, string wanted, string summary, IReadOnlyList<string> places) => Add(new LoopMethod(wanted, summary, places, loop.Body, loop));

    private string Add(LoopMethod loop)
    {
        string text = loop.Body.ToString();
        foreach (LoopMethod known in _loops)
        {
            if (known.Parameters.SequenceEqual(loop.Parameters) && known.Body.ToString() == text && known.Called?.Run.ToString() == loop.Called?.Run.ToString()
                && known.Called?.Type == loop.Called?.Type) return known.Name;
        }

        int same = _loops.Count(l => l.Name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') == loop.Name);
        string name = loop.Name + (same == 0 ? string.Empty : NumberText.Integer(same + 1));
        _loops.Add(loop with { Name = name });
        return name;
    }

    public string ExtentField(int extent) => "_" + Camel(Function.Extents[extent].Name) + "Extent";

    public string ExtentMember(int extent) => NameTable.Pascal(NameTable.Identifier(Function.Extents[extent].Name));

    public string ExtentAtConstruction(int extent) => "extents." + ExtentMember(extent);

    public string ExtentParameter(int extent) => NameTable.Escaped(Camel(Function.Extents[extent].Name));

    public IEnumerable<int> ExtentsOfParameters(int before) =>
        Function.Arguments.Items.Take(before).Where(a => a.Role == ArgumentRole.Parameter).SelectMany(a => a.Dimensions).Distinct();

    public string ConstantMember(int argument)
    {
        string name = NameTable.Pascal(Function.Arguments[argument].Name);
        return s_baseMembers.Contains(name) || name == Spec.ClassName || ExtentNames().Contains(name) ? name + "Constant" : name;
    }

    public string DataField(int argument) => "_" + Function.Arguments[argument].Name;

    public string ViewMember(int argument)
    {
        string name = NameTable.Pascal(Function.Arguments[argument].Name);
        return s_viewMembers.Contains(name) ? name + "Parameter" : name;
    }

    public int ParameterBlock(int argument) => Function.Arguments.Items.Take(argument).Count(a => a.Role == ArgumentRole.Parameter);

    /// <summary>The number of elements of an array (of one example, for data), as C#.</summary>
    public static string LengthOf(Argument array, Func<int, string> extent) => array.IsArray ? string.Join(" * ", array.Dimensions.Select(extent)) : "1";

    /// <summary>The offset of a parameter in the flat vector, as C#.</summary>
    public string ParameterOffset(int argument, Func<int, string> extent)
    {
        int scalars = 0;
        var parts = new List<string>();
        foreach (Argument before in Function.Arguments.Items.Take(argument).Where(a => a.Role == ArgumentRole.Parameter))
        {
            if (before.IsArray) parts.Add(LengthOf(before, extent));
            else scalars++;
        }

        if (scalars > 0 || parts.Count == 0) parts.Add(NumberText.Integer(scalars));
        return string.Join(" + ", parts);
    }

    private HashSet<string> ExtentNames() => [.. Enumerable.Range(0, Function.Extents.Count).Select(ExtentMember)];

    private static string Camel(string name)
    {
        string identifier = NameTable.Identifier(name);
        return char.ToLowerInvariant(identifier[0]) + identifier.Substring(1);
    }
}
