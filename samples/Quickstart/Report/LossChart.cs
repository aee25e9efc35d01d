using System.Globalization;
using System.Net;
using System.Text;
using SymbolicGD;

namespace Quickstart.Report;

/// <summary>Draws the losses over the epochs as an SVG element that takes its colours from the page's style sheet.</summary>
internal static class LossChart
{
    private const double Width = 760, Height = 380, Left = 64, Right = 16, Top = 44, Bottom = 52;

    public static string Draw(ModelReport report)
    {
        FitEpoch[] finite = [.. report.History.Where(loss => IsDrawable(loss.Value) && IsDrawable(loss.ValidationValue))];
        if (finite.Length < 2)
        {
            return "<p class=\"note\">Fewer than two epochs had a positive, finite loss: there is no curve to draw.</p>";
        }

        (string referenceLabel, double reference) = report.ReferenceLoss;
        IEnumerable<double> losses = finite.SelectMany(loss => new[] { loss.Value, loss.ValidationValue }).Append(reference);
        Axis x = Axis.Linear(0, finite[^1].Epoch, 10);
        Axis y = Axis.Logarithmic(losses.Min() * 0.99, losses.Max());

        var svg = new StringBuilder();
        Line(svg, $"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html(report.Title)}: loss over the epochs\">");
        foreach (double tick in y.Ticks)
        {
            Line(svg, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):F1}\" y2=\"{Y(tick):F1}\"/>");
            Line(svg, $"<text class=\"tick\" x=\"{Left - 10}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{tick:G3}</text>");
        }

        foreach (double tick in x.Ticks)
        {
            Line(svg, $"<line class=\"axis\" x1=\"{X(tick):F1}\" x2=\"{X(tick):F1}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom + 5}\"/>");
            Line(svg, $"<text class=\"tick\" x=\"{X(tick):F1}\" y=\"{Height - Bottom + 19}\" text-anchor=\"middle\">{tick:G4}</text>");
        }

        Line(svg, $"<path class=\"axis\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/>");
        Line(svg, $"<text class=\"label\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">epoch</text>");
        Line(svg, $"<text class=\"label\" transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">");
        Line(svg, $"{Html(report.LossName)} (log scale)</text>");

        Line(svg, $"<line class=\"reference\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(reference):F1}\" y2=\"{Y(reference):F1}\"/>");
        Curve("curve training", loss => loss.Value);
        Curve("curve validation", loss => loss.ValidationValue);

        Legend(0, "curve training", "training");
        Legend(110, "curve validation", "validation");
        Legend(232, "reference", referenceLabel);
        svg.Append("</svg>");
        return svg.ToString();

        double X(double epoch) => Left + x.Position(epoch) * (Width - Left - Right);

        double Y(double loss) => Height - Bottom - y.Position(loss) * (Height - Top - Bottom);

        void Curve(string style, Func<FitEpoch, double> value)
        {
            string points = string.Join(' ', finite.Select(loss => Invariant($"{X(loss.Epoch):F1},{Y(value(loss)):F1}")));
            Line(svg, $"<polyline class=\"{style}\" points=\"{points}\">");
            Line(svg, $"<title>{value(finite[^1]):G5} after epoch {finite[^1].Epoch}</title></polyline>");
        }

        void Legend(double offset, string style, string text)
        {
            Line(svg, $"<line class=\"{style}\" x1=\"{Left + offset}\" x2=\"{Left + offset + 24}\" y1=\"20\" y2=\"20\"/>");
            Line(svg, $"<text class=\"legend\" x=\"{Left + offset + 31}\" y=\"24\">{Html(text)}</text>");
        }
    }

    private static bool IsDrawable(double loss) => double.IsFinite(loss) && loss > 0;

    private static void Line(StringBuilder svg, FormattableString text) => svg.AppendLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
