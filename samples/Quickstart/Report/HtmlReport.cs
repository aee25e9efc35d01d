using System.Globalization;
using System.Net;
using System.Text;

namespace Quickstart.Report;

/// <summary>Writes what was trained as one HTML file that needs no other.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1b2330; --soft: #5c6675; --rule: #dde2e9; --grid: #e9edf2;
                --training: #2563eb; --validation: #d9480f; --good: #18794e; --bad: #c92a2a; --code: #f3f5f8; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #12161c; --card: #1a2028; --ink: #e4e9f0; --soft: #98a3b3; --rule: #2c3541; --grid: #262e39;
                  --training: #6ea8fe; --validation: #ff9f5a; --good: #4cc38a; --bad: #ff8787; --code: #131920; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
               font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 980px; margin: 0 auto; padding: 40px 20px 64px; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
        h2 { font-size: 1.25rem; margin: 0 0 4px; }
        h3 { font-size: 0.95rem; margin: 24px 0 8px; }
        p { margin: 0 0 12px; }
        .note { color: var(--soft); font-size: 0.925rem; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 24px; margin-top: 20px; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 0.925rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 8px 16px 8px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
        tr:last-child > * { border-bottom: 0; }
        th { font-weight: 600; }
        tbody th { font-weight: 400; color: var(--soft); white-space: nowrap; }
        .mark { font-weight: 600; white-space: nowrap; }
        .good { color: var(--good); }
        .bad { color: var(--bad); }
        pre { background: var(--code); border: 1px solid var(--rule); border-radius: 8px; padding: 14px 16px; margin: 0; overflow-x: auto;
              font: 13px/1.5 ui-monospace, "Cascadia Code", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        svg.chart { display: block; width: 100%; height: auto; margin-top: 16px; }
        svg text { fill: var(--soft); font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; font-variant-numeric: tabular-nums; }
        svg .legend { fill: var(--ink); font-size: 13px; }
        .grid { stroke: var(--grid); }
        .axis { stroke: var(--soft); fill: none; }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .training { stroke: var(--training); }
        .validation { stroke: var(--validation); }
        .reference { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 6 4; }
        @media print { body { background: none; } section { break-inside: avoid; } }
        """;

    /// <summary>Writes the report to <paramref name="path"/>.</summary>
    public static void Write(string path, IReadOnlyList<ModelReport> models, RunFacts run)
    {
        var html = new StringBuilder();
        Line(html, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        Line(html, $"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>SymbolicGD Quickstart</title>");
        Line(html, $"<style>\n{Style}\n</style>\n</head>\n<body>\n<main>");
        Line(html, $"<h1>SymbolicGD Quickstart</h1>");
        Line(html, $"<p class=\"note\">Two losses written as annotated C# methods; their gradients were derived when the program was built.");
        Line(html, $"Seed {run.Seed}, {run.Elapsed.TotalSeconds:F1} s in all, {Html(run.Platform)}.</p>");
        Summary(html, models);
        foreach (ModelReport model in models)
        {
            Section(html, model);
        }

        Line(html, $"</main>\n</body>\n</html>");
        File.WriteAllText(path, html.ToString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    private static void Summary(StringBuilder html, IReadOnlyList<ModelReport> models)
    {
        Line(html, $"<section>\n<h2>Results</h2>\n<div class=\"scroll\"><table>");
        Line(html, $"<thead><tr><th></th>{Join(models, m => $"<th>{Html(m.Title)}</th>")}</tr></thead>\n<tbody>");
        foreach ((string name, Func<ModelReport, string> value) in ResultTable.Rows)
        {
            Line(html, $"<tr><th>{Html(name)}</th>{Join(models, m => $"<td>{Html(value(m))}</td>")}</tr>");
        }

        Line(html, $"</tbody></table></div>\n<h3>Checks</h3>\n<div class=\"scroll\"><table><tbody>");
        foreach (Check check in models.SelectMany(model => model.Checks))
        {
            string mark = check.Passed ? "<td class=\"mark good\">✓ holds</td>" : "<td class=\"mark bad\">✗ fails</td>";
            Line(html, $"<tr>{mark}<td>{Html(check.Statement)}</td><td>{Html(check.Measured)}</td></tr>");
        }

        Line(html, $"</tbody></table></div>\n</section>");
    }

    private static void Section(StringBuilder html, ModelReport model)
    {
        Line(html, $"<section>\n<h2>{Html(model.Title)}</h2>\n<p>{Html(model.Method)}</p>\n<p class=\"note\">{Html(model.Data)}</p>");
        html.AppendLine(LossChart.Draw(model));
        Line(html, $"<h3>What the generator derived</h3>\n<pre>{Html(model.Formula.Trim('\r', '\n'))}</pre>");
        Line(html, $"<h3>How the fit ended</h3>\n<pre>{Html(model.Fit.Trim('\r', '\n'))}</pre>\n</section>");
    }

    private static string Join(IReadOnlyList<ModelReport> models, Func<ModelReport, string> cell) => string.Concat(models.Select(cell));

    private static void Line(StringBuilder html, FormattableString text) => html.AppendLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
