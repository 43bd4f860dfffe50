namespace Lutra.Raft.Tests.Unit;

/// <summary>Nodes whose disks and network do everything at once: for what must hold when nothing fails.</summary>
internal sealed class PerfectWorld
{
    private readonly SortedDictionary<NodeId, RaftNode> nodes = [];

    public PerfectWorld(int voters, RaftOptions? options = null)
    {
        var members = new List<Member>();
        for (var id = 1UL; id <= (ulong)voters; id++)
            members.Add(new Member(new MemberId(id), new NodeId(id), $"{id}", "", "", MemberRole.Voter));
        Members = members;
        foreach (var member in members)
            Add(member.Node!.Value, options ?? new RaftOptions(), new Configuration(members, []));
    }

    public IReadOnlyList<Member> Members { get; }

    public SortedDictionary<NodeId, List<Entry>> Applied { get; } = [];

    public List<(NodeId Node, ReadAnswer Answer)> Reads { get; } = [];

    public List<Message> Sent { get; } = [];

    /// <summary>Who leads and who needs its state.</summary>
    public List<(NodeId Leader, NodeId Follower)> SnapshotsWanted { get; } = [];

    public List<EntriesWanted> EntriesWanted { get; } = [];

    public List<SnapshotOffer> SnapshotsToInstall { get; } = [];

    public Func<Message, bool> Delivers { get; set; } = _ => true;

    public RaftNode this[ulong id] => nodes[new NodeId(id)];

    public RaftNode Leader => nodes.Values.Single(node => node.Role == RoleName.Leader);

    public void Add(NodeId id, RaftOptions options, Configuration configuration)
    {
        nodes[id] = new RaftNode(
            id, options, new Recovered(default, LogPosition.Zero, configuration, LogPosition.Zero, [], []), new Random((int)id.Value));
        Applied[id] = [];
    }

    public void Tick(int times)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var node in nodes.Values)
                node.Tick();
            Settle();
        }
    }

    /// <summary>Until nobody has anything more to say.</summary>
    public void Settle()
    {
        for (var busy = true; busy;)
        {
            busy = false;
            foreach (var node in nodes.Values)
            {
                for (var output = node.TakeOutput(); !output.IsEmpty; output = node.TakeOutput())
                {
                    busy = true;
                    CarryOut(node, output);
                }
            }
        }
    }

    private void CarryOut(RaftNode node, Output output)
    {
        if (output.HardState is { } hardState)
            node.HardStatePersisted(hardState);
        if (output.EntriesToPersist.Count > 0)
            node.LogPersisted(output.EntriesToPersist[^1].Position);
        Applied[node.Id].AddRange(output.EntriesToApply);
        if (output.EntriesToApply.Count > 0)
            node.Applied(output.EntriesToApply[^1].Index);
        foreach (var answer in output.Reads)
            Reads.Add((node.Id, answer));
        foreach (var follower in output.SnapshotsWanted)
            SnapshotsWanted.Add((node.Id, follower));
        EntriesWanted.AddRange(output.EntriesWanted);
        if (output.SnapshotToInstall is { } offer)
            SnapshotsToInstall.Add(offer);
        foreach (var message in output.MessagesToSend)
        {
            Sent.Add(message);
            if (Delivers(message) && nodes.TryGetValue(message.To, out var receiver))
                receiver.Receive(message);
        }
    }
}
