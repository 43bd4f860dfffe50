using System.Buffers;

namespace Lutra.Server.Etcd.Grpc;

/// <summary>The messages of one call, as the client gets them, whatever carries them.</summary>
internal abstract class MessageWriter
{
    /// <summary>A message begins: what is written next are its bytes, exactly so many.</summary>
    public abstract IBufferWriter<byte> Begin(int sizeBytes);

    /// <summary>Sends what was written; waits while the client is too slow. False: nobody reads any more.</summary>
    public abstract ValueTask<bool> FlushAsync(CancellationToken cancellationToken);
}
