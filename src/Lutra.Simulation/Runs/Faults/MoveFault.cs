namespace Lutra.Simulation.Runs.Faults;

/// <summary>A machine comes back under another address, as where addresses are handed out anew; one at a time, so that the others can be found.</summary>
internal sealed class MoveFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60))
{
    public const string Title = "move";

    private int moves;

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (!node.IsUp || !Setting.Operator.IsSound(node) || !AllAreFound())
            return;
        node.Kill();
        node.MoveTo($"n{node.Label}-{++moves}:2379");
        Setting.Note(node, $"killed, and comes back as {node.Host}");
        Setting.Operator.StartLater(node);
    }

    // Every node that may vote is up, and knows where all of them are, by what its disk holds: one that is killed would forget the rest. In life, --peers name them.
    private bool AllAreFound()
    {
        var members = Setting.Cluster.Nodes.Where(Setting.Operator.Roster.MayVote).ToArray();
        return Array.TrueForAll(members, node => node.Loop?.Replica?.Raft is { } raft && raft.ConfigurationIndex <= raft.Durable
            && Array.TrueForAll(members, other => raft.Configuration.Members.Any(member => member.PeerAddress == other.Options.EffectivePeerAddress)));
    }
}
