using System.Globalization;
using System.Numerics;
using System.Reflection;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Support;
using Xunit.Sdk;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>What checking one program gave.</summary>
/// <param name="Failure">What is wrong, or null.</param>
/// <param name="IsFinite">Whether loss and derivatives are finite at the inputs, and no branch hangs on rounding: else nothing was compared.</param>
/// <param name="IsRefused">Whether the compiler said that it cannot write it, for a reason that it documents.</param>
/// <param name="LargeCompared">With how many sizes beyond the first, small one generated code was compared.</param>
internal sealed record ProgramVerdict(RandomProgram Program, string? Failure, bool IsFinite, bool IsRefused = false, int LargeCompared = 0)
{
    /// <summary>What the compiler said of it.</summary>
    public string? Refusal { get; init; }
}

/// <summary>Compares one program's gradient with dual numbers, along the whole way through the compiler.</summary>
internal static class ProgramCheck
{
    /// <summary>Every how manyth program is differentiated as it was captured, too, without what Optimize makes of it.</summary>
    private const int EachStageOneIn = 3;

    /// <summary>For programs in single precision: what rounding leaves of the bound.</summary>
    private const double SingleBound = 1e-3;

    /// <summary>What is smaller than this may be lost in single precision, where some of it is a product of more factors.</summary>
    public const double Underflow = 1e-30;

    /// <summary>For programs in single precision whose IR is run in double: constants that passes fold round to single.</summary>
    private const double FoldedBound = 1e-6;

    /// <summary>
    /// The captured loss computes what the user's method computes, and the derivative of each stage agrees with dual numbers on the
    /// captured loss.
    /// </summary>
    /// <param name="twin">The same without derivatives that the user gives, where there are any.</param>
    public static ProgramVerdict Stages(RandomProgram program, CaptureResult<LossSpec>? captured, UserMethod method, LossSpec? twin = null)
    {
        if (captured?.Spec is not { } spec || captured.Diagnostics.Count > 0)
        {
            string why = captured is null ? "not found" : string.Join("; ", captured.Diagnostics.Select(d => $"{d.Id}: {string.Join(", ", d.Arguments)}"));
            return new(program, $"refused: {why}", false);
        }

        Function loss = spec.Function;
        string stage = "Capture";
        DualOutcome? expected = null;
        try
        {
            IrVerifier.Verify(loss);
            IrInputs inputs = Examples(spec, RandomInputs.For(loss, program.Seed));
            expected = IrInterpreter.Differentiate(loss, inputs, roundSingle: false);
            if (!expected.IsFinite) return new(program, null, false);

            CompareValue(program, spec, inputs, expected, method);

            double bound = program.IsSingle ? FoldedBound : Equivalence.Bound;
            stage = "Capture of a given derivative";
            if (twin is not null) CompareTwin(expected, IrInterpreter.Differentiate(twin.Function, inputs, roundSingle: false), bound);
            Function stable = ConditionStage.Run(loss, spec.Stabilize).Function;
            Function normal = OptimizeStage.Normalize(stable, spec.IsFast);
            Function gradient = DifferentiateStage.Gradient(normal, spec.Checkpoints);
            if (program.Seed % EachStageOneIn == 0)
            {
                stage = "Differentiate";
                Equivalence.CheckGradient(loss, expected, DifferentiateStage.Gradient(loss), inputs, bound);
                if (spec.Checkpoints)
                {
                    stage = "Differentiate with checkpoints";
                    Equivalence.CheckGradient(loss, expected, DifferentiateStage.Gradient(loss, checkpoint: true), inputs, bound);
                }

                stage = "Condition";
                Equivalence.CheckGradient(loss, expected, DifferentiateStage.Gradient(stable), inputs, bound);
            }

            stage = "Optimize before Differentiate";
            Equivalence.CheckGradient(loss, expected, gradient, inputs, bound);
            stage = "Optimize after Differentiate";
            Equivalence.CheckGradient(loss, expected, OptimizeStage.Run(gradient, spec.IsFast), inputs, bound);
            if (spec.Residual is not null) ResidualCheck.Stages(spec, inputs, expected, bound, out stage);
            CheckSecondOrder(loss, expected, normal, spec.IsFast, inputs.WithDirection(loss, program.Seed), bound, out stage);
            return new(program, null, true);
        }
        catch (XunitException) when (expected is not null && IsUndecided(program, expected, orTie: program.IsSingle))
        {
            return new(program, null, false);
        }
        catch (Exception exception)
        {
            return new(program, $"{stage}: {exception.Message}\n{(exception is XunitException or IrVerificationException ? "" : exception.StackTrace)}", true);
        }
    }

