using System.Collections.Immutable;

namespace Lutra.Raft;

/// <summary>
/// Everyone a leader sends to, in the order of their ids, and what the voters among them have reached together: in both halves of a
/// joint configuration (pitfall M03), with the leader itself counted only where it is a voter (pitfall M07).
/// </summary>
internal sealed class Followers(NodeId self)
{
    private readonly List<Progress> all = [];
    private Progress?[] incoming = [];
    private Progress?[] outgoing = [];

    private enum Measure
    {
        Matched,
        ConfirmedRound,
        HeardAtTick,
    }

    /// <summary>Not to be changed; a list, so that walking it allocates nothing.</summary>
    public List<Progress> All => all;

    public Progress? Find(NodeId node)
    {
        foreach (var progress in all)
        {
            if (progress.Node == node)
                return progress;
        }

        return null;
    }

    /// <summary>Follows a new configuration: whoever stays keeps his progress, a newcomer is made by <paramref name="create"/>.</summary>
    public void Reconfigure(Configuration configuration, Func<NodeId, Progress> create)
    {
        var present = configuration.Voters.Union(configuration.OutgoingVoters).Union(configuration.Learners).Remove(self);
        var previous = all.ToArray();
        all.Clear();
        foreach (var node in present)
            all.Add(Array.Find(previous, progress => progress.Node == node) ?? create(node));
        incoming = Half(configuration.Voters);
        outgoing = Half(configuration.OutgoingVoters);
    }

    /// <summary>The last index that is durable on more than half of the voters.</summary>
    public LogIndex MatchedByQuorum(LogIndex ownDurable) => new(Reached(Measure.Matched, ownDurable.Value));

    /// <summary>The latest confirmation round that more than half of the voters answered.</summary>
    public ulong RoundOfQuorum(ulong ownRound) => Reached(Measure.ConfirmedRound, ownRound);

    /// <summary>The latest tick since which more than half of the voters were heard.</summary>
    public long HeardFromQuorumAtTick(long nowTick) => (long)Reached(Measure.HeardAtTick, (ulong)nowTick);

    private Progress?[] Half(ImmutableSortedSet<NodeId> voters)
    {
        var half = new Progress?[voters.Count];
        for (var i = 0; i < half.Length; i++)
            half[i] = voters[i] == self ? null : Find(voters[i]);
        return half;
    }

    private ulong Reached(Measure measure, ulong own)
    {
        Span<ulong> values = stackalloc ulong[incoming.Length + outgoing.Length];
        for (var i = 0; i < incoming.Length; i++)
            values[i] = Value(incoming[i], measure, own);
        for (var i = 0; i < outgoing.Length; i++)
            values[incoming.Length + i] = Value(outgoing[i], measure, own);
        return Majority.ReachedJointly(values[..incoming.Length], values[incoming.Length..]);
    }

    private static ulong Value(Progress? progress, Measure measure, ulong own) => progress is null
        ? own
        : measure switch
        {
            Measure.Matched => progress.Matched.Value,
            Measure.ConfirmedRound => progress.ConfirmedRound,
            _ => (ulong)progress.HeardAtTick,
        };
}
