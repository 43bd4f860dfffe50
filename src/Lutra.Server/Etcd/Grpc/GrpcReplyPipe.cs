using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>Messages into a response's body, uncompressed.</summary>
internal sealed class GrpcReplyPipe(PipeWriter body, MethodMeasures? measures) : MessageWriter
{
    private const int PrefixBytes = 5;

    public bool HasBegun { get; private set; }

    public override IBufferWriter<byte> Begin(int sizeBytes)
    {
        HasBegun = true;
        measures?.Sent(sizeBytes);
        var prefix = body.GetSpan(PrefixBytes);
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], sizeBytes);
        body.Advance(PrefixBytes);
        return body;
    }

    public override async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        return !(await body.FlushAsync(cancellationToken)).IsCompleted;
    }
}
