using Lutra.Raft;

namespace Lutra.Cli.Demo.Picture;

/// <summary>The messages between the nodes, each where it is now, with a short tail behind it.</summary>
internal static class Wires
{
    /// <summary>What the signs mean, for whoever sees them for the first time.</summary>
    public static readonly IReadOnlyList<(Message Example, string Meaning)> Legend =
    [
        (new VoteRequest(default, default, default, default, false), "vote?"),
        (new VoteReply(default, default, default, true), "yes"),
        (new VoteReply(default, default, default, false), "no"),
        (new Heartbeat(default, default, default, default, 0), "heartbeat"),
        (new AppendRequest(default, default, default, default, new Entry[1], default, 0), "entries"),
        (new AppendAccepted(default, default, default, default, 0), "stored"),
        (new HeartbeatReply(default, default, default, 0), "heard"),
    ];

    public static void Draw(Grid grid, Ring ring, DemoCluster cluster)
    {
        foreach (var (message, sentAt, arrivesAt) in cluster.UnderWay)
        {
            var part = (double)(cluster.Now - sentAt) / Math.Max(1, arrivesAt - sentAt);
            var (sign, style) = cluster.IsLost(message) && part >= 0.5 ? ('×', new Style(Colour.Red, IsBold: true)) : Sign(message);
            var (from, to) = ((int)message.From.Value, (int)message.To.Value);
            if (IsLoud(message))
            {
                foreach (var behind in (ReadOnlySpan<double>)[0.16, 0.08])
                {
                    if (part > behind && ring.On(from, to, part - behind) is { } tail)
                        grid.Put(tail.X, tail.Y, '·', style with { IsBold = false });
                }
            }

            if (ring.On(from, to, part) is { } cell)
                grid.Put(cell.X, cell.Y, sign, style);
        }
    }

    public static (char Sign, Style Style) Sign(Message message) => message switch
    {
        PreVoteRequest => ('?', new Style(Colour.Yellow)),
        VoteRequest => ('?', new Style(Colour.Yellow, IsBold: true)),
        PreVoteReply { Granted: true } => ('✓', new Style(Colour.Green)),
        VoteReply { Granted: true } => ('✓', new Style(Colour.Green, IsBold: true)),
        PreVoteReply or VoteReply => ('✗', new Style(Colour.Red)),
        AppendRequest { Entries.Length: > 0 } => ('■', new Style(Colour.Cyan, IsBold: true)),
        AppendAccepted => ('●', new Style(Colour.Cyan)),
        AppendRejected => ('✗', new Style(Colour.Magenta, IsBold: true)),
        Heartbeat or AppendRequest => ('♥', new Style(Colour.Magenta)),
        _ => ('◦', Style.Faint),
    };

    private static bool IsLoud(Message message) => message is VoteRequest or VoteReply or PreVoteRequest or PreVoteReply or AppendRequest { Entries.Length: > 0 } or AppendRejected;
}