    /// <summary>The Hessian-vector product against hyper-dual numbers, and the derivative along the direction against dual ones.</summary>
    private static void CheckSecondOrder(Function loss, DualOutcome gradient, Function normal, bool fast, IrInputs inputs, double bound, out string stage)
    {
        stage = "Tangent";
        Equivalence.CheckTangent(loss, gradient, HasExamples(loss) ? inputs.Seed : 1, OptimizeStage.Run(DifferentiateStage.Tangent(normal), fast), inputs, bound);
        DualOutcome expected = IrInterpreter.DifferentiateTwice(loss, inputs, roundSingle: false);

        // A slope that is finite can have a curvature that is not.
        if (!expected.IsFinite) return;
        stage = "Hessian-vector product";
        Function product;
        try
        {
            product = DifferentiateStage.HessianVectorProduct(normal);
        }
        catch (DifferentiationNotSupportedException) when (loss.Body.AllItems().OfType<Let>().Any(l => l.Op == Op.Digamma))
        {
            return;
        }

        Equivalence.CheckProduct(loss, expected, product, inputs, bound);
        stage = "Optimize after Hessian-vector product";
        Equivalence.CheckProduct(loss, expected, OptimizeStage.Run(product, fast), inputs, bound);
    }

    /// <summary>
    /// The generated class against dual numbers on the captured loss: over few examples and short rows, and over sizes at which whole blocks,
    /// partial blocks, vector loops and their tails run, in order and as a shuffled batch.
    /// </summary>
    /// <param name="accelerator">The device that computes; null: the CPU.</param>
    public static ProgramVerdict Compiled(RandomProgram program, LossSpec spec, Assembly assembly, ILGPU.Runtime.Accelerator? accelerator = null)
    {
        var verdict = new ProgramVerdict(program, null, false);
        foreach (IrInputs sized in Sizes(spec.Function, program.Seed))
        {
            IrInputs inputs = Examples(spec, sized);
            ProgramVerdict one = Compiled(program, spec, assembly, spec.IsMean is false ? inputs with { Seed = 1 } : inputs, accelerator);
            if (one.Failure is not null)
            {
                return one with { Failure = $"{inputs.ExampleCount} examples, extents {string.Join(", ", inputs.Extents)}: {one.Failure}" };
            }

            verdict = verdict with { IsFinite = verdict.IsFinite || one.IsFinite, LargeCompared = verdict.LargeCompared + (one.IsFinite && sized.ExampleCount != 3 ? 1 : 0) };
        }

        return verdict;
    }

    /// <summary>Three examples with short rows; then fewer examples than a block has lanes, whole blocks only, and one with a rest.</summary>
    private static IEnumerable<IrInputs> Sizes(Function loss, int seed)
    {
        yield return RandomInputs.For(loss, seed);
        yield return RandomInputs.UpTo(loss, seed, maxExtent: 40, examples: 1 + (seed % 2));
        yield return RandomInputs.UpTo(loss, seed + 1, maxExtent: 18, examples: 16);
        yield return RandomInputs.UpTo(loss, seed + 2, maxExtent: 33, examples: seed % 2 == 0 ? 17 : 37);
    }

