using Lutra.Raft;

namespace Lutra.Cli.Demo.Picture;

/// <summary>One node: what it is, its term, whom it voted for, and how long it has heard nothing.</summary>
internal static class NodeBox
{
    public static void Draw(Grid grid, Area box, DemoCluster cluster, DemoNode node, bool isSelected)
    {
        var isCut = cluster.IsCut(node);
        var look = Look(node);
        var frame = isCut ? new Style(Colour.Red) : node.IsLeader ? look : isSelected ? Style.Bold : Style.Faint;
        grid.Box(box.X, box.Y, box.Width, box.Height, frame, isBroken: isCut || node.IsDown);
        grid.Write(box.X + 1, box.Y, isSelected ? $"▶{node.Id}◀" : $" {node.Id} ", isSelected ? new Style(Colour.Cyan, IsBold: true) : Style.Bold);
        var vote = node.Vote is { } choice ? $" vote {choice} " : "";
        grid.Write(box.X + box.Width - 1 - vote.Length, box.Y, vote, Style.Faint);

        var (margin, term) = box.Width > 20 ? (2, $"term {node.Term.Value}") : (1, $"t{node.Term.Value}");
        var inner = box.Width - (2 * margin);
        grid.Write(box.X + margin, box.Y + 1, inner - term.Length - 1, Name(node), look);
        grid.Write(box.X + box.Width - margin - term.Length, box.Y + 1, term, new Style(TermColour(node.Term.Value), IsBold: true));
        if (box.Height > 4)
        {
            grid.Write(box.X + 2, box.Y + 2, inner, node.IsDown ? $"log {node.Log.Count}" : $"log {node.Log.Count}, committed {node.Commit}", Style.Plain);
            grid.Write(box.X + 2, box.Y + 3, inner, isCut ? "cut off" : node.IsDown ? "its disk keeps its log" : Believes(node), isCut ? frame : Style.Faint);
        }
        else if (isCut)
            grid.Write(box.X + 2, box.Y + 2, " cut ", frame);

        if (!node.IsDown && !node.IsLeader)
            Timer(grid, box, cluster.Options.ElectionTicks, node.QuietTicks);
    }

    public static Colour TermColour(ulong term) => (term % 6) switch
    {
        0 => Colour.Red,
        1 => Colour.Cyan,
        2 => Colour.Yellow,
        3 => Colour.Magenta,
        4 => Colour.Green,
        _ => Colour.Blue,
    };

    public static Style Look(DemoNode node) => node.IsDown ? new Style(Colour.Red) : node.Core.Role switch
    {
        RoleName.Leader => new Style(Colour.Green, IsBold: true),
        RoleName.Candidate => new Style(Colour.Yellow, IsBold: true),
        RoleName.PreCandidate => new Style(Colour.Yellow),
        _ => Style.Plain,
    };

    public static string Name(DemoNode node) => node.IsDown ? "dead" : node.Core.Role switch
    {
        RoleName.Leader => "LEADER",
        RoleName.PreCandidate => "asks",
        RoleName.Candidate => "Candidate",
        _ => "Follower",
    };

    private static string Believes(DemoNode node) => node.IsLeader ? "leads" : node.Core.Leader is { } leader ? $"follows node {leader}" : "knows no leader";

    /// <summary>Along the lower edge. The timer ends somewhere in its second half, which is red.</summary>
    private static void Timer(Grid grid, Area box, int electionTicks, int quietTicks)
    {
        var cells = box.Width > 20 ? 16 : 6;
        var start = box.X + box.Width - 2 - cells;
        var filled = Math.Min(cells, ((cells * quietTicks) + (2 * electionTicks) - 1) / (2 * electionTicks));
        for (var at = 0; at < cells; at++)
            grid.Put(start + at, box.Y + box.Height - 1, at < filled ? '▰' : '▱', new Style(at >= cells / 2 ? Colour.Red : Colour.Grey));
    }
}
