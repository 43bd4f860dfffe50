using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Lutra.Server.Etcd;
using Lutra.Server.Etcd.Cluster;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Kv;
using Lutra.Server.Etcd.Leases;
using Lutra.Server.Etcd.Watches;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// What clients of etcd's API send: gRPC's frames, and in them the request of every method, as it is, compressed, or in frames that are hostile themselves. Bytes: the
/// method, the form, then a message or a body. What is read by hand must be what protobuf itself reads; what protobuf reads must be written as bytes that read the
/// same.
/// </summary>
internal sealed class EtcdRequestTarget : FuzzTarget
{
    // Small, so that what a compressed message comes to is bounded as strictly as everything else.
    private const int MessageBytesMax = 128 * 1024;
    private const int OperationsMax = 128;
    private const int CountedBytesMax = 4 * 1024;
    private const int MessagesMax = 50;
    private const int Forms = 8;

    private static readonly (MessageDescriptor Shape, Action<EtcdRequestTarget, ReadOnlyMemory<byte>> Read)[] methods =
    [
        (Pb.RangeRequest.Descriptor, static (target, message) => target.Range(message)),
        (Pb.PutRequest.Descriptor, static (target, message) => target.Put(message)),
        (Pb.DeleteRangeRequest.Descriptor, static (target, message) => target.Delete(message)),
        (Pb.TxnRequest.Descriptor, static (target, message) => target.Transaction(message)),
        (Pb.CompactionRequest.Descriptor, static (target, message) =>
            target.Agree(Pb.CompactionRequest.Parser, message, CompactWire.Read(message), (revision, request) => revision.Value == request.Revision)),
        (Pb.LeaseKeepAliveRequest.Descriptor, static (target, message) =>
            target.Agree(Pb.LeaseKeepAliveRequest.Parser, message, KeepAliveStream.LeaseOf(message), (lease, request) => lease == request.ID)),
        Generated(Pb.WatchRequest.Parser, static request =>
        {
            if (request.CreateRequest is { } create)
                WatchCreation.Of(create);
        }),
        Generated(Pb.MemberAddRequest.Parser, static request => PeerUrls.ToAddress(request.PeerURLs)),
        Generated(Pb.MemberUpdateRequest.Parser, static request => PeerUrls.ToAddress(request.PeerURLs)),
        Generated(Pb.LeaseGrantRequest.Parser), Generated(Pb.LeaseRevokeRequest.Parser), Generated(Pb.LeaseTimeToLiveRequest.Parser), Generated(Pb.LeaseLeasesRequest.Parser),
        Generated(Pb.MemberRemoveRequest.Parser), Generated(Pb.MemberListRequest.Parser), Generated(Pb.MemberPromoteRequest.Parser),
        Generated(Pb.AlarmRequest.Parser), Generated(Pb.StatusRequest.Parser), Generated(Pb.DefragmentRequest.Parser), Generated(Pb.HashRequest.Parser),
        Generated(Pb.HashKVRequest.Parser), Generated(Pb.SnapshotRequest.Parser), Generated(Pb.MoveLeaderRequest.Parser), Generated(Pb.DowngradeRequest.Parser),
        Generated(Pb.AuthEnableRequest.Parser), Generated(Pb.AuthDisableRequest.Parser), Generated(Pb.AuthStatusRequest.Parser), Generated(Pb.AuthenticateRequest.Parser),
        Generated(Pb.AuthUserAddRequest.Parser), Generated(Pb.AuthUserGetRequest.Parser), Generated(Pb.AuthUserListRequest.Parser), Generated(Pb.AuthUserDeleteRequest.Parser),
        Generated(Pb.AuthUserChangePasswordRequest.Parser), Generated(Pb.AuthUserGrantRoleRequest.Parser), Generated(Pb.AuthUserRevokeRoleRequest.Parser),
        Generated(Pb.AuthRoleAddRequest.Parser), Generated(Pb.AuthRoleGetRequest.Parser), Generated(Pb.AuthRoleListRequest.Parser), Generated(Pb.AuthRoleDeleteRequest.Parser),
        Generated(Pb.AuthRoleGrantPermissionRequest.Parser), Generated(Pb.AuthRoleRevokePermissionRequest.Parser),
        Generated(Pb.LockRequest.Parser), Generated(Pb.UnlockRequest.Parser), Generated(Pb.CampaignRequest.Parser), Generated(Pb.ProclaimRequest.Parser),
        Generated(Pb.LeaderRequest.Parser), Generated(Pb.ResignRequest.Parser), Generated(Pb.HealthCheckRequest.Parser), Generated(Pb.ServerReflectionRequest.Parser),
    ];

    public override string Name => "etcd.request";

    public override byte[] Example(Random random)
    {
        var method = random.Next(4) == 0 ? random.Next(methods.Length) : random.Next(7);
        var form = random.Next(Forms);
        var message = new ProtoDraw(random).Message(methods[method].Shape).ToByteArray();
        byte[] rest = (form % 4) switch { 2 => Frame(Compressed(message), isCompressed: true), 3 => Frame(message, isCompressed: false), _ => message };
        return [(byte)method, (byte)form, .. rest];
    }