    private static ProgramVerdict Compiled(RandomProgram program, LossSpec spec, Assembly assembly, IrInputs inputs, ILGPU.Runtime.Accelerator? accelerator)
    {
        try
        {
            // Few components of a long parameter say enough: a run of the interpreter each.
            var random = new Random(program.Seed);
            var wanted = new Dictionary<(int Argument, int Index), bool>();
            bool IsWanted(int argument, int index)
            {
                if (wanted.TryGetValue((argument, index), out bool known)) return known;
                bool isWanted = inputs.Arguments[argument].Length <= RandomInputs.MaxExtent || index == inputs.Arguments[argument].Length - 1 || random.Next(inputs.Arguments[argument].Length) < 2;
                wanted.Add((argument, index), isWanted);
                return isWanted;
            }

            DualOutcome expected = IrInterpreter.Differentiate(spec.Function, inputs, roundSingle: false, IsWanted);
            if (!expected.IsFinite) return new(program, null, false);
            object objective = GeneratedObjective.Create(assembly, program, spec, inputs);
            using IDisposable? onDevice = accelerator is null ? null : GeneratedObjective.On(objective, accelerator);
            if (accelerator is not null) objective = onDevice ?? throw new XunitException("there are no kernels for devices");
            
            // A device has functions of its own, which differ in the last bits: what grows out of them says nothing of its kernels.
            double bound = accelerator is null ? Equivalence.Bound : 1000 * Equivalence.Bound;
            string? failure = program.IsSingle ? Compare<float>(SingleBound) : Compare<double>(bound);
            if (failure is null && spec.Order >= 2)
            {
                IrInputs moving = inputs.WithDirection(spec.Function, program.Seed);
                DualOutcome product = IrInterpreter.DifferentiateTwice(spec.Function, moving, roundSingle: false, IsWanted);
                if (product.IsFinite)
                {
                    failure = program.IsSingle
                        ? CompareProduct(GeneratedObjective.Product<float>(objective, spec, moving), product, SingleBound)
                        : CompareProduct(GeneratedObjective.Product<double>(objective, spec, moving), product, bound);
                }
            }

            if (failure is null && spec.Residual is not null && accelerator is null)
            {
                failure = program.IsSingle
                    ? ResidualCheck.Compiled((ResidualObjective<float>)objective, spec, inputs, SingleBound, IsWanted) : ResidualCheck.Compiled((ResidualObjective<double>)objective, spec, inputs, Equivalence.Bound, IsWanted);
            }

            return failure is not null && (IsUndecided(program, expected, orTie: true) || IsChaotic()) ? new(program, null, false) : new(program, failure, true);

            // A map that is iterated can blow up the rounding of single precision until nothing is left: the interpreter, rounding too, sees it.
            bool IsChaotic()
            {
                // Devices have functions of their own, which differ in the last bits: of a map that is iterated, such differences may leave nothing.
                if (accelerator is not null && IsMovedBy(1e-14)) return true;
                if (!program.IsSingle) return false;
                DualOutcome rounded = IrInterpreter.Differentiate(spec.Function, inputs, roundSingle: true, (_, _) => false);
                return !(Math.Abs(rounded.Value - expected.Value) <= SingleBound * (1 + Math.Abs(expected.Value)));
            }

            bool IsMovedBy(double relative)
            {
                double[][] moved = [.. inputs.Arguments.Select((values, a) => spec.Function.Arguments[a].Role == ArgumentRole.Parameter ? values.Select(v => v * (1 + relative)).ToArray() : values)];
                DualOutcome other = IrInterpreter.Differentiate(spec.Function, inputs with { Arguments = moved }, roundSingle: false, IsWanted);
                return other.Gradient.Zip(expected.Gradient, expected.Magnitude).Any(g => !(Math.Abs(g.First - g.Second) <= 0.1 * bound * g.Third));
            }

            string? Compare<T>(double within)
                where T : unmanaged, IFloatingPointIeee754<T>
            {
                string? whole = ProgramCheck.Compare(GeneratedObjective.Gradient<T>(objective, spec, inputs), expected, inputs, spec, within);
                if (whole is not null || objective is not IExampleObjective<T>) return whole;
                int[] batch = [.. Enumerable.Range(0, inputs.ExampleCount)];
                random.Shuffle(batch);
                string? shuffled = ProgramCheck.Compare(GeneratedObjective.Gradient<T>(objective, spec, inputs, batch), expected, inputs, spec, within);
                return shuffled is null ? null : $"as a batch: {shuffled}";
            }
        }
        catch (InvalidOperationException exception) when (exception.Message.EndsWith(" steps.", StringComparison.Ordinal))
        {
            // Too long for the interpreter at this size; the program was compared at smaller ones.
            return new(program, null, false);
        }
        catch (Exception exception)
        {
            return new(program, exception.ToString(), true);
        }
    }

    /// <summary>Whether other rounding may rightly take another branch: a mismatch then says nothing.</summary>
    private static bool IsUndecided(RandomProgram program, DualOutcome expected, bool orTie) =>
        expected.Undecided.IsWithin(program.IsSingle ? 1e-5 : 1e-12, orTie);

