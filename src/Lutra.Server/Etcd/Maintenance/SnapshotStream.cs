using System.Text;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Maintenance;

/// <summary>
/// <c>Maintenance/Snapshot</c>: what this member has, as of one revision, as the file that etcd's tools take: the image of the database in order, then its hash alone.
/// Each message says how much of the image is left, as etcd's do.
/// </summary>
internal static class SnapshotStream
{
    private const int BlobBytesMax = 32 * 1024;

    private static readonly byte[] Version = Encoding.ASCII.GetBytes(EtcdVersions.Storage);

    public static async Task SendAsync(EtcdCall call)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        try
        {
            // As in etcd it is the state of the member that is asked: it can be had where there is no majority left.
            await foreach (var piece in call.Node.EtcdSnapshotAsync(new ReadOptions(Consistency.Local), stop.Token))
            {
                if (!await SendAsync(call, piece.Bytes, piece.LeftBytes, stop.Token))
                    return;
            }
        }
        catch (OperationCanceledException) when (call.Face.Stopping.IsCancellationRequested)
        {
            throw EtcdErrors.Stopped;
        }
    }

    private static async ValueTask<bool> SendAsync(EtcdCall call, ReadOnlyMemory<byte> piece, long leftBytes, CancellationToken stop)
    {
        while (!piece.IsEmpty)
        {
            var blob = piece[..Math.Min(BlobBytesMax, piece.Length)];
            piece = piece[blob.Length..];
            Write(call, blob.Span, leftBytes + piece.Length);
            if (!await call.Reply.FlushAsync(stop))
                return false;
        }

        return true;
    }

    private static void Write(EtcdCall call, ReadOnlySpan<byte> blob, long leftBytes)
    {
        var target = new ProtoWriter(call.Reply.Begin(ProtoSize.Number(leftBytes) + ProtoSize.Message(blob.Length) + ProtoSize.Message(Version.Length)));
        target.Number(2, leftBytes);
        target.Element(3, blob);
        target.Element(4, Version);
        target.End();
    }
}
