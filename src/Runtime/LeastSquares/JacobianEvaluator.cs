using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A least-squares objective as the line of a Gauss–Newton method sees it: where a gradient is asked for, residuals and Jacobian are computed once,
/// kept, and the gradient Jᵀr made of them.
/// </summary>
internal sealed class JacobianEvaluator<T>(ResidualObjective<T> objective) : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] residuals = new T[objective.ResidualCount];
    private readonly T[] jacobian = new T[Size(objective)];

    public ParameterLayout Layout => objective.Layout;

    /// <summary>The residuals where the gradient was asked for last.</summary>
    public ReadOnlySpan<T> Residuals => residuals;

    /// <summary>The Jacobian there, row-major.</summary>
    public ReadOnlySpan<T> Jacobian => jacobian;

    public T Value(VectorHandle<T> parameters) => objective.Value(parameters);

    public T Gradient(VectorHandle<T> parameters, VectorHandle<T> gradient) =>
        Gradient(HostVector<T>.Unwrap(parameters, nameof(parameters)), HostVector<T>.Unwrap(gradient, nameof(gradient)));

    public T Gradient(ReadOnlySpan<T> point, Span<T> gradient)
    {
        objective.Jacobian(point, jacobian, residuals);
        int n = gradient.Length;
        gradient.Clear();
        for (int i = 0; i < residuals.Length; i++)
        {
            VectorKernels.SetToSum(gradient, gradient, residuals[i], jacobian.AsSpan(i * n, n));
        }

        return VectorKernels.Dot<T>(residuals, residuals) / (T.One + T.One);
    }

    public StepOutcome<T> Step<TRule>(VectorHandle<T> parameters, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T> => objective.Step(parameters, state, rule, transform);

    public VectorHandle<T> CreateVector() => objective.CreateVector();

    public VectorHandle<T> CreateVector(int length) => objective.CreateVector(length);

    private static int Size(ResidualObjective<T> objective)
    {
        long size = (long)objective.ResidualCount * objective.Layout.Length;
        return size <= Array.MaxLength
            ? (int)size
            : throw new InvalidOperationException(
                $"A dense Jacobian of {objective.ResidualCount} residuals and {objective.Layout.Length} parameters has {size} elements, more than an array can hold. "
                + "Use SparseJacobian, or a solver that forms no matrix: LBfgs, NonlinearCg.");
    }
}
