using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Quickstart;
using Quickstart.Report;
using Spectre.Console;

var quick = new Option<bool>("--quick") { Description = "Train for fewer epochs; the same checks must hold." };
var output = new Option<FileInfo>("--output")
{
    Description = "Where the HTML report is written.",
    DefaultValueFactory = _ => new FileInfo("quickstart-report.html"),
};
var seed = new Option<int>("--seed") { Description = "Seeds the splits and the shuffles.", DefaultValueFactory = _ => 1 };
var command = new RootCommand("Trains two models on real data, with gradients that were derived when this program was built.")
{
    quick, output, seed,
};
command.SetAction(parsed => Run(parsed.GetValue(quick), parsed.GetValue(output)!, parsed.GetValue(seed)));
return command.Parse(args).Invoke();

static int Run(bool quick, FileInfo output, int seed)
{
    var clock = Stopwatch.StartNew();
    if (Console.IsOutputRedirected)
    {
        AnsiConsole.Profile.Width = 140;
        AnsiConsole.Profile.Capabilities.Ansi = false;
    }

    ModelReport[] models = [HousePrices.Train(seed, quick), Spam.Train(seed, quick)];
    foreach (ModelReport model in models)
    {
        AnsiConsole.Write(new Rule(Markup.Escape(model.Title)) { Justification = Justify.Left });
        Console.WriteLine(model.Formula);
        Console.WriteLine(model.Fit);
    }

    ResultTable.Write(models);
    output.Directory?.Create();
    HtmlReport.Write(output.FullName, models, new RunFacts(seed, clock.Elapsed));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Report: {output.FullName}  ({clock.Elapsed.TotalSeconds:F1} s in all)"));
    return models.SelectMany(model => model.Checks).All(check => check.Passed) ? 0 : 1;
}
