using System.Globalization;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>A cluster of etcd in the store's words: its members, and what one of them says of itself.</summary>
internal sealed class EtcdMembers(GrpcServer server)
{
    private const string Cluster = "etcdserverpb.Cluster/";
    private const string Maintenance = "etcdserverpb.Maintenance/";

    public async ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var status = await AskAsync(cancellationToken);
        var list = await ListAsync(status, cancellationToken);
        var id = Id(status.Header.MemberId);
        var own = list.Members.FirstOrDefault(member => member.Id == id);
        var leader = list.Members.FirstOrDefault(member => member.IsLeader);
        return new NodeStatus(
            own?.Label ?? id, id, list.Cluster, "", status.IsLearner ? NodeRole.Learner : own is { IsLeader: true } ? NodeRole.Leader : NodeRole.Follower, status.RaftTerm,
            leader?.Label, leader?.ClientAddress, status.RaftIndex, status.RaftAppliedIndex, status.RaftIndex, EtcdReplies.RevisionOf(status.Header), Revision.None,
            list.Members.Length, $"etcd {status.Version}", status.Errors.Count == 0 ? "ok" : string.Join("; ", status.Errors), []);
    }

    public async ValueTask<MemberList> ListAsync(CancellationToken cancellationToken) => await ListAsync(await AskAsync(cancellationToken), cancellationToken);

    public async ValueTask<MemberChangeResult> ChangeAsync(MemberChange change, CancellationToken cancellationToken)
    {
        switch (change)
        {
            case AddMember { Label: not null }:
                throw server.Refuse("lets a node choose its own name (--name): add it by its address alone");
            case AddMember { ClientAddress: not null }:
                throw server.Refuse("learns a node's client address from the node itself (--advertise-client-urls)");
            case AddMember add:
                var request = new Pb.MemberAddRequest { PeerURLs = { Url(add.Address) }, IsLearner = add.Promotion == MemberPromotion.Manual };
                var added = await server.WriteAsync(
                    Cluster + "MemberAdd", request, Pb.MemberAddResponse.Parser, static reply => reply.Member ?? throw new FormatException("No member was named."), default,
                    cancellationToken);
                return await DoneAsync(Id(added.ID), cancellationToken);
            case RemoveMember remove:
                var gone = await FindAsync(remove.Member, cancellationToken);
                await server.WriteAsync(
                    Cluster + "MemberRemove", new Pb.MemberRemoveRequest { ID = gone }, Pb.MemberRemoveResponse.Parser, static reply => reply, default, cancellationToken);
                return await DoneAsync(Id(gone), cancellationToken);
            case PromoteMember promote:
                var voter = await FindAsync(promote.Member, cancellationToken);
                await server.WriteAsync(
                    Cluster + "MemberPromote", new Pb.MemberPromoteRequest { ID = voter }, Pb.MemberPromoteResponse.Parser, static reply => reply, default, cancellationToken);
                return await DoneAsync(Id(voter), cancellationToken);
            default:
                throw server.Refuse("cannot put one member in another's place: add the new one, then remove the old one");
        }
    }

    /// <summary>Only the leader does it: of another member it is unavailable, and the next may be asked.</summary>
    public async ValueTask<string> MoveLeaderAsync(string? to, CancellationToken cancellationToken)
    {
        var list = await ListAsync(cancellationToken);
        var target = to is null
            ? list.Members.FirstOrDefault(member => member is { IsLeader: false, IsLearner: false, HasStarted: true })
                ?? throw new LutraException(LutraError.ChangeRefused, "There is no other voter that could lead.")
            : Find(list, to);
        if (target.IsLeader)
            return target.Label;
        await server.WriteAsync(
            Maintenance + "MoveLeader", new Pb.MoveLeaderRequest { TargetID = Number(target.Id) }, Pb.MoveLeaderResponse.Parser, static reply => reply, default, cancellationToken);
        return target.Label;
    }

    private ValueTask<Pb.StatusResponse> AskAsync(CancellationToken cancellationToken) => server.ReadAsync(
        Maintenance + "Status", new Pb.StatusRequest(), Pb.StatusResponse.Parser,
        static reply => reply.Header is null ? throw new FormatException("A reply has no header.") : reply, cancellationToken);

    private async ValueTask<MemberList> ListAsync(Pb.StatusResponse status, CancellationToken cancellationToken)
    {
        var reply = await server.ReadAsync(Cluster + "MemberList", new Pb.MemberListRequest(), Pb.MemberListResponse.Parser, static reply => reply, cancellationToken);
        return new MemberList(Id(status.Header.ClusterId), [.. reply.Members.Select(member => new ClusterMember(
            Id(member.ID), member.Name, Address(member.PeerURLs), Address(member.ClientURLs), member.IsLearner, HasStarted: member.Name.Length > 0,
            IsLeader: member.ID == status.Leader))]);
    }

    private async ValueTask<MemberChangeResult> DoneAsync(string member, CancellationToken cancellationToken) =>
        new(member, Changed: true, await ListAsync(cancellationToken));

    private async ValueTask<ulong> FindAsync(string name, CancellationToken cancellationToken) => Number(Find(await ListAsync(cancellationToken), name).Id);

    private static ClusterMember Find(MemberList list, string name) =>
        list.Members.FirstOrDefault(member => member.Label == name || member.Id == name || member.PeerAddress == name)
        ?? throw new LutraException(LutraError.MemberNotFound, $"There is no member '{name}'. Name one by its name, its id in hexadecimal or its peer address.");

    private static string Address(IEnumerable<string> urls) => urls.FirstOrDefault() is not { } url ? ""
        : url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? url[(at + 3)..] : url;

    private static string Url(string address) => address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";

    private static string Id(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    private static ulong Number(string id) => ulong.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
