using System.Globalization;
using System.Text;
using Lutra.Cli.Client;
using Lutra.Raft;

namespace Lutra.Cli.Demo.Picture;

/// <summary>
/// The nodes' logs under each other, an entry in the same column everywhere. An entry shows its term; it is filled where its node knows that it is committed.
/// Below each log stands what the node's store holds.
/// </summary>
internal static class LogPanel
{
    private const int LabelWidth = 4;

    public static void Draw(Grid grid, Area area, DemoCluster cluster)
    {
        var isWide = area.Width >= 64;
        var cellWidth = isWide ? 9 : 4;
        var columns = Math.Max(1, (area.Width - LabelWidth) / cellWidth);
        var longest = cluster.Nodes.Max(node => node.Log.Count);
        var first = Math.Max(1, longest - columns + 1);

        grid.Write(area.X, area.Y, first > 1 ? "log…" : "log", Style.Bold);
        for (var at = 0; at < columns && first + at <= longest; at++)
            grid.Write(area.X + LabelWidth + (at * cellWidth) + 1, area.Y, (first + at).ToString(CultureInfo.InvariantCulture), Style.Faint);
        if (longest == 0)
            grid.Write(area.X + LabelWidth, area.Y, area.Width - LabelWidth, "empty everywhere", Style.Faint);

        var rows = Math.Clamp((area.Height - 1) / cluster.Nodes.Count, 1, 4);
        for (var at = 0; at < cluster.Nodes.Count; at++)
        {
            var node = cluster.Nodes[at];
            var y = area.Y + 1 + (at * rows);
            grid.Write(area.X, y, node.IsLeader ? $"{node.Id} ★" : $"{node.Id}", node.IsLeader || node.IsDown ? NodeBox.Look(node) : Style.Bold);
            for (var index = first; index < first + columns && index <= node.Log.Count; index++)
                Draw(grid, area.X + LabelWidth + ((index - first) * cellWidth), y, node, node.Log[index - 1], isWide);
            if (rows > 1)
                grid.Write(area.X + LabelWidth, y + 1, area.Width - LabelWidth, Store(node), Style.Faint);
        }
    }

    private static void Draw(Grid grid, int x, int y, DemoNode node, Entry entry, bool isWide)
    {
        var isCommitted = entry.Index.Value <= node.Commit;
        var style = new Style(NodeBox.TermColour(entry.Term.Value), IsBold: !isCommitted, IsSolid: isCommitted);
        var said = isWide ? $"{entry.Term.Value} {Said(entry)}".PadRight(6)[..6] : entry.Term.Value.ToString(CultureInfo.InvariantCulture).PadRight(1);
        grid.Write(x, y, isCommitted ? $"[{said}]" : $"({said})", style);
    }

    private static string Said(Entry entry) =>
        entry.Kind != EntryKind.Command ? "noop"
        : Words.Split(Encoding.UTF8.GetString(entry.Payload.Span)) is ["put", var key, var value] ? $"{key}={value}"
        : "?";

    private static string Store(DemoNode node) =>
        node.IsDown ? "dead; its disk keeps the log"
        : node.Store.Count == 0 ? "holds nothing yet"
        : $"holds {string.Join(' ', node.Store.Select(each => $"{each.Key}={each.Value}"))}";
}
