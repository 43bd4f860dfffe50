using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Cluster;

/// <summary><c>etcdserverpb.Cluster</c>, on the changes of members that the node knows.</summary>
internal static class ClusterService
{
    private const string Service = "/etcdserverpb.Cluster/";

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "MemberList", CallerNeed.User, Pb.MemberListRequest.Parser, ListAsync),
        ProtoMethod.Single(Service + "MemberAdd", CallerNeed.Root, Pb.MemberAddRequest.Parser, AddAsync) with { Writes = true },
        ProtoMethod.Single(Service + "MemberRemove", CallerNeed.Root, Pb.MemberRemoveRequest.Parser, RemoveAsync) with { Writes = true },
        ProtoMethod.Single(Service + "MemberUpdate", CallerNeed.Root, Pb.MemberUpdateRequest.Parser, UpdateAsync) with { Writes = true },
        ProtoMethod.Single(Service + "MemberPromote", CallerNeed.Root, Pb.MemberPromoteRequest.Parser, PromoteAsync) with { Writes = true },
    ];

    private static async ValueTask<IMessage> ListAsync(EtcdCall call, Pb.MemberListRequest request)
    {
        // What a read that began now would see: this node has heard of every change that was answered before.
        if (request.Linearizable)
            await call.Node.UpToDateAsync(call.Ended);
        var reply = new Pb.MemberListResponse { Header = Header(call) };
        Fill(call, reply.Members, await call.Node.MembersAsync(call.Ended));
        return reply;
    }

    private static async ValueTask<IMessage> AddAsync(EtcdCall call, Pb.MemberAddRequest request)
    {
        var address = PeerUrls.ToAddress(request.PeerURLs);
        var members = (await call.Node.MembersAsync(call.Ended)).Members;
        if (members.Any(member => member.PeerAddress == address))
            throw EtcdErrors.PeerUrlExists;
        if (request.IsLearner && members.Any(IsShownAsLearner))
            throw EtcdErrors.TooManyLearners;

        // Every member begins as a learner, so that one that never starts holds up nothing; who asked for a voter gets one once it has caught up.
        var promotion = request.IsLearner ? MemberPromotion.Manual : MemberPromotion.Automatic;
        var added = await ChangeAsync(call, new AddMember(address, Promotion: promotion));
        var reply = new Pb.MemberAddResponse { Header = Header(call) };
        Fill(call, reply.Members, added.Members);
        var id = ParseId(added.Member);
        reply.Member = reply.Members.FirstOrDefault(member => member.ID == id)?.Clone();
        return reply;
    }

    private static async ValueTask<IMessage> RemoveAsync(EtcdCall call, Pb.MemberRemoveRequest request)
    {
        var members = (await call.Node.MembersAsync(call.Ended)).Members;
        var member = Find(members, request.ID);

        // Of the last that votes etcd says that no other has started, whatever was added beside it.
        var isLast = !member.IsLearner && members.Count(other => !other.IsLearner) == 1;
        var removed = await ChangeAsync(call, new RemoveMember(FormatId(request.ID)), isLast ? EtcdErrors.NotEnoughStartedMembers : null);
        var reply = new Pb.MemberRemoveResponse { Header = Header(call) };
        Fill(call, reply.Members, removed.Members);
        return reply;
    }

    private static async ValueTask<IMessage> UpdateAsync(EtcdCall call, Pb.MemberUpdateRequest request)
    {
        var member = await FindAsync(call, request.ID);
        var address = PeerUrls.ToAddress(request.PeerURLs);
        if (address != member.PeerAddress)
            await MoveAsync(call, member, address);
        var reply = new Pb.MemberUpdateResponse { Header = Header(call) };
        Fill(call, reply.Members, await call.Node.MembersAsync(call.Ended));
        return reply;
    }

    private static async ValueTask<IMessage> PromoteAsync(EtcdCall call, Pb.MemberPromoteRequest request)
    {
        var member = await FindAsync(call, request.ID);
        if (!member.IsLearner)
            throw EtcdErrors.MemberNotLearner;
        if (!member.HasStarted)
            throw EtcdErrors.LearnerNotReady;
        var promoted = await ChangeAsync(call, new PromoteMember(FormatId(request.ID)), EtcdErrors.LearnerNotReady);
        var reply = new Pb.MemberPromoteResponse { Header = Header(call) };
        Fill(call, reply.Members, promoted.Members);
        return reply;
    }

    private static async ValueTask MoveAsync(EtcdCall call, ClusterMember member, string address)
    {
        try
        {
            await call.Node.MoveMemberAsync(member.Id, address, call.Ended);
        }
        catch (LutraException refusal) when (refusal.Error == LutraError.ChangeRefused)
        {
            // Only Lutra has a reason to refuse it, and says which.
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"lutra: {refusal.Message}");
        }
    }

    /// <param name="refused">What a refusal for the cluster's sake is to the client; null: that the cluster is not well enough.</param>
    private static async ValueTask<MemberChangeResult> ChangeAsync(EtcdCall call, MemberChange change, GrpcException? refused = null)
    {
        try
        {
            return await call.Node.ChangeMembersAsync(change, call.Ended);
        }
        catch (LutraException refusal) when (refusal.Error == LutraError.ChangeRefused)
        {
            throw refused ?? EtcdErrors.Unhealthy;
        }
        catch (LutraException refusal) when (refusal.Error == LutraError.InvalidArgument)
        {
            throw EtcdErrors.BadMemberUrls;
        }
    }

    private static async ValueTask<ClusterMember> FindAsync(EtcdCall call, ulong id) => Find((await call.Node.MembersAsync(call.Ended)).Members, id);

    private static ClusterMember Find(ImmutableArray<ClusterMember> members, ulong id) =>
        members.FirstOrDefault(member => ParseId(member.Id) == id) ?? throw EtcdErrors.MemberNotFound;

    // Of these replies the header names no revision.
    private static Pb.ResponseHeader Header(EtcdCall call) => call.HeaderAt(Revision.None).ToMessage();

    private static void Fill(EtcdCall call, RepeatedField<Pb.Member> target, MemberList members)
    {
        foreach (var member in members.Members.OrderBy(member => ParseId(member.Id)))
        {
            var shown = new Pb.Member
            {
                ID = ParseId(member.Id),
                IsLearner = IsShownAsLearner(member),
                PeerURLs = { UrlOf(member.PeerAddress) },
            };

            // To clients a member without a name has never started, and is no endpoint.
            if (member.HasStarted)
            {
                shown.Name = member.Label;
                shown.ClientURLs.Add(UrlOf(member.ClientAddress));
            }

            target.Add(shown);
        }

        string UrlOf(string address) => $"{call.Face.UrlScheme}://{address}";
    }

    // A voter to be is shown as a voter.
    private static bool IsShownAsLearner(ClusterMember member) => member.IsLearner && member.Promotion != MemberPromotion.Automatic;

    private static ulong ParseId(string id) => ulong.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string FormatId(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);
}
