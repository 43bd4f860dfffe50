using System.Collections.Immutable;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>
/// What a node that belongs to a cluster knows of its members, and whom it has to tell: members that missed the beginning, nodes that were added, nodes that
/// were removed and do not know it.
/// </summary>
/// <param name="peers">Who is connected.</param>
internal sealed class BegunCluster(FormationSelf self, Begun record, SortedDictionary<NodeId, KnownPeer> peers, Action<NodeId, FormationMessage> say)
{
    private ClusterBegun? later;

    /// <summary>The newest members that this node has seen committed; until then none, and those that created the cluster are meant.</summary>
    public ClusterBegun Word { get; private set; } = new(record.Draft);

    /// <summary>Set while this node knows that it is no member any more; it may be taken in again, by a request that was on its way, before it has gone.</summary>
    public Removal? Removed { get; private set; }

    /// <summary>Up to here in the log this node knows who the members are; one that has just joined, only that it is one of them.</summary>
    public LogIndex ConfigurationIndex => Word.At > record.JoinedAt ? Word.At : record.JoinedAt;

    /// <summary>Later members than this node has seen committed, as another says. Empty: none.</summary>
    public ImmutableArray<Member> LaterMembers => later is not null && later.At > Word.At ? later.Members.Members : [];

    /// <summary>A member of this cluster says what it knows.</summary>
    public void Receive(ClusterBegun said)
    {
        // One that has just joined knows that it is a member as of then, and not yet who else is: it remembers only what the cluster was created from.
        if (said.At <= Word.At || said.At < record.JoinedAt)
            return;
        SeeWhetherRemoved(said.At, said.Members);
        if (later is null || said.At > later.At)
            later = said;
    }

    public void Committed(LogIndex at, Configuration members)
    {
        if (at <= Word.At)
            return;
        SeeWhetherRemoved(at, members);
        Word = new ClusterBegun(record.Draft, at, members);
        foreach (var (node, peer) in peers)
        {
            if (WantsWord(peer.Hello))
                say(node, Word);
        }
    }

    /// <summary>Whether a peer may lack what this node knows: it belongs to no cluster, or it was removed and does not know it.</summary>
    public bool WantsWord(Hello hello) => hello.Stage != FormationStage.Begun
        || (hello.Cluster == record.Draft.Cluster && hello.ConfigurationIndex < Word.At && Word.MemberOf(hello.Node) is null);

    /// <summary>
    /// A member that knows of earlier members only may wait for a leader that it has never heard of, and that looks for it where it is no more: what it is told
    /// here is where to look. Those that hear the leader have caught up long before the next tick but one. One that joined at the newest members says that it knows as much,
    /// though it may know none of them: so those are told, too, once.
    /// </summary>
    public void TellLaggards()
    {
        foreach (var (node, peer) in peers)
        {
            if (peer.Hello.Stage != FormationStage.Begun || peer.Hello.Cluster != record.Draft.Cluster || peer.Hello.ConfigurationIndex > Word.At || peer.ToldAt >= Word.At)
                continue;
            if (peer.Lags)
            {
                Marks.LaggardTold.Hit();
                peer.ToldAt = Word.At;
                say(node, Word);
            }

            peer.Lags = !peer.Lags;
        }
    }

    private void SeeWhetherRemoved(LogIndex at, Configuration members)
    {
        if (at <= record.JoinedAt)
            return;
        if (members.MemberOf(self.Node) is not null)
            Removed = at > Removed?.At ? null : Removed;
        else
            Removed ??= new Removal(at, members, StopText.Removed(self, record.Draft.Cluster));
    }
}
