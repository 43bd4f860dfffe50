using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>
/// Sees all nodes and disks at once and holds them against what Raft and Lutra promise (reliability specification, 1.9), after every event of every node.
/// The first thing that is wrong is kept.
/// </summary>
internal sealed class ClusterWatch
{
    private readonly SimulatedCluster cluster;
    private readonly Operator keeper;
    private readonly Action<SimulatedNode?, string> note;
    private readonly WrittenEntries written = new();
    private readonly SortedDictionary<Term, NodeId> leaders = [];
    private readonly SortedDictionary<NodeId, (SimulatedNode Machine, DiskShadow Disk)> disks = [];
    private readonly SortedDictionary<ulong, long> revisions = [];

    public ClusterWatch(SimulatedCluster cluster, Operator keeper, Action<SimulatedNode?, string> note)
    {
        (this.cluster, this.keeper, this.note) = (cluster, keeper, note);
        foreach (var node in cluster.Nodes)
            Watch(node);
    }

    public GhostLog Ghost { get; } = new();

    /// <summary>The invariant, the time and what is wrong; null where all holds.</summary>
    public string? Breach { get; private set; }

    public void Fail(string invariant, string what) => Breach ??= $"{invariant} at {cluster.Scheduler.Now}: {what}";

    /// <summary>A node of the run; also one that is added later.</summary>
    public void Watch(SimulatedNode node)
    {
        var watch = new NodeWatch(this, node);
        node.Ran = watch.Look;
        node.Acknowledged = proposal => Acknowledged(node, proposal);
        node.DiskIsNew = () =>
        {
            keeper.Roster.Forget(node);
            FollowDisk(node, watch);
        };
        FollowDisk(node, watch);
    }

