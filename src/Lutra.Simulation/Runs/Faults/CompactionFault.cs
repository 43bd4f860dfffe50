using Lutra.Keyspace.Commands;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>No fault, but it moves everything: the history before some revision is given up.</summary>
internal sealed class CompactionFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "compaction";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (node.Loop?.Replica is not { } replica)
            return;
        var revision = replica.Keyspace.Revision.Value;
        if (revision == 0)
            return;
        var upTo = Random.NextInt64(revision + 1);
        Setting.Note(node, $"compaction up to revision {upTo}");
        node.Requests.Write(new CompactCommand(new Revision(upTo)), null, _ => { });
    }
}
