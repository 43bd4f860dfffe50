using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

/// <summary>One formation to which a test says everything that it hears. Nodes are 1, 2, 3 … with labels and ports to match; the subject is one of them.</summary>
internal sealed class Subject
{
    private readonly List<FormationSend> sent = [];
    private FormationRecord? writing;
    private long nowMs;

    public Subject(ulong own, string peers, FormationRecord? record = null, bool join = false, string? label = null)
    {
        var errors = new List<string>();
        var ownLabel = Label.Parse(label ?? $"{own}");
        var address = new PeerAddress("localhost", 3000 + (int)own);
        var list = PeerListParser.Parse([peers], "--peers", ownLabel, address, errors);
        Assert.Empty(errors);
        Formation = new ClusterFormation(
            new FormationSelf(new NodeId(own), ownLabel, address.ToString(), "client:1", list!, join), record ?? Fresh.Record, new Random(1));
        Take();
    }

    public ClusterFormation Formation { get; }

    /// <summary>What is being written: not durable before <see cref="FinishWrite"/>.</summary>
    public FormationRecord? Writing => writing;

    public string Waiting => string.Join(Environment.NewLine, Formation.Waiting);

    public static Draft DraftOf(ulong number, ulong drafter, params ulong[] nodes) => new(
        new Ballot(number, new NodeId(drafter)),
        new ClusterId((number << 32) + drafter),
        new Configuration(nodes.Select(node => new Member(new MemberId(node), new NodeId(node), $"{node % 10}", $"localhost:{3000 + (node % 10)}", "client:1", MemberRole.Voter)), []));

    /// <summary>Nodes 11, 21, … are node 1 with its folder wiped: the label and the address are the last digit.</summary>
    public static Hello HelloOf(ulong node, FormationStage stage = FormationStage.Fresh, string? label = null) => new(
        1, 1, "test", stage == FormationStage.Begun ? new ClusterId(1) : null, new NodeId(node), null, label ?? $"{node % 10}", true, 1,
        $"localhost:{3000 + (node % 10)}", "client:1", stage, [], LogIndex.Zero);

    public void Hears(ulong node, FormationStage stage = FormationStage.Fresh, string? label = null)
    {
        Formation.Heard($"localhost:{3000 + (node % 10)}", HelloOf(node, stage, label));
        Take();
    }

    public void Gets(ulong from, FormationMessage message)
    {
        Formation.Receive(new NodeId(from), message);
        Take();
    }

    /// <summary>The list of <paramref name="from"/> came out to <paramref name="nodes"/>.</summary>
    public void GetsRoll(ulong from, params ulong[] nodes) => GetsRoll(from, default, nodes);

    public void GetsRoll(ulong from, Ballot held, params ulong[] nodes) =>
        Gets(from, new Roll(held, true, [.. nodes.Select(node => new RollEntry($"localhost:{3000 + (node % 10)}", new NodeId(node), $"{node % 10}"))]));

    public void Ticks()
    {
        Formation.Tick(nowMs += ClusterFormation.RepeatMs);
        Take();
    }

    public void TicksFor(long millis)
    {
        for (var passed = 0L; passed < millis; passed += ClusterFormation.RepeatMs)
            Ticks();
    }

    public void FinishWrite()
    {
        var record = writing!;
        writing = null;
        Formation.Persisted(record);
        Take();
    }

    /// <summary>What was said since the last call.</summary>
    public IReadOnlyList<FormationSend> Said()
    {
        FormationSend[] said = [.. sent];
        sent.Clear();
        return said;
    }

    private void Take()
    {
        var output = Formation.TakeOutput();
        sent.AddRange(output.Sends);
        if (output.Persist is null)
            return;
        Assert.Null(writing);
        writing = output.Persist;
    }
}
