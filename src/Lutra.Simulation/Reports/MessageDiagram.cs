using System.Text;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Reports;

/// <summary>The last messages between nodes as text: a column a node, an arrow for each message at the time when it arrived, and what was done to the nodes.</summary>
internal static class MessageDiagram
{
    private const int RowsMax = 150;
    private const int ColumnWidth = 9;
    private const int TimeWidth = 15;

    /// <summary>Up to the end of the run, or of the operation that fits nowhere.</summary>
    public static void Draw(StringBuilder text, RunReport report, RunRecording recording)
    {
        var columns = recording.Nodes.Select((node, at) => (node, at)).ToDictionary(each => each.node, each => each.at, StringComparer.Ordinal);
        List<(TimeSpan At, string Row)> rows = [];
        // A history shows only at the end what went wrong long before.
        var until = recording.Misfit is { } misfit ? recording.EndOf(misfit) : recording.End;
        foreach (var message in recording.Messages.Where(message => message.Sent <= until).TakeLast(RowsMax))
        {
            var (from, to) = (columns[recording.LabelOfHost[message.From]], columns[recording.LabelOfHost[message.To]]);
            rows.Add((message.Arrived ?? message.Sent, $"{Arrow(columns.Count, from, to, message.Arrived is not null)}  {message.What}"
                + (message.Arrived is { } arrived ? $" ({(arrived - message.Sent).TotalMilliseconds:F2} ms)" : " (not arrived)")));
        }

        if (rows.Count == 0)
            return;
        var first = rows.Min(row => row.At);
        foreach (var entry in report.Timeline.Where(entry => entry.At >= first && entry.At <= until))
            rows.Add((entry.At, $"{Lifelines(columns.Count, columns.TryGetValue(entry.Node, out var column) ? column : null)}  {entry.What}"));

        text.AppendLine($"  {new string(' ', TimeWidth)}{string.Concat(recording.Nodes.Select(node => node.PadRight(ColumnWidth)))}");
        foreach (var (at, row) in rows.OrderBy(row => row.At))
            text.AppendLine($"  {at:mm\\:ss\\.ffffff}     {row}");
    }

    private static string Lifelines(int count, int? struck)
    {
        var line = new string(' ', ((count - 1) * ColumnWidth) + 1).ToCharArray();
        for (var column = 0; column < count; column++)
            line[column * ColumnWidth] = column == struck ? '*' : '|';
        return new string(line);
    }

    private static string Arrow(int count, int from, int to, bool arrived)
    {
        var line = Lifelines(count, null).ToCharArray();
        var (left, right) = (Math.Min(from, to) * ColumnWidth, Math.Max(from, to) * ColumnWidth);
        for (var at = left + 1; at < right; at++)
            line[at] = arrived ? '-' : '.';
        line[from * ColumnWidth] = 'o';
        line[to * ColumnWidth] = !arrived ? 'x' : to > from ? '>' : '<';
        return new string(line);
    }
}
