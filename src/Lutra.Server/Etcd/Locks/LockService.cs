using Google.Protobuf;
using Lutra.Server.Etcd.Errors;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Locks;

/// <summary><c>v3lockpb.Lock</c>: a lock that is held for as long as the lease that came with it.</summary>
internal static class LockService
{
    private const string Service = "/v3lockpb.Lock/";
    private const string SessionExpired = "mutex: session is expired";

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "Lock", CallerNeed.Keys, Pb.LockRequest.Parser, LockAsync) with { GoesOn = true },
        ProtoMethod.Single(Service + "Unlock", CallerNeed.Keys, Pb.UnlockRequest.Parser, UnlockAsync) with { Writes = true },
    ];

    private static async ValueTask<IMessage> LockAsync(EtcdCall call, Pb.LockRequest request)
    {
        var line = await LineUp.WithLeaseAsync(call, request.Name.Memory, request.Lease);
        var at = await line.WaitAsync(await line.JoinAsync(ReadOnlyMemory<byte>.Empty), SessionExpired);
        return new Pb.LockResponse { Header = call.HeaderAt(at).ToMessage(), Key = ByteString.CopyFrom(line.Key) };
    }

    // Whether the lock was held, or is there at all, is not asked: etcd does not either.
    private static async ValueTask<IMessage> UnlockAsync(EtcdCall call, Pb.UnlockRequest request)
    {
        if (request.Key.IsEmpty)
            throw EtcdErrors.EmptyKey;
        var result = await call.Node.DeleteAsync(new DeleteOperation(KeyRange.Single(request.Key.Memory)), default, call.Ended);
        return new Pb.UnlockResponse { Header = call.HeaderAt(result.Revision).ToMessage() };
    }
}
