using System.Numerics;

namespace SymbolicGD;

/// <summary>A point of φ(α) = f(x + α·d).</summary>
/// <param name="Step">α.</param>
/// <param name="Value">φ(α).</param>
/// <param name="Slope">φ′(α).</param>
internal readonly record struct LinePoint(double Step, double Value, double Slope)
{
    public bool IsFinite => double.IsFinite(Value) && double.IsFinite(Slope);
}

/// <summary>
/// The objective along a line, as line searches see it: φ(α) = f(x + α·d). Descents choose d, searches choose α; each knows nothing else of
/// the other. The vectors stay where the objective computes.
/// </summary>
internal sealed class LineFunction<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IObjective<T> objective;
    private readonly FitClock clock;

    public LineFunction(IObjective<T> objective, ReadOnlySpan<T> start, FitClock clock)
    {
        this.objective = objective;
        this.clock = clock;
        Point = objective.CreateVector();
        Gradient = objective.CreateVector();
        Direction = objective.CreateVector();
        Trial = objective.CreateVector();
        TrialGradient = objective.CreateVector();
        Point.CopyFrom(start);
    }

    /// <summary>x.</summary>
    public VectorHandle<T> Point { get; private set; }

    /// <summary>∇f(x).</summary>
    public VectorHandle<T> Gradient { get; private set; }

    /// <summary>d; written by the descent.</summary>
    public VectorHandle<T> Direction { get; }

    /// <summary>x + α·d for the α evaluated last.</summary>
    public VectorHandle<T> Trial { get; private set; }

    /// <summary>The gradient at <see cref="Trial"/>.</summary>
    public VectorHandle<T> TrialGradient { get; private set; }

    /// <summary>φ(0) and φ′(0); set by <see cref="SetDirection"/>.</summary>
    public LinePoint Origin { get; private set; }

    /// <summary>f(x).</summary>
    public T Value { get; private set; }

    /// <summary>f at <see cref="Trial"/>.</summary>
    public T TrialValue { get; private set; }

    /// <summary>How often value and gradient were evaluated.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Time spent in them, in ticks of the clock.</summary>
    public long Ticks { get; private set; }

    /// <summary>How often a Hessian was multiplied.</summary>
    public long HessianProducts { get; private set; }

    /// <summary>Two values of φ that differ by less may be equal: a small multiple of the rounding error of f(x).</summary>
    public double Noise => 32 * double.CreateChecked(T.BitIncrement(T.One) - T.One) * Math.Abs(Origin.Value);

    /// <summary>Evaluates value and gradient at x.</summary>
    public void EvaluatePoint()
    {
        long began = clock.Now;
        Value = objective.Gradient(Point, Gradient);
        Ticks += clock.Now - began;
        Evaluations++;
    }

    /// <summary>Takes note that <see cref="Direction"/> was written.</summary>
    /// <returns>φ′(0).</returns>
    public double SetDirection()
    {
        double slope = double.CreateSaturating(Gradient.Dot(Direction));
        Origin = new LinePoint(0, double.CreateSaturating(Value), slope);
        return slope;
    }

    /// <summary>φ and φ′ at a step.</summary>
    public LinePoint Evaluate(double step)
    {
        long began = clock.Now;
        Trial.SetToSum(Point, T.CreateSaturating(step), Direction);
        TrialValue = objective.Gradient(Trial, TrialGradient);
        double slope = double.CreateSaturating(TrialGradient.Dot(Direction));
        Ticks += clock.Now - began;
        Evaluations++;
        return new LinePoint(step, double.CreateSaturating(TrialValue), slope);
    }

    /// <summary>φ at a step, without the gradient there; <see cref="EvaluateTrialGradient"/> adds it.</summary>
    public double EvaluateValue(double step)
    {
        long began = clock.Now;
        Trial.SetToSum(Point, T.CreateSaturating(step), Direction);
        TrialValue = objective.Value(Trial);
        Ticks += clock.Now - began;
        return double.CreateSaturating(TrialValue);
    }

    /// <summary>Value and gradient at the trial.</summary>
    public void EvaluateTrialGradient()
    {
        long began = clock.Now;
        TrialValue = objective.Gradient(Trial, TrialGradient);
        Ticks += clock.Now - began;
        Evaluations++;
    }

    /// <summary><paramref name="product"/> ← H(x)·<paramref name="direction"/>.</summary>
    public void HessianVectorProduct(CurvatureProduct<T> curvature, VectorHandle<T> direction, VectorHandle<T> product)
    {
        long began = clock.Now;
        curvature(Point, direction, product);
        Ticks += clock.Now - began;
        HessianProducts++;
    }

    /// <summary>Makes the trial the point; the former point and gradient are then in <see cref="Trial"/> and <see cref="TrialGradient"/>.</summary>
    public void Accept()
    {
        (Point, Trial) = (Trial, Point);
        (Gradient, TrialGradient) = (TrialGradient, Gradient);
        (Value, TrialValue) = (TrialValue, Value);
    }

    public void Dispose()
    {
        Point.Dispose();
        Gradient.Dispose();
        Direction.Dispose();
        Trial.Dispose();
        TrialGradient.Dispose();
    }
}
