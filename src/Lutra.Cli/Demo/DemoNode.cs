using System.Text;
using Lutra.Cli.Client;
using Lutra.Raft;

namespace Lutra.Cli.Demo;

/// <summary>
/// One node of the demonstration: the real consensus core, a log in memory, and a small store that the committed commands
/// fill.
/// </summary>
internal sealed class DemoNode(NodeId id, RaftOptions options, Configuration configuration, Random random)
{
    private readonly SortedDictionary<string, string> store = new(StringComparer.Ordinal);

    public NodeId Id => id;

    public RaftNode Core { get; } = new(id, options, new Recovered(default, default, configuration, default, [], []), random);

    public bool IsLeader => Core.Role == RoleName.Leader;

    public IReadOnlyDictionary<string, string> Store => store;

    /// <summary>Carries out what the core asks for: writes, applies, and hands back what is to be sent.</summary>
    public List<Message> Drain()
    {
        var sent = new List<Message>();
        while (Core.TakeOutput() is { IsEmpty: false } output)
        {
            // This memory is the disk: what is handed over is kept. The core holds its log in memory, too, so nothing is read back from here.
            if (output.HardState is { } durable)
                Core.HardStatePersisted(durable);
            if (output.EntriesToPersist.Count > 0)
                Core.LogPersisted(output.EntriesToPersist[^1].Position);
            sent.AddRange(output.MessagesToSend);
            foreach (var entry in output.EntriesToApply)
                Apply(entry);
            if (output.EntriesToApply.Count > 0)
                Core.Applied(output.EntriesToApply[^1].Index);
        }

        return sent;
    }

    private void Apply(Entry entry)
    {
        if (entry.Kind == EntryKind.Command && Words.Split(Encoding.UTF8.GetString(entry.Payload.Span)) is ["put", var key, var value])
            store[key] = value;
    }
}
