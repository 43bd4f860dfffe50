using Google.Protobuf;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Locks;

/// <summary><c>v3electionpb.Election</c>: who has its turn in the line leads, and its key's value is what it proclaims.</summary>
internal static class ElectionService
{
    private const string Service = "/v3electionpb.Election/";
    private const string NotLeader = "election: not leader";

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "Campaign", CallerNeed.Keys, Pb.CampaignRequest.Parser, CampaignAsync) with { GoesOn = true },
        ProtoMethod.Single(Service + "Proclaim", CallerNeed.Keys, Pb.ProclaimRequest.Parser, ProclaimAsync) with { Writes = true },
        ProtoMethod.Single(Service + "Leader", CallerNeed.Keys, Pb.LeaderRequest.Parser, LeaderAsync),
        ProtoMethod.Many(Service + "Observe", CallerNeed.Keys, Pb.LeaderRequest.Parser, static (call, request) => new Observation(call, request.Name.Memory).RunAsync()),
        ProtoMethod.Single(Service + "Resign", CallerNeed.Keys, Pb.ResignRequest.Parser, ResignAsync) with { Writes = true },
    ];

    private static async ValueTask<IMessage> CampaignAsync(EtcdCall call, Pb.CampaignRequest request)
    {
        var line = await LineUp.WithLeaseAsync(call, request.Name.Memory, request.Lease);
        var place = await line.JoinAsync(request.Value.Memory);
        var leader = new Pb.LeaderKey { Name = request.Name, Key = ByteString.CopyFrom(line.Key), Rev = place.Revision.Value, Lease = line.Lease };

        // Who stood before now stands for something else.
        if (place.Before is { } before && !before.Value.Span.SequenceEqual(request.Value.Span))
            await PutAsync(call, leader, request.Value);
        var at = await line.WaitAsync(place, NotLeader);
        return new Pb.CampaignResponse { Header = call.HeaderAt(at).ToMessage(), Leader = leader };
    }

    private static async ValueTask<IMessage> ProclaimAsync(EtcdCall call, Pb.ProclaimRequest request)
    {
        var at = await PutAsync(call, Required(request.Leader), request.Value);
        return new Pb.ProclaimResponse { Header = call.HeaderAt(at).ToMessage() };
    }

    private static async ValueTask<Revision> PutAsync(EtcdCall call, Pb.LeaderKey leader, ByteString value)
    {
        var result = await call.Node.TransactAsync(
            new TransactionOperation([StillLeads(leader)], [new PutOperation(leader.Key.Memory, value.Memory, leader.Lease)], []), cancellationToken: call.Ended);
        return result.Succeeded ? result.Revision : throw new GrpcException(GrpcStatusCode.Unknown, NotLeader);
    }

    private static async ValueTask<IMessage> LeaderAsync(EtcdCall call, Pb.LeaderRequest request)
    {
        var found = await call.Node.RangeAsync(LineUp.First(LineUp.RangeOf(request.Name.Memory)), default, call.Ended);
        return found.KeyValues is [var leader]
            ? new Pb.LeaderResponse { Header = call.HeaderAt(found.Revision).ToMessage(), Kv = KeyValueWire.ToMessage(leader) }
            : throw new GrpcException(GrpcStatusCode.Unknown, "election: no leader");
    }

    // Not to lead any more is no error.
    private static async ValueTask<IMessage> ResignAsync(EtcdCall call, Pb.ResignRequest request)
    {
        var leader = Required(request.Leader);
        var result = await call.Node.TransactAsync(
            new TransactionOperation([StillLeads(leader)], [new DeleteOperation(KeyRange.Single(leader.Key.Memory))], []), cancellationToken: call.Ended);
        return new Pb.ResignResponse { Header = call.HeaderAt(result.Revision).ToMessage() };
    }

    private static Pb.LeaderKey Required(Pb.LeaderKey? leader) =>
        leader ?? throw new GrpcException(GrpcStatusCode.Unknown, "\"leader\" field must be provided");

    private static Compare StillLeads(Pb.LeaderKey leader) =>
        new(KeyRange.Single(leader.Key.Memory), CompareTarget.CreateRevision, CompareResult.Equal, leader.Rev);
}
