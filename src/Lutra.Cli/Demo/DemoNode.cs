using System.Text;
using Lutra.Cli.Client;
using Lutra.Raft;

namespace Lutra.Cli.Demo;

/// <summary>
/// One node of the demonstration: the real consensus core, a disk that survives when the node is killed, and a small store that the committed commands
/// fill.
/// </summary>
internal sealed class DemoNode
{
    private readonly RaftOptions options;
    private readonly Configuration configuration;
    private readonly Random random;
    private readonly SortedDictionary<string, string> store = new(StringComparer.Ordinal);
    private readonly List<Entry> log = [];
    private HardState hardState;

    public DemoNode(NodeId id, RaftOptions options, Configuration configuration, Random random)
    {
        Id = id;
        this.options = options;
        this.configuration = configuration;
        this.random = random;
        Core = Begin();
    }

    public NodeId Id { get; }

    public RaftNode Core { get; private set; }

    public bool IsDown { get; private set; }

    public bool IsLeader => !IsDown && Core.Role == RoleName.Leader;

    /// <summary>The log on this node's disk, from index 1 on.</summary>
    public IReadOnlyList<Entry> Log => log;

    /// <summary>Everything up to here is committed, as far as this node knows.</summary>
    public ulong Commit => IsDown ? 0 : Core.Commit.Value;

    public Term Term => IsDown ? hardState.Term : Core.Term;

    /// <summary>Who has this node's vote in its term.</summary>
    public NodeId? Vote => hardState.Term == Term ? hardState.Vote : null;

    public IReadOnlyDictionary<string, string> Store => store;

    /// <summary>Ticks since this node heard a leader, gave a vote or began to campaign: what its election timer counts.</summary>
    public int QuietTicks { get; private set; }

    /// <summary>Ends at once. What is on its disk stays: the term, the vote, the log.</summary>
    public void Kill()
    {
        IsDown = true;
        QuietTicks = 0;
        store.Clear();
    }

    /// <summary>Starts again with what its disk holds. It knows of no commit yet, so its store is empty until a leader tells.</summary>
    public void Revive()
    {
        if (!IsDown)
            return;
        Core = Begin();
        IsDown = false;
    }

    public void Tick()
    {
        if (IsDown)
            return;
        QuietTicks = IsLeader ? 0 : QuietTicks + 1;
        Core.Tick();
    }

    public void Receive(Message message)
    {
        if (message is Heartbeat or AppendRequest && message.Term >= Core.Term)
            QuietTicks = 0;
        Core.Receive(message);
    }

    /// <summary>Carries out what the core asks for: writes, applies, and hands back what is to be sent.</summary>
    public List<Message> Drain()
    {
        var sent = new List<Message>();
        while (!IsDown && Core.TakeOutput() is { IsEmpty: false } output)
        {
            if (output.HardState is { } durable)
            {
                hardState = durable;
                Core.HardStatePersisted(durable);
            }

            Write(output.EntriesToPersist);
            sent.AddRange(output.MessagesToSend);
            foreach (var entry in output.EntriesToApply)
                Apply(entry);
            if (output.EntriesToApply.Count > 0)
                Core.Applied(output.EntriesToApply[^1].Index);
        }

        if (sent.Exists(message => message is VoteReply { Granted: true } or VoteRequest or PreVoteRequest))
            QuietTicks = 0;
        return sent;
    }

    private RaftNode Begin() => new(Id, options, new Recovered(hardState, default, configuration, default, [], [.. log]), random);

    private void Write(List<Entry> entries)
    {
        if (entries.Count == 0)
            return;
        var keep = (int)entries[0].Index.Value - 1;
        log.RemoveRange(keep, log.Count - keep);
        log.AddRange(entries);
        Core.LogPersisted(entries[^1].Position);
    }

    private void Apply(Entry entry)
    {
        if (entry.Kind == EntryKind.Command && Words.Split(Encoding.UTF8.GetString(entry.Payload.Span)) is ["put", var key, var value])
            store[key] = value;
    }
}
