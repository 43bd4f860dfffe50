using System.Collections.Immutable;

namespace Lutra.Raft;

/// <summary>Who said yes in one election, each once (pitfall E05).</summary>
internal sealed class VoteTally
{
    private readonly SortedSet<NodeId> granted = [];

    public void Grant(NodeId voter) => granted.Add(voter);

    /// <summary>Whether more than half of each half of <paramref name="configuration"/> said yes; who is no voter in it is not counted.</summary>
    public bool IsWon(Configuration configuration) =>
        HasMajority(configuration.Voters) && (!configuration.IsJoint || HasMajority(configuration.OutgoingVoters));

    private bool HasMajority(ImmutableSortedSet<NodeId> half)
    {
        var count = 0;
        foreach (var voter in half)
            count += granted.Contains(voter) ? 1 : 0;
        return count >= Majority.Of(half.Count);
    }
}
