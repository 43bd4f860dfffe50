using Lutra.Raft;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Who belongs to the cluster, as whoever sees all nodes at once knows it: every configuration that is in force somewhere, or may come to be, and which machine
/// is which node. While members change, a majority is one of each of them.
/// </summary>
/// <param name="founders">Who is the cluster before any configuration was seen.</param>
internal sealed class Roster(IReadOnlyList<SimulatedNode> founders)
{
    // The first is the newest that is committed, or the one that the cluster began with.
    private readonly List<Known> live = [];
    private readonly List<Known> committed = [];
    private readonly SortedDictionary<NodeId, SimulatedNode> machines = [];

    // Nodes that ran when they were removed: they end, and come back as another node or never. One that had heard nothing yet of being a member may ask anew.
    private readonly SortedSet<NodeId> gone = [];

    // By label. A machine with another disk is another node.
    private readonly SortedDictionary<string, NodeId> identities = new(StringComparer.Ordinal);

    /// <summary>The newest that is committed; null before the first was seen.</summary>
    public Configuration? Newest => live.Count == 0 ? null : live[0].Members;

    /// <summary>Called when the first node follows a joint configuration that is not committed yet.</summary>
    public Action<Configuration>? JointBegan { get; set; }

    /// <summary>The node's replica runs on the machine.</summary>
    public void Know(NodeId id, SimulatedNode machine) => (machines[id], identities[machine.Label]) = (machine, id);

    /// <summary>The machine has another disk, and is the node no more.</summary>
    public void Forget(SimulatedNode machine) => identities.Remove(machine.Label);

    /// <summary>A node follows this configuration, which its log holds at <paramref name="at"/>.</summary>
    /// <param name="isCommitted">Whether anybody has committed it yet.</param>
    public void Saw(LogPosition at, Configuration members, bool isCommitted)
    {
        if (live.Count == 0)
            Add(committed, new Known(at, members));
        if (live.Count > 0 && (isCommitted || live.Exists(known => known.At == at)))
            return;
        live.Add(new Known(at, members));
        if (members.IsJoint)
            JointBegan?.Invoke(members);
    }

    /// <summary>An entry was committed that makes <paramref name="members"/> the cluster.</summary>
    /// <returns>One of them that was removed before, and cannot be reached any more; null: none.</returns>
    public NodeId? Committed(LogPosition at, Configuration members)
    {
        foreach (var member in Newest?.Members ?? [])
        {
            if (member.Node is { } before && machines.ContainsKey(before) && members.MemberOf(before) is null)
                gone.Add(before);
        }

        Add(committed, new Known(at, members));
        live.RemoveAll(known => known.At.Index <= at.Index);
        live.Insert(0, new Known(at, members));
        return members.Members.FirstOrDefault(member => member.Node is { } node && gone.Contains(node))?.Node;
    }

    /// <summary>
    /// The last entry that anybody committed. A configuration of an earlier term that waits behind it is on a branch that nobody can lead any more: terms never
    /// fall along a log, and every later leader holds this entry.
    /// </summary>
    public void CommittedUpTo(LogPosition last)
    {
        if (live.Count > 1)
            live.RemoveAll(known => known != live[0] && known.At.Term < last.Term);
    }

    /// <summary>Whether these were the committed members at <paramref name="at"/>.</summary>
    public bool WasCommitted(LogIndex at, Configuration members)
    {
        // A state brings its configuration under its own index, which is higher than that of the entry.
        var known = committed.FindLast(each => each.At.Index <= at);
        return known is not null && known.Members.Encode().AsSpan().SequenceEqual(members.Encode());
    }

    /// <summary>Whether the machine's node stands in a configuration that may count.</summary>
    public bool IsMember(SimulatedNode machine) => identities.TryGetValue(machine.Label, out var id)
        && live.Exists(known => known.Members.IsVoter(id) || known.Members.MemberOf(id) is not null);

    /// <summary>Whether the machine's node is one of the newest committed members.</summary>
    public bool IsCommittedMember(SimulatedNode machine) =>
        identities.TryGetValue(machine.Label, out var id) && Newest?.MemberOf(id) is not null;

    /// <summary>Whether the machine's node votes, or may come to: learners are promoted unasked.</summary>
    public bool MayVote(SimulatedNode machine) => live.Count == 0 ? founders.Contains(machine) : IsMember(machine);

    /// <summary>Whether those that count are a majority, of both halves where there are two, in every configuration that may count.</summary>
    public bool IsMajority(Func<SimulatedNode, bool> counts) => Holds(counts, null, promotes: false);

    /// <summary>The same, even once every learner that does not count votes too, and <paramref name="leaves"/> does not.</summary>
    public bool StaysMajority(Func<SimulatedNode, bool> counts, MemberId? leaves = null) => Holds(counts, leaves, promotes: true);

    private bool Holds(Func<SimulatedNode, bool> counts, MemberId? leaves, bool promotes)
    {
        if (live.Count == 0)
            return founders.Count(counts) > founders.Count / 2;
        foreach (var known in live)
        {
            var gone = known.Members.Members.FirstOrDefault(member => member.Id == leaves)?.Node;
            var (joining, replacing) = promotes ? Idle(known.Members, gone) : (0, 0);
            if (!IsHalf(known.Members.Voters) || (known.Members.IsJoint && !IsHalf(known.Members.OutgoingVoters)))
                return false;

            bool IsHalf(IReadOnlyCollection<NodeId> voters)
            {
                var (all, count) = (0, 0);
                foreach (var voter in voters)
                {
                    if (voter == gone)
                        continue;
                    all++;
                    count += Counts(voter) ? 1 : 0;
                }

                return count - replacing > (all + joining) / 2;
            }
        }

        return true;

        // Learners that do not count: each may become one more voter, or take the place of one that counts.
        (int Joining, int Replacing) Idle(Configuration members, NodeId? gone)
        {
            var idle = members.Members.Where(member => member is { Role: MemberRole.Learner, Node: { } id } && id != gone && !Counts(id)).ToArray();
            return (idle.Count(member => member.Replaces is null), idle.Count(member => member.Replaces is not null));
        }

        bool Counts(NodeId id) => machines.TryGetValue(id, out var machine) && identities.TryGetValue(machine.Label, out var current) && current == id && counts(machine);
    }

    private static void Add(List<Known> to, Known one)
    {
        if (to.Count == 0 || to[^1].At.Index < one.At.Index)
            to.Add(one);
    }

    private sealed record Known(LogPosition At, Configuration Members);
}