    /// <summary>Residuals of the parameters alone are those of one example.</summary>
    private static IrInputs Examples(LossSpec spec, IrInputs inputs) =>
        spec.Residual is null || spec.Function.Arguments.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Example or ArgumentRole.Count) ? inputs : inputs with { ExampleCount = 1 };

    /// <summary>What the user's own method gives against the captured loss, summed over the examples, and against the captured residuals.</summary>
    private static void CompareValue(RandomProgram program, LossSpec spec, IrInputs inputs, DualOutcome expected, UserMethod method)
    {
        Function loss = spec.Function;
        bool hasExamples = HasExamples(loss);
        double bound = program.IsSingle ? SingleBound : Equivalence.Bound;
        double scale = 1 + Math.Abs(expected.Value) + (expected.Magnitude.Sum() / inputs.Seed);
        double sum = 0;
        for (int e = 0; e < (hasExamples ? inputs.ExampleCount : 1); e++)
        {
            double[] result = method((hasExamples ? inputs.Only(loss, e) : inputs).Arguments, name => inputs.Extents[loss.Extents.Items.ToList().FindIndex(x => x.Name == name)], e, inputs.ExampleCount);
            if (spec.Residual is null)
            {
                sum += result.Single();
                continue;
            }

            sum += result.Sum(r => 0.5 * r * r);
            if (loss.Arguments.Any(a => a.Role is ArgumentRole.Example or ArgumentRole.Count)) continue;
            double[] captured = IrInterpreter.Run(IrVerifier.Verify(spec.Residual.Values), inputs.Only(loss, e), roundSingle: false).Output;
            if (captured.Length != result.Length || captured.Zip(result).Any(p => !(Math.Abs(p.First - p.Second) <= bound * scale)))
            {
                throw new XunitException($"the user's method gives the residuals {string.Join(", ", result.Select(Text))}, the captured one {string.Join(", ", captured.Select(Text))}\n{IrPrinter.Print(spec.Residual.Values)}");
            }
        }

        if (!(Math.Abs(sum - expected.Value) <= bound * scale))
        {
            throw new XunitException($"the user's method gives {Text(sum)}, the captured loss {Text(expected.Value)} (allowed {Text(bound * scale)})\n{IrPrinter.Print(loss)}");
        }
    }

    /// <summary>The derivative by what the user gave is that by the body.</summary>
    private static void CompareTwin(DualOutcome given, DualOutcome ofBody, double bound)
    {
        for (int k = 0; k < given.Gradient.Length; k++)
        {
            if (!(Math.Abs(given.Gradient[k] - ofBody.Gradient[k]) <= bound * Math.Max(given.Magnitude[k], ofBody.Magnitude[k])))
            {
                throw new XunitException($"gradient[{k}] is {Text(given.Gradient[k])} with the derivative that is given, {Text(ofBody.Gradient[k])} with that of the body");
            }
        }
    }

    public static bool HasExamples(Function loss) => IrFacts.Walk(loss.Body).Any(item => item is Loop { IsExamples: true });

    private static string? Compare((double Value, double[] Gradient) actual, DualOutcome expected, IrInputs inputs, LossSpec spec, double bound)
    {
        double weight = HasExamples(spec.Function) ? inputs.Seed : 1;
        double value = weight * expected.Value;
        double scale = 1 + Math.Abs(value) + expected.Magnitude.Sum();
        if (!(Math.Abs(actual.Value - value) <= bound * scale)) return $"value {Text(actual.Value)} instead of {Text(value)}";
        if (expected.Components is null && actual.Gradient.Length != expected.Gradient.Length) return $"{actual.Gradient.Length} components instead of {expected.Gradient.Length}";
        for (int k = 0; k < expected.Gradient.Length; k++)
        {
            int component = expected.Components?[k] ?? k;
            if (!(Math.Abs(actual.Gradient[component] - expected.Gradient[k]) <= (bound * expected.Magnitude[k]) + Underflow))
            {
                return $"gradient[{component}] is {Text(actual.Gradient[component])} instead of {Text(expected.Gradient[k])} (magnitude {Text(expected.Magnitude[k])})";
            }
        }

        return null;
    }

    private static string? CompareProduct(double[] actual, DualOutcome expected, double bound)
    {
        for (int k = 0; k < expected.Gradient.Length; k++)
        {
            int component = expected.Components?[k] ?? k;
            if (!(Math.Abs(actual[component] - expected.Gradient[k]) <= (bound * expected.Magnitude[k]) + Underflow))
            {
                return $"product[{component}] is {Text(actual[component])} instead of {Text(expected.Gradient[k])} (magnitude {Text(expected.Magnitude[k])})";
            }
        }

        return null;
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
