using System.Collections.Immutable;
using System.Globalization;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>From the wire's results to the store's. Throws <see cref="FormatException"/> for what makes none.</summary>
internal static class ReplyReader
{
    public static KeyValue ToKeyValue(KeyValueBody body) =>
        new(body.Key, body.Value, new Revision(body.CreateRevision), new Revision(body.Revision), body.Version, body.Lease);

    public static PutResult ToResult(PutReply reply) =>
        new(new Revision(reply.Revision), reply.Previous is { } previous ? ToKeyValue(previous) : null);

    public static DeleteResult ToResult(DeleteReply reply) =>
        new(new Revision(reply.Revision), reply.Deleted, ToKeyValues(reply.Previous));

    public static RangeResult ToResult(PageReply reply) =>
        new(new Revision(reply.Revision), ToKeyValues(reply.Keys), reply.Count, reply.More);

    public static TransactionResult ToResult(TransactionReply reply) =>
        new(new Revision(reply.Revision), reply.Succeeded, reply.Results.Select(ToResult).ToImmutableArray());

    public static LeaseStatus ToLease(LeaseReply reply) => new(
        reply.Lease, reply.GrantedTtl, reply.Ttl, reply.Keys is null ? [] : [.. reply.Keys.Select(key => (ReadOnlyMemory<byte>)key.ToBytes())]);

    public static NodeStatus ToStatus(StatusReply reply) => new(
        reply.Name, reply.Id, reply.Cluster, reply.ClusterName, ToRole(reply.Role), reply.Term, reply.LeaderId, AddressOf(reply.Leader?.ClientUrl),
        reply.CommitIndex, reply.AppliedIndex, reply.LastIndex, new Revision(reply.Revision), new Revision(reply.CompactRevision), reply.Members,
        reply.Version, reply.Health, [.. reply.Waiting])
    {
        OutOfSpace = reply.OutOfSpace,
        Alarms = [.. reply.Alarms.Select(ToAlarm)],
    };

    private static Alarm ToAlarm(AlarmReply reply) => new(
        ulong.Parse(reply.MemberId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        reply.Alarm switch
        {
            AlarmNames.NoSpace => AlarmKind.NoSpace,
            AlarmNames.Corrupt => AlarmKind.Corrupt,
            var name => throw new FormatException($"{name} is no alarm that this client knows"),
        });

    public static MemberList ToMembers(MembersReply reply) => ToMembers(reply.Cluster, reply.Members);

    public static MemberChangeResult ToMemberChange(MemberChangeReply reply) =>
        new(reply.MemberId, reply.Changed, ToMembers(reply.Cluster, reply.Members));

    private static MemberList ToMembers(string cluster, IReadOnlyList<MemberReply> members) => new(cluster, [.. members.Select(member => new ClusterMember(
        member.Id, member.Name, member.PeerAddress, member.ClientAddress, member.IsLearner, member.HasStarted, member.IsLeader)
    {
        Promotion = member.Promotion switch
        {
            PromotionNames.Automatic => MemberPromotion.Automatic,
            PromotionNames.Manual => MemberPromotion.Manual,
            _ => null,
        },
        Replaces = member.Replaces,
    })]);

    private static ImmutableArray<KeyValue> ToKeyValues(IReadOnlyList<KeyValueBody>? bodies) =>
        bodies is null ? [] : bodies.Select(ToKeyValue).ToImmutableArray();

    private static OperationResult ToResult(OperationReply reply) => reply switch
    {
        { Put: { } put } => ToResult(put),
        { Get: { } get } => ToResult(get),
        { Delete: { } delete } => ToResult(delete),
        { Txn: { } nested } => ToResult(nested),
        _ => throw new FormatException("A result is of none of the kinds put, get, delete and txn."),
    };

    private static NodeRole ToRole(string name) => name switch
    {
        RoleNames.Waiting => NodeRole.Waiting,
        RoleNames.Follower => NodeRole.Follower,
        RoleNames.PreCandidate => NodeRole.PreCandidate,
        RoleNames.Candidate => NodeRole.Candidate,
        RoleNames.Leader => NodeRole.Leader,
        RoleNames.Learner => NodeRole.Learner,
        _ => throw new FormatException($"'{name}' is no role."),
    };

    /// <summary>What a URL says behind its scheme.</summary>
    public static string? AddressOf(string? url) => url is null ? null : url[(url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0)..];
}
