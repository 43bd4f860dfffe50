using Lutra.Cli.Demo.Live;

namespace Lutra.Cli.Demo.Picture;

/// <summary>The whole picture of a live election, for a terminal of any size from 60 by 20 on. Knows no terminal.</summary>
internal static class ElectionPicture
{
    public const int WidthMin = 60;
    public const int HeightMin = 20;

    private const string Keys =
        "1-9 node|k kill|r revive|c cut|h heal|x split|p put|t time out|l lead|space pause|s step|+ - speed|? help|q quit";

    public static bool Fits(int width, int height) => width >= WidthMin && height >= HeightMin;

    public static Grid Draw(LiveElection election, int width, int height)
    {
        var grid = new Grid(Math.Max(1, width), Math.Max(1, height));
        if (!Fits(width, height))
        {
            grid.Write(0, 0, $"The picture needs {WidthMin} columns and {HeightMin} rows;", Style.Plain);
            grid.Write(0, 1, $"here are {width} and {height}. q ends it.", Style.Plain);
            return grid;
        }

        var events = height >= 40 ? 10 : 3;
        var keys = KeyRows(width);
        var ringHeight = height - 1 - events - 2 - keys.Count;
        var ringWidth = width < 110 ? Math.Min(47, width * 6 / 10) : width * 53 / 100;
        var ring = new Ring(new Area(0, 1, ringWidth, ringHeight), election.Cluster.Nodes.Count);

        Header(grid, election);
        Wires.Draw(grid, ring, election.Cluster);
        for (var at = 0; at < election.Cluster.Nodes.Count; at++)
            NodeBox.Draw(grid, ring.Box(at + 1), election.Cluster, election.Cluster.Nodes[at], at == election.Selected);
        grid.Fill(ringWidth, 1, 1, ringHeight, new Cell('│', Style.Faint));
        LogPanel.Draw(grid, new Area(ringWidth + 2, 1, width - ringWidth - 3, ringHeight), election.Cluster);

        var below = 1 + ringHeight;
        grid.Fill(0, below, width, 1, new Cell('─', Style.Faint));
        grid.Put(ringWidth, below, '┴', Style.Faint);
        Events(grid, election, below + 1, events);
        Legend(grid, below + 1 + events);
        for (var at = 0; at < keys.Count; at++)
            KeyRow(grid, below + 2 + events + at, keys[at]);
        if (election.ShowsHelp)
            HelpBox.Draw(grid);
        return grid;
    }

    private static void Header(Grid grid, LiveElection election)
    {
        var leaders = election.Cluster.Nodes.Where(node => node.IsLeader).OrderByDescending(node => node.Core.Term.Value).ToArray();
        var x = grid.Write(1, 0, $"Raft, {election.Cluster.Nodes.Count} nodes", Style.Bold);
        var state = election.IsPaused ? $"paused at {election.Cluster.Now}" : $"speed {election.Speed}";
        grid.Write(grid.Width - 1 - state.Length, 0, state, election.IsPaused ? new Style(Colour.Yellow, IsBold: true) : Style.Faint);
        if (leaders.Length == 0)
            grid.Write(x + 3, 0, "nobody leads", new Style(Colour.Yellow, IsBold: true));
        for (var at = 0; at < leaders.Length; at++)
        {
            var node = leaders[at];
            var said = at == 0 ? $"node {node.Id} leads in term {node.Term.Value}" : $"node {node.Id} still thinks it leads, in term {node.Term.Value}";
            x = grid.Write(x + 3, 0, said, new Style(at == 0 ? Colour.Green : Colour.Red, IsBold: true));
        }
    }

    private static void Events(Grid grid, LiveElection election, int y, int rows)
    {
        var shown = election.Events.TakeLast(rows).ToArray();
        for (var at = 0; at < shown.Length; at++)
            grid.Write(1, y + at, grid.Width - 2, shown[at], at == shown.Length - 1 ? Style.Plain : Style.Faint);
    }

    private static void Legend(Grid grid, int y)
    {
        var x = 1;
        foreach (var (example, meaning) in Wires.Legend)
        {
            var (sign, style) = Wires.Sign(example);
            grid.Put(x, y, sign, style);
            x = grid.Write(x + 2, y, meaning, Style.Faint) + 2;
        }

        var (timer, note) = ("▰▱", "silence");
        x = grid.Write(x, y, timer, new Style(Colour.Red)) + 1;
        grid.Write(x, y, note, Style.Faint);
    }

    private static List<string[]> KeyRows(int width)
    {
        var rows = new List<string[]> { Array.Empty<string>() };
        foreach (var key in Keys.Split('|'))
        {
            if (rows[^1].Sum(each => each.Length + 3) + key.Length + 2 > width)
                rows.Add([]);
            rows[^1] = [.. rows[^1], key];
        }

        return rows;
    }

    private static void KeyRow(Grid grid, int y, string[] keys)
    {
        var x = 1;
        foreach (var key in keys)
        {
            var name = key.LastIndexOf(' ');
            name = key.StartsWith('+') ? 3 : key.IndexOf(' ', StringComparison.Ordinal) is var blank && name > 0 ? blank : name;
            x = grid.Write(x, y, key[..name], new Style(Colour.Cyan, IsBold: true));
            x = grid.Write(x, y, key[name..], Style.Plain) + 3;
        }
    }
}
