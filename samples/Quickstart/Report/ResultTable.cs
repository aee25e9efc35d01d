using System.Globalization;
using Spectre.Console;

namespace Quickstart.Report;

/// <summary>What is reported of every model, and the table of it on the console.</summary>
internal static class ResultTable
{
    /// <summary>Name and value of each row; the HTML report shows the same.</summary>
    public static IReadOnlyList<(string Name, Func<ModelReport, string> Value)> Rows { get; } =
    [
        ("Validation error", model => model.ValidationError),
        ("Mean predictor", model => model.MeanPredictor),
        ("Reference", model => model.Reference),
        ("Ratio to reference", model => model.RatioToReference),
        ("Validation accuracy", model => model.Accuracy),
        ("Epochs", model => model.History.Count.ToString(CultureInfo.InvariantCulture)),
        ("Training time", model => string.Create(CultureInfo.InvariantCulture, $"{model.Timings.Total.TotalSeconds:F2} s")),
        ("Examples per second", model => model.ExamplesPerSecond.ToString("N0", CultureInfo.InvariantCulture)),
    ];

    public static void Write(IReadOnlyList<ModelReport> models)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(string.Empty);
        foreach (ModelReport model in models)
        {
            table.AddColumn(Markup.Escape(model.Title));
        }

        foreach ((string name, Func<ModelReport, string> value) in Rows)
        {
            table.AddRow([Markup.Escape(name), .. models.Select(model => Markup.Escape(value(model)))]);
        }

        AnsiConsole.Write(table);
        foreach (Check check in models.SelectMany(model => model.Checks))
        {
            string mark = check.Passed ? "[green]holds[/]" : "[red]FAILS[/]";
            AnsiConsole.MarkupLine($"{mark}  {Markup.Escape(check.Statement)}: {Markup.Escape(check.Measured)}");
        }
    }
}
