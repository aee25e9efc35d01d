using System.Globalization;

namespace SymbolicGD;

/// <content>What happens between epochs and at the end: history, validation, stopping rules and the result.</content>
public sealed partial class UpdateRuleDriver<T>
{
    private void EndEpoch(int steps, int skipped, double value, double norm)
    {
        bool whole = stepInEpoch == stepsPerEpoch;
        if (steps == 0 && whole && stop is null && options.NonFinite == NonFinitePolicy.SkipStep)
        {
            using VectorHandle<T> gradient = objective.CreateVector();
            T all = objective.Gradient(parameters, gradient);
            Stop(
                StopReason.NonFinite,
                $"stopped because every step of epoch {epoch} was skipped: {NonFiniteReport.Describe(objective, parameters, [], all, gradient.Norm())}");
        }

        double validated = whole ? Validate() : double.NaN;
        double previous = history.LastValue;
        history.Add(new FitEpoch(epoch, steps, skipped, value, validated, norm, Math.ScaleB(factor, -halvings), clock.Elapsed));
        if (!whole)
        {
            return;
        }

        double monitored = validation is null ? value : validated;
        if (keepsBest && !KeepsBestByStep && !double.IsNaN(monitored) && !(monitored >= bestValue))
        {
            (best ??= objective.CreateVector()).CopyFrom(parameters);
            bestValue = monitored;
            bestEpoch = epoch;
        }

        if (stop is null && valueTolerance > 0 && Math.Abs(previous - value) <= valueTolerance * Math.Max(1, Math.Max(Math.Abs(previous), Math.Abs(value))))
        {
            Stop(
                StopReason.ValueTolerance,
                string.Create(CultureInfo.InvariantCulture, $"converged in epoch {epoch}: the value went from {previous:G9} to {value:G9}, a relative change not above {valueTolerance:G4}"));
        }

        CheckPatience(monitored);
    }

    private double Validate()
    {
        if (validation is null)
        {
            return double.NaN;
        }

        long began = clock.Now;
        validationValue = double.CreateSaturating(validation.Value(parameters));
        validationTicks += clock.Now - began;
        return validationValue;
    }

    private void CheckPatience(double monitored)
    {
        if (options.Patience is not { } patience)
        {
            return;
        }

        if (double.IsNaN(patienceValue) || monitored < patienceValue - options.MinImprovement)
        {
            patienceValue = monitored;
            epochsWithoutImprovement = 0;
        }
        else if (++epochsWithoutImprovement >= patience && stop is null)
        {
            string what = validation is null ? "training" : "validation";
            Stop(
                StopReason.EarlyStopping,
                string.Create(CultureInfo.InvariantCulture, $"stopped early in epoch {epoch}: the {what} value has not improved on {patienceValue:G9} for {patience} epochs"));
        }
    }

    private void Look(double value)
    {
        (bool timeIsUp, bool reportIsDue) = clock.Look();
        if (timeIsUp && stop is null)
        {
            Stop(StopReason.TimeLimit, string.Create(CultureInfo.InvariantCulture, $"stopped in epoch {epoch}: the time limit of {options.TimeLimit!.Value.TotalSeconds:G4} s is reached"));
        }

        if (reportIsDue)
        {
            options.Progress!.Report(
                new FitProgress(epoch, epochs, stepInEpoch + 1, stepsPerEpoch, value, validationValue, lastNorm, clock.Elapsed));
        }
    }

    private void Stop(StopReason reason, string why)
    {
        stop = reason;
        message = why + ".";
    }

    private FitResult<T> Finish()
    {
        using VectorHandle<T> gradient = objective.CreateVector();
        int from = isAtPointBefore ? epoch - 1 : epoch;
        if (best is not null && !KeepsBestByStep)
        {
            Restore();
        }

        T value = Evaluate();
        if (best is not null && KeepsBestByStep && !isAtPointBefore && !(double.CreateSaturating(value) <= bestValue))
        {
            Restore();
            value = Evaluate();
        }

        double validated = Validate();           // a run that ended within an epoch has not been validated where it ended
        var result = new T[parameters.Length];
        parameters.CopyTo(result);
        TimeSpan total = clock.Elapsed, steps = FitClock.ToTime(stepTicks), validating = FitClock.ToTime(validationTicks);
        options.Progress?.Report(
            new FitProgress(epoch, epochs, Math.Min(stepInEpoch, stepsPerEpoch), stepsPerEpoch, double.CreateSaturating(value), validated, lastNorm, total));
        return new FitResult<T>
        {
            Solver = name,
            Parameters = result,
            Value = value,
            GradientNorm = gradient.Norm(),
            GradientNormInfinity = gradient.NormInfinity(),
            ValidationValue = validated,
            StopReason = stop!.Value,
            Message = message,
            Epochs = epoch,
            BestEpoch = from,
            Steps = applied,
            SkippedSteps = skippedTotal,
            GradientEvaluations = evaluations,
            History = history.ToArray(),
            Timings = new FitTimings(steps, validating, total - steps - validating),
        };

        void Restore()
        {
            parameters.CopyFrom(best!);
            from = bestEpoch;
        }

        T Evaluate()
        {
            long began = clock.Now;
            evaluations++;
            T found = objective.Gradient(parameters, gradient);
            stepTicks += clock.Now - began;
            return found;
        }
    }
}
