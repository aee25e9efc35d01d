using System.Globalization;
using Spectre.Console;
using SymbolicGD;

namespace Quickstart;

/// <summary>Shows a training while it runs: a live bar on a terminal, a line now and then in a log.</summary>
internal static class TrainingDisplay
{
    private const int PlainLines = 10;
    private const int TitleWidth = 12;

    /// <summary>Runs <paramref name="train"/>, which lets its fit report every step to the receiver that it is given.</summary>
    public static TResult Show<TResult>(string title, int epochs, Func<IProgress<FitProgress>, TResult> train) =>
        AnsiConsole.Profile.Capabilities.Interactive && AnsiConsole.Profile.Capabilities.Ansi && !Console.IsOutputRedirected
            ? Live(title, epochs, train)
            : Plain(title, epochs, train);

    private static TResult Live<TResult>(string title, int epochs, Func<IProgress<FitProgress>, TResult> train) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new PercentageColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title.PadRight(TitleWidth)), maxValue: epochs);
                TResult result = train(new EpochReceiver(1, progress =>
                {
                    task.Value = progress.Epoch;
                    task.Description = Markup.Escape(Text(title, progress));
                }));
                task.Value = epochs;
                return result;
            });

    private static TResult Plain<TResult>(string title, int epochs, Func<IProgress<FitProgress>, TResult> train) =>
        train(new EpochReceiver(Math.Max(1, epochs / PlainLines), progress => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Text(title, progress)}  epoch {progress.Epoch}/{progress.Epochs}"))));

    private static string Text(string title, FitProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"{title.PadRight(TitleWidth)}  training {progress.Value:F4}  validation {progress.ValidationValue:F4}");

    /// <summary>Passes on one report per <paramref name="interval"/> epochs, on the thread that trains.</summary>
    /// <remarks>The training value of a report is the mean over the epoch so far: too noisy to show before half of it.</remarks>
    private sealed class EpochReceiver(int interval, Action<FitProgress> show) : IProgress<FitProgress>
    {
        private int next;

        public void Report(FitProgress value)
        {
            if (value.Epoch >= Math.Max(next, interval) && 2 * value.Step >= value.StepsPerEpoch)
            {
                show(value);
                next = (value.Epoch / interval + 1) * interval;
            }
        }
    }
}
