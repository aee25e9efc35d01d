namespace SymbolicGD;

/// <content>
/// Epochs of an objective whose steps can be queued: what they saw is read at the end of an epoch and when the clock is due. Only where no step needs
/// to be known before the next one: a step that is not finite ends the run, and no point is kept.
/// </content>
public sealed partial class UpdateRuleDriver<T>
{
    private StepQueue<T>? CreateQueue() =>
        options.NonFinite == NonFinitePolicy.Stop && !keepsPoint ? (objective as IDeferredSteps<T>)?.CreateStepQueue() : null;

    private void QueueEpoch<TRule>(ref TRule rule, VectorHandle<T> state, StepQueue<T> steps)
        where TRule : struct, IUpdateRule<T>
    {
        long began = clock.Now;
        var seen = new EpochSums();
        for (stepInEpoch = 0; stepInEpoch < stepsPerEpoch && stop is null; stepInEpoch++)
        {
            if (cancellation.IsCancellationRequested)
            {
                Stop(StopReason.Cancelled, $"cancelled in epoch {epoch}");
                break;
            }

            Prepare(ref rule);
            steps.Add(parameters, Batch(stepInEpoch), state, rule, transform);
            applied++;                           // it will be, unless reading finds otherwise
            if (clock.IsDue)
            {
                Read(steps, stepInEpoch + 1, ref seen);
                Look(seen.Value);
            }
        }

        if (Read(steps, stepInEpoch, ref seen))
        {
            stepInEpoch++;                       // as where the loop ends after a step
        }

        stepTicks += clock.Now - began;
        if (seen.Steps + seen.Skipped > 0)
        {
            EndEpoch(seen.Steps, seen.Skipped, seen.Value, seen.Steps > 0 ? seen.Norms / seen.Steps : double.NaN);
        }
    }

    /// <summary>Waits for the steps of the epoch before the given one, and counts those that have not been counted.</summary>
    /// <returns>Whether one was not finite: it is the current step again, and those queued after it are forgotten.</returns>
    private bool Read(StepQueue<T> steps, int queued, ref EpochSums seen)
    {
        int first = seen.Steps + seen.Skipped;
        if (first == queued || seen.Skipped > 0)
        {
            return false;
        }

        StepTotals totals = steps.Read();
        int end = first + totals.Applied;
        for (int i = first; i < end; i++)
        {
            seen.Weight = IsSum ? 1 : seen.Weight + Math.Max(1, Batch(i).Length);
        }

        seen.Steps = end;
        seen.Sum += totals.ValueSum;
        seen.Norms += totals.NormSum;
        if (totals.Applied > 0)
        {
            lastNorm = totals.LastNorm;
            AfterFiniteStep(seen.Value);
        }

        if (!totals.HasFailed)
        {
            return false;
        }

        seen.Skipped = 1;
        skippedTotal++;
        lastNorm = totals.FailedNorm;
        Forget(queued - end - 1);
        applied--;
        stepInEpoch = end;
        StopNonFinite(T.CreateSaturating(totals.FailedValue), T.CreateSaturating(totals.FailedNorm), Batch(end));
        return true;
    }

    /// <summary>Takes back what was counted of the latest steps.</summary>
    private void Forget(int steps)
    {
        applied -= steps;
        evaluations -= steps;
        if (steps > 0 && options.Schedule is { Unit: ScheduleUnit.Step } schedule)
        {
            schedulePosition -= steps;
            factor = schedule.Factor(schedulePosition - 1);
        }
    }

    /// <summary>What the steps of an epoch saw.</summary>
    private struct EpochSums
    {
        public int Steps, Skipped;
        public double Sum, Weight, Norms;

        /// <summary>The mean or sum of the values; NaN before the first.</summary>
        public readonly double Value => Steps > 0 ? Sum / Weight : double.NaN;
    }
}