    /// <summary>What takes longer to look at, ten times a second.</summary>
    public void LookAtAll()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.Loop?.Replica is { } replica)
                SlowChecks.Look(this, node, replica);
        }
    }

    /// <summary>What was committed must be where the core is, after everything.</summary>
    public void RequireAll(SimulatedNode node)
    {
        if (node.Loop!.Replica!.Raft.Commit < Ghost.Last)
            Fail("I8 no acknowledged write is lost", $"node {node.Label} has committed up to {node.Loop.Replica.Raft.Commit}, but {Ghost.Last} was committed before");
    }

    public void Know(NodeId id, SimulatedNode machine, DiskShadow disk)
    {
        disks[id] = (machine, disk);
        keeper.Roster.Know(id, machine);
    }

    /// <summary>A node follows another configuration than before.</summary>
    public void Follows(RaftNode raft)
    {
        var at = raft.ConfigurationIndex;
        keeper.Roster.Saw(new LogPosition(at, raft.Log.TermAt(at) ?? Term.Zero), raft.Configuration, at <= Ghost.Last);
    }

    /// <summary>I1, I4, I10: a node leads.</summary>
    /// <param name="before">The configuration that it followed before the event in which that came about.</param>
    public void Leads(SimulatedNode node, RaftNode raft, Configuration before)
    {
        note(node, $"leads in term {raft.Term}");
        if (leaders.TryGetValue(raft.Term, out var other) && other != raft.Id)
            Fail("I1 election safety", $"node {node.Label} ({raft.Id}) leads in term {raft.Term}, which {other} led");
        leaders[raft.Term] = raft.Id;

        var due = Ghost.LastCommittedBefore(raft.Term);
        if (due != LogPosition.Zero && (due.Index > raft.Last.Index || (raft.Log.TermAt(due.Index) is { } held && held != due.Term)))
            Fail("I4 leader completeness", $"node {node.Label} leads in term {raft.Term} with a log up to {raft.Last}, without the committed entry {due}");

        if (!IsQuorum(before, id => VotedFor(id, raft)) && !IsQuorum(raft.Configuration, id => VotedFor(id, raft)))
            Fail("I10 votes are durable", $"node {node.Label} leads in term {raft.Term}, but the disks hold no quorum of votes for it");
    }

    /// <summary>I3, I4, I5, I10: a node's commit index passed this entry.</summary>
    /// <param name="before">The configuration that it followed before the event in which that came about.</param>
    public void Committed(SimulatedNode node, RaftNode raft, LogIndex index, Configuration before)
    {
        var inMemory = index >= raft.Log.FirstInMemory;
        if (index <= Ghost.Last)
        {
            if (inMemory ? !Ghost.IsSame(raft.Log[index]) : raft.Log.TermAt(index) is { } term && term != Ghost.TermAt(index))
                Fail("I5 state machine safety", $"node {node.Label} commits another entry {index} than was committed before");
            return;
        }

        if (!inMemory || index != Ghost.Last.Next)
        {
            Fail("I5 state machine safety", $"node {node.Label} commits {index}, but nobody committed {Ghost.Last.Next} yet");
            return;
        }

        var entry = raft.Log[index];
        if (!IsQuorum(before, id => HoldsDurably(id, entry)) && !IsQuorum(raft.Configuration, id => HoldsDurably(id, entry)))
            Fail("I10 only what is durable on a quorum is committed", $"node {node.Label} commits {entry.Position} ({entry.Kind}), which the disks of no quorum hold");
        Ghost.Add(entry, raft.Term);
        keeper.Roster.CommittedUpTo(entry.Position);
        if (entry.Kind == EntryKind.Configuration)
            MembersChanged(node, entry);
    }

    // I9: between any two neighbours every majority of the one meets every majority of the other.
    private void MembersChanged(SimulatedNode node, in Entry entry)
    {
        var members = Configuration.Decode(entry.Payload.Span);
        if (keeper.Roster.Newest is { } former && !Meet(former, members))
            Fail("I9 neighbouring majorities meet", $"node {node.Label} commits {entry.Position}, which changes voters in one step");
        if (keeper.Roster.Committed(entry.Position, members) is { } returned)
            Fail("I9 who was removed is a member no more", $"node {node.Label} commits {entry.Position}, which takes {returned} in again");
    }

    private static bool Meet(Configuration former, Configuration next) =>
        former.IsJoint ? !next.IsJoint && next.Voters.SetEquals(former.Voters) : (next.IsJoint ? next.OutgoingVoters : next.Voters).SetEquals(former.Voters);

    /// <summary>I5, I7: a node's readers see the state at this position.</summary>
    public void Applied(SimulatedNode node, LogPosition applied, long revision)
    {
        if (!Ghost.Holds(applied))
            Fail("I5 state machine safety", $"node {node.Label} has applied {applied}, which is not what was committed");
        if (revisions.TryGetValue(applied.Index.Value, out var known) && known != revision)
            Fail("I7 one revision at one index", $"node {node.Label} is at revision {revision} at index {applied.Index}, another node was at {known}");
        revisions[applied.Index.Value] = revision;
    }

    public bool IsSound(SimulatedNode node) => keeper.IsSound(node);

    private void Acknowledged(SimulatedNode node, ProposalId proposal)
    {
        if (!Ghost.Holds(proposal))
            Fail("I8 what is acknowledged is committed", $"node {node.Label} acknowledged a write that no committed entry holds");
    }

    private void FollowDisk(SimulatedNode node, NodeWatch watch)
    {
        var shadow = new DiskShadow(node.Label, written);
        watch.Disk = shadow;
        node.Disk.Synced = (path, file) =>
        {
            shadow.Synced(path, file);
            if (shadow.Contradiction is { } wrong && keeper.IsSound(node))
                Fail("I3 log matching", wrong);
        };
    }

    private static bool IsQuorum(Configuration voters, Func<NodeId, bool> counts) =>
        IsMajority(voters.Voters, counts) && (!voters.IsJoint || IsMajority(voters.OutgoingVoters, counts));

    private static bool IsMajority(System.Collections.Immutable.ImmutableSortedSet<NodeId> voters, Func<NodeId, bool> counts) => voters.Count(counts) > voters.Count / 2;

    // A damaged disk cannot be read for what it once promised; nodes on such disks are given the benefit of the doubt.
    private bool HoldsDurably(NodeId id, Entry entry) =>
        disks.TryGetValue(id, out var known) && (known.Disk.Holds(entry.Index, entry.Term) || !keeper.IsSound(known.Machine));

    private bool VotedFor(NodeId id, RaftNode candidate) =>
        disks.TryGetValue(id, out var known)
        && (!keeper.IsSound(known.Machine) || known.Disk.HardState.Term > candidate.Term
            || (known.Disk.HardState.Term == candidate.Term && known.Disk.HardState.Vote == candidate.Id));
}
