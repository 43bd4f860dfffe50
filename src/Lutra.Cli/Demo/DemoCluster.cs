using System.Globalization;
using Lutra.Raft;

namespace Lutra.Cli.Demo;

/// <summary>A message between two nodes, somewhere on its wire.</summary>
internal readonly record struct Travelling(Message Message, long SentAt, long ArrivesAt);

/// <summary>The nodes of the demonstration and the wires between them, on which messages take their time.</summary>
internal sealed class DemoCluster
{
    private readonly List<Travelling> underWay = [];
    // Who is not with the others, and on which side instead: only nodes of the same side hear each other.
    private readonly SortedDictionary<NodeId, ulong> sides = [];
    private readonly Func<NodeId, NodeId, int> latencyTicks;
    private readonly Action<Message, bool> seen;

    /// <param name="latencyTicks">How long a message takes from one node to another; always the same for two nodes, so that none overtakes another.</param>
    /// <param name="seen">Told of every message as it arrives, or as it is lost.</param>
    public DemoCluster(int nodes, int seed, RaftOptions options, Func<NodeId, NodeId, int> latencyTicks, Action<Message, bool> seen)
    {
        this.latencyTicks = latencyTicks;
        this.seen = seen;
        Options = options;
        var members = Enumerable.Range(1, nodes)
            .Select(number => new Member(new MemberId((ulong)number), new NodeId((ulong)number), number.ToString(CultureInfo.InvariantCulture), "", "", MemberRole.Voter));
        var configuration = new Configuration(members, []);
        Nodes = [.. configuration.Voters.Select(id => new DemoNode(id, options, configuration, new Random(SeedOf(seed, id))))];
    }

    public RaftOptions Options { get; }

    public IReadOnlyList<DemoNode> Nodes { get; }

    /// <summary>Ticks since the start.</summary>
    public long Now { get; private set; }

    public IReadOnlyList<Travelling> UnderWay => underWay;

    /// <summary>The leader of the highest term; a deposed one that has not heard of it may still think it leads.</summary>
    public DemoNode? Leader => Nodes.Where(node => node.IsLeader).MaxBy(node => node.Core.Term.Value);

    public bool IsCut(DemoNode node) => sides.ContainsKey(node.Id);

    /// <summary>Whether a message would be lost if it arrived now.</summary>
    public bool IsLost(Message message) =>
        Side(message.From) != Side(message.To) || Nodes.First(node => node.Id == message.To).IsDown;

    /// <summary>Neither sends nor hears from now on.</summary>
    public void Cut(DemoNode node) => sides[node.Id] = node.Id.Value;

    /// <summary>These hear each other from now on, and nobody else.</summary>
    public void Split(IReadOnlyList<DemoNode> side)
    {
        foreach (var node in side)
            sides[node.Id] = side[0].Id.Value;
    }

    public void Heal(DemoNode node) => sides.Remove(node.Id);

    /// <summary>One unit of time for everybody.</summary>
    public void Tick()
    {
        Now++;
        foreach (var node in Nodes)
            node.Tick();
        Send();
        foreach (var (message, _, _) in underWay.Where(each => each.ArrivesAt <= Now).ToArray())
        {
            var arrives = !IsLost(message);
            seen(message, arrives);
            if (arrives)
                Nodes.First(node => node.Id == message.To).Receive(message);
        }

        underWay.RemoveAll(each => each.ArrivesAt <= Now);
        Send();
    }

    private ulong Side(NodeId id) => sides.GetValueOrDefault(id);

    private void Send()
    {
        foreach (var message in Nodes.SelectMany(node => node.Drain()))
            underWay.Add(new Travelling(message, Now, Now + latencyTicks(message.From, message.To)));
    }

    private static int SeedOf(int seed, NodeId id) => unchecked((seed * 7919) + (int)id.Value);
}