    public override void Parse(byte[] input)
    {
        if (input.Length < 2)
            return;
        var form = input[1] % Forms;
        var body = Bed(() => Body(input.AsSpan(2), form));
        using var requests = new GrpcRequestPipe(body, form % 4 is 1 or 2 ? GrpcEncoding.Gzip : GrpcEncoding.Identity, MessageBytesMax, measures: null);
        var read = methods[input[0] % methods.Length].Read;
        if (input[0] % 2 == 0)
        {
            var whole = requests.ReadOnlyMessageAsync(CancellationToken.None).AsTask();
            Require(whole.IsCompleted, "it waits for a body that has ended");
            whole.GetAwaiter().GetResult();
            read(this, requests.Message);
            return;
        }

        // What one leaves behind is gone when the next is read.
        for (var count = 0; count < MessagesMax && Next(requests.ReadAsync(CancellationToken.None)); count++)
            read(this, requests.Message);
    }

    public override bool IsDeclared(Exception exception) => exception is GrpcException;

    private static (MessageDescriptor Shape, Action<EtcdRequestTarget, ReadOnlyMemory<byte>> Read) Generated<T>(MessageParser<T> parser, Action<T>? then = null)
        where T : IMessage<T>, new()
    {
        return (new T().Descriptor, Read);

        void Read(EtcdRequestTarget target, ReadOnlyMemory<byte> message)
        {
            // Google.Protobuf makes an object each time that a message within is said again, and drops the one before: 170 times the input at worst. What is counted is
            // how little that is for a small message; the size of a large one is bounded before.
            var request = message.Length <= CountedBytesMax ? ProtoMethod.Parse(parser, message) : target.Bed(() => ProtoMethod.Parse(parser, message));
            Require(target.Bed(() => parser.ParseFrom(request.ToByteArray()).Equals(request)), "a message that was read is written as another");
            then?.Invoke(request);
        }
    }

    private void Range(ReadOnlyMemory<byte> message)
    {
        var range = RangeWire.Read(message, out var isSerializable);
        Agree(Pb.RangeRequest.Parser, message, range, (read, request) =>
            request.Key.Span.SequenceEqual(read.Range.From.Span) && request.Serializable == isSerializable && request.KeysOnly == read.KeysOnly
            && request.CountOnly == read.CountOnly && Math.Max(request.Limit, 0) == read.Limit && Math.Max(request.Revision, 0) == read.Revision.Value);
        KvRules.Check(range);
    }

    private void Put(ReadOnlyMemory<byte> message)
    {
        var put = PutWire.Read(message);
        Agree(Pb.PutRequest.Parser, message, put, (read, request) =>
            request.Key.Span.SequenceEqual(read.Key.Span) && request.Value.Span.SequenceEqual(read.Value.Span) && request.Lease == read.Lease
            && request.PrevKv == read.ReturnPrevious && request.IgnoreValue == read.IgnoreValue && request.IgnoreLease == read.IgnoreLease);
        KvRules.Check(put);
    }

    private void Delete(ReadOnlyMemory<byte> message)
    {
        var delete = DeleteWire.Read(message);
        Agree(Pb.DeleteRangeRequest.Parser, message, delete, (read, request) =>
            request.Key.Span.SequenceEqual(read.Range.From.Span) && request.PrevKv == read.ReturnPrevious);
        KvRules.Check(delete);
    }

    private void Transaction(ReadOnlyMemory<byte> message)
    {
        var transaction = TxnWire.Read(message);
        Agree(Pb.TxnRequest.Parser, message, transaction, (read, request) =>
            request.Compare.Count == read.Compares.Length && request.Success.Count == read.Then.Length && request.Failure.Count == read.Else.Length);
        KvRules.Check(transaction, OperationsMax);
    }

    /// <summary>What is read by hand is what protobuf reads, where that takes it: it goes less deep into nested messages.</summary>
    private void Agree<TRead, TRequest>(MessageParser<TRequest> parser, ReadOnlyMemory<byte> message, TRead read, Func<TRead, TRequest, bool> holds)
        where TRequest : IMessage<TRequest> => Require(
        Bed(() =>
        {
            try
            {
                return holds(read, parser.ParseFrom(message.Span));
            }
            catch (InvalidProtocolBufferException)
            {
                return typeof(TRequest) == typeof(Pb.TxnRequest);
            }
        }),
        $"a {typeof(TRequest).Name} is read as another than protobuf reads");

    private static bool Next(ValueTask<bool> read)
    {
        Require(read.IsCompleted, "it waits for a body that has ended");
        return read.Result;
    }

    private static PipeReader Body(ReadOnlySpan<byte> rest, int form)
    {
        var body = (form % 4) switch { 0 => Frame(rest, isCompressed: false), 1 => Frame(Compressed(rest), isCompressed: true), _ => rest.ToArray() };
        return form < 4
            ? PipeReader.Create(new ReadOnlySequence<byte>(body))
            : PipeReader.Create(new MemoryStream(body), new StreamPipeReaderOptions(bufferSize: 16, minimumReadSize: 1));
    }

    private static byte[] Compressed(ReadOnlySpan<byte> message)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            gzip.Write(message);
        return target.ToArray();
    }

    private static byte[] Frame(ReadOnlySpan<byte> message, bool isCompressed)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = isCompressed ? (byte)1 : (byte)0;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }
}
