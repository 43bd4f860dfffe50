using System.Globalization;
using System.Text;

namespace Lutra.Cli.Demo.Picture;

/// <summary>
/// What must be written to a terminal that shows one picture so that it shows the next: only the cells that changed, as one update, so that nothing flickers.
/// </summary>
internal static class GridDifference
{
    private const string UpdateBegins = "\e[?2026h";
    private const string UpdateEnds = "\e[?2026l";

    /// <param name="shown">What the terminal shows; null, or of another size: nothing that counts, all is drawn anew.</param>
    /// <param name="hasColour">False: bold letters, but no colours.</param>
    public static string Between(Grid? shown, Grid next, bool hasColour)
    {
        if (shown is not null && (shown.Width != next.Width || shown.Height != next.Height))
            shown = null;
        var written = new StringBuilder(UpdateBegins);
        written.Append(shown is null ? "\e[0m\e[2J" : "");
        var start = written.Length;
        Style? style = null;
        for (var y = 0; y < next.Height; y++)
        {
            var at = -1;
            for (var x = 0; x < next.Width; x++)
            {
                var cell = next[x, y];
                if (cell == (shown is null ? Cell.Blank : shown[x, y]))
                    continue;
                if (at != x)
                    written.Append(CultureInfo.InvariantCulture, $"\e[{y + 1};{x + 1}H");
                if (style != cell.Style)
                    written.Append(Sequence(cell.Style, hasColour));
                style = cell.Style;
                written.Append(cell.Letter);
                at = x + 1;
            }
        }

        if (shown is not null && written.Length == start)
            return "";
        return written.Append("\e[0m").Append(UpdateEnds).ToString();
    }

    private static string Sequence(Style style, bool hasColour)
    {
        var bold = style.IsBold ? ";1" : "";
        if (!hasColour)
            return style.IsSolid ? $"\e[0{bold};7m" : $"\e[0{bold}m";
        return style.IsSolid
            ? string.Create(CultureInfo.InvariantCulture, $"\e[0{bold};30;{(int)style.Colour + 10}m")
            : string.Create(CultureInfo.InvariantCulture, $"\e[0{bold};{(int)style.Colour}m");
    }
}
