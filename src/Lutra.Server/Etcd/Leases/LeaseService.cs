using Google.Protobuf;
using Lutra.Server.Etcd.Errors;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Leases;

/// <summary><c>etcdserverpb.Lease</c>.</summary>
internal static class LeaseService
{
    private const string Service = "/etcdserverpb.Lease/";
    private const long TtlSecondsMax = 9_000_000_000;

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "LeaseGrant", CallerNeed.User, Pb.LeaseGrantRequest.Parser, GrantAsync) with { Writes = true },
        ProtoMethod.Single(Service + "LeaseRevoke", CallerNeed.Keys, Pb.LeaseRevokeRequest.Parser, RevokeAsync) with { Writes = true },
        ProtoMethod.Single(Service + "LeaseTimeToLive", CallerNeed.User, Pb.LeaseTimeToLiveRequest.Parser, TimeToLiveAsync),
        ProtoMethod.Single(Service + "LeaseLeases", CallerNeed.User, Pb.LeaseLeasesRequest.Parser, ListAsync),
        new StreamingMethod(Service + "LeaseKeepAlive", static (call, requests) => new KeepAliveStream(call).RunAsync(requests)) { Need = CallerNeed.Keys },
    ];

    private static async ValueTask<IMessage> GrantAsync(EtcdCall call, Pb.LeaseGrantRequest request)
    {
        if (request.TTL > TtlSecondsMax)
            throw EtcdErrors.LeaseTtlTooLarge;

        // Too short a time is lengthened, and 0 or less is too short like any other.
        var granted = await call.Node.GrantLeaseAsync(Math.Max(request.TTL, 1), request.ID, call.Ended);
        return new Pb.LeaseGrantResponse { Header = call.HeaderAt(granted.Revision).ToMessage(), ID = granted.Lease, TTL = granted.TtlSeconds };
    }

    private static async ValueTask<IMessage> RevokeAsync(EtcdCall call, Pb.LeaseRevokeRequest request)
    {
        if (request.ID == 0)
            throw EtcdErrors.LeaseNotFound;
        var revoked = await call.Node.RevokeLeaseAsync(request.ID, call.Ended);
        return new Pb.LeaseRevokeResponse { Header = call.HeaderAt(revoked.Revision).ToMessage() };
    }

    // A lease that is gone is no error: its time to live is -1.
    private static async ValueTask<IMessage> TimeToLiveAsync(EtcdCall call, Pb.LeaseTimeToLiveRequest request)
    {
        try
        {
            var status = await call.Node.LeaseAsync(request.ID, request.Keys, call.Ended);
            var reply = new Pb.LeaseTimeToLiveResponse
            {
                Header = call.Header().ToMessage(),
                ID = request.ID,
                TTL = status.TtlSeconds,
                GrantedTTL = status.GrantedTtlSeconds,
            };
            reply.Keys.AddRange(status.Keys.Select(key => ByteString.CopyFrom(key.Span)));
            return reply;
        }
        catch (LutraException gone) when (gone.Error == LutraError.LeaseNotFound)
        {
            return new Pb.LeaseTimeToLiveResponse { Header = call.Header().ToMessage(), ID = request.ID, TTL = -1 };
        }
    }

    private static async ValueTask<IMessage> ListAsync(EtcdCall call, Pb.LeaseLeasesRequest request)
    {
        var leases = await call.Node.LeasesAsync(call.Ended);
        var reply = new Pb.LeaseLeasesResponse { Header = call.Header().ToMessage() };
        reply.Leases.AddRange(leases.Select(lease => new Pb.LeaseStatus { ID = lease }));
        return reply;
    }
}
