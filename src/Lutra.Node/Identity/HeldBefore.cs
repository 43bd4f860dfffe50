using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Identity;

/// <summary>
/// Up to where each follower was known to hold what is committed, as this node saw it when it led. A disk that comes back with less has lost what others count on (pitfall
/// D11): it may not vote, nor acknowledge anything more. Bounded by the members and the connections, gone with a restart.
/// </summary>
internal sealed class HeldBefore
{
    private readonly SortedDictionary<NodeId, LogIndex> held = [];
    // Which process was heard last as each node, member or not yet.
    private readonly SortedDictionary<NodeId, ulong> runs = [];

    /// <summary>It introduced itself and was let in.</summary>
    public void Heard(Hello hello) => runs[hello.Node] = hello.Run;

    /// <summary>Its last connection ended: what a leader knows of it is noted. Others know nothing.</summary>
    /// <param name="status">Of consensus; null before the cluster has begun.</param>
    public void Lost(NodeId peer, RaftStatus? status)
    {
        if (status is not null)
            Note(peer, status);
        if (status is null || status.Configuration.MemberOf(peer) is null)
            runs.Remove(peer);
    }

    /// <summary>Null where all is well; else the refusal, for the person at the other end.</summary>
    public string? Judge(Hello hello, RaftStatus status)
    {
        Note(hello.Node, status);

        // What a process held when it started is less than it holds now, of course: only another one is held to what its predecessor acknowledged. And a node says
        // nothing of its log until it has opened it, and says hello again then.
        if ((runs.TryGetValue(hello.Node, out var run) && run == hello.Run) || hello.Opened == default)
            return null;
        return held.TryGetValue(hello.Node, out var before) && hello.Opened.Last < before
            ? PeerJudge.WentBack(hello, $"its log ends with entry {hello.Opened.Last}, and it had acknowledged all up to {before}")
            : null;
    }

    private void Note(NodeId peer, RaftStatus status)
    {
        if (status.Followers.FirstOrDefault(each => each.Node == peer) is not { } follower)
            return;

        // Only what is committed as well: the rest of what it acknowledged may be overwritten by a later leader.
        var certain = follower.Matched < status.Commit ? follower.Matched : status.Commit;
        if (certain > held.GetValueOrDefault(peer))
            held[peer] = certain;
        foreach (var gone in held.Keys.Where(node => status.Configuration.MemberOf(node) is null).ToArray())
            held.Remove(gone);
    }
}
