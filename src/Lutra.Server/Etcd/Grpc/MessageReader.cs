namespace Lutra.Server.Etcd.Grpc;

/// <summary>The messages of one call, as the client sends them, whatever carries them.</summary>
internal abstract class MessageReader
{
    /// <summary>The message that was read last, until the next is.</summary>
    public ReadOnlyMemory<byte> Message { get; protected set; }

    /// <summary>Waits for the next message. False: the client has said all it wants to say.</summary>
    public abstract ValueTask<bool> ReadAsync(CancellationToken cancellationToken);
}
