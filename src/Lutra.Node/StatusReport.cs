using Lutra.Node.Identity;
using Lutra.Node.Loop;
using Lutra.Raft;

namespace Lutra.Node;

/// <summary>What a node says of itself. Built by its loop when asked.</summary>
internal static class StatusReport
{
    public static NodeStatus Status(NodeLoop loop, LutraNodeOptions options)
    {
        var membership = loop.Membership;
        var identity = membership.Identity;
        if (loop.Replica is not { } replica)
        {
            return new NodeStatus(
                identity.Label.Text, identity.Node.ToString(), null, options.ClusterName, NodeRole.Waiting, 0, null, null, 0, 0, 0, Revision.None, Revision.None,
                0, LutraVersion.Text, "waiting for the cluster to be created", membership.Waiting);
        }

        var raft = replica.Raft;
        var leader = raft.Configuration.Members.FirstOrDefault(member => member.Node is not null && member.Node == raft.Leader);
        using var view = replica.Keyspace.Pin();
        return new NodeStatus(
            identity.Label.Text, identity.Node.ToString(), membership.Begun!.Cluster.ToString(), options.ClusterName, RoleOf(raft.Role), raft.Term.Value,
            leader?.Label, leader?.ClientAddress, raft.Commit.Value, view.Applied.Index.Value, raft.Last.Index.Value, view.Revision,
            view.CompactRevision, raft.Configuration.Members.Length, LutraVersion.Text, HealthOf(replica), [])
        {
            OutOfSpace = !replica.HasRoom,
            Alarms = replica.Keyspace.Alarms.All,
        };
    }

    public static MemberList Members(NodeLoop loop, LutraNodeOptions options)
    {
        if (loop.Replica is not { } replica)
            return new MemberList("", []);
        return ListOf(replica.Raft.Configuration, loop.Membership.Begun!.Cluster.ToString(), replica.Raft.Leader);
    }

    /// <summary>The members in the order of their labels; those without one yet come first.</summary>
    public static MemberList ListOf(Configuration configuration, string cluster, NodeId? leader) =>
        new(cluster, [.. configuration.Members.Where(member => member.Role != MemberRole.Leaving)
            .OrderBy(member => Label.TryParse(member.Label, out _)).ThenBy(member => member.Id).Select(member => new ClusterMember(
            member.Id.ToString(), member.Label, member.PeerAddress, member.ClientAddress, member.Role == MemberRole.Learner, member.Node is not null,
            member.Node is not null && member.Node == leader)
        {
            Promotion = member.Role != MemberRole.Learner ? null : member.AutoPromote ? MemberPromotion.Automatic : MemberPromotion.Manual,
            Replaces = member.Replaces?.ToString(),
        })]);

    private static string HealthOf(Replica replica) =>
        replica.Raft.Leader is null ? "no leader is known"
        : replica.RoomTrouble is { } trouble ? trouble
        : replica.Keyspace.Alarms.IsCorrupt ? "the alarm CORRUPT is raised: nothing is changed until it is taken back"
        : replica.Keyspace.Alarms.IsFull ? "the alarm NOSPACE is raised: nothing that needs room is done until it is taken back"
        : "ok";

    public static NodeRole RoleOf(RoleName role) => role switch
    {
        RoleName.Follower => NodeRole.Follower,
        RoleName.PreCandidate => NodeRole.PreCandidate,
        RoleName.Candidate => NodeRole.Candidate,
        RoleName.Leader => NodeRole.Leader,
        RoleName.Learner => NodeRole.Learner,
        _ => throw new System.Diagnostics.UnreachableException($"No word for {role}"),
    };
}
