using System.Globalization;
using Lutra.Raft;

namespace Lutra.Cli.Demo;

/// <summary>The nodes of the demonstration and the wires between them, on which messages take their time.</summary>
internal sealed class DemoCluster
{
    private readonly List<(long ArrivesAt, Message Message)> underWay = [];
    private readonly SortedSet<NodeId> cut = [];
    private readonly int latencyTicks;
    private readonly Action<Message, bool> seen;
    private long now;

    /// <param name="seen">Told of every message as it arrives, or as it is lost.</param>
    public DemoCluster(int nodes, int seed, int latencyTicks, Action<Message, bool> seen)
    {
        this.latencyTicks = latencyTicks;
        this.seen = seen;
        var members = Enumerable.Range(1, nodes)
            .Select(number => new Member(new MemberId((ulong)number), new NodeId((ulong)number), number.ToString(CultureInfo.InvariantCulture), "", "", MemberRole.Voter));
        var configuration = new Configuration(members, []);
        var options = new RaftOptions { ElectionTicks = 20, HeartbeatTicks = 5 };
        Nodes = [.. configuration.Voters.Select(id => new DemoNode(id, options, configuration, new Random(SeedOf(seed, id))))];
    }

    public IReadOnlyList<DemoNode> Nodes { get; }

    /// <summary>The leader of the highest term; a deposed one that has not heard of it may still think it leads.</summary>
    public DemoNode? Leader => Nodes.Where(node => node.IsLeader).MaxBy(node => node.Core.Term.Value);

    public bool IsCut(DemoNode node) => cut.Contains(node.Id);

    /// <summary>Neither sends nor hears from now on.</summary>
    public void Cut(DemoNode node) => cut.Add(node.Id);

    public void Heal(DemoNode node) => cut.Remove(node.Id);

    /// <summary>One unit of time for everybody.</summary>
    public void Tick()
    {
        now++;
        foreach (var node in Nodes)
            node.Core.Tick();
        Send();
        foreach (var (_, message) in underWay.Where(each => each.ArrivesAt <= now).ToArray())
        {
            var to = Nodes.First(node => node.Id == message.To);
            var arrives = !cut.Contains(message.To) && !cut.Contains(message.From);
            seen(message, arrives);
            if (arrives)
                to.Core.Receive(message);
        }

        underWay.RemoveAll(each => each.ArrivesAt <= now);
        Send();
    }

    private void Send()
    {
        foreach (var message in Nodes.SelectMany(node => node.Drain()))
            underWay.Add((now + latencyTicks, message));
    }

    private static int SeedOf(int seed, NodeId id) => unchecked((seed * 7919) + (int)id.Value);
}
