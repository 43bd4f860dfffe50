using System.Text;
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
        // As in etcd it is the state of the member that is asked: it can be had where there is no majority left.
        await foreach (var piece in call.Node.EtcdSnapshotAsync(new ReadOptions(Consistency.Local), call.Ended))
        {
            for (var at = 0; at < piece.Bytes.Length; at += BlobBytesMax)
            {
                var blob = piece.Bytes.Slice(at, Math.Min(BlobBytesMax, piece.Bytes.Length - at));
                Send(call, blob.Span, piece.LeftBytes + piece.Bytes.Length - at - blob.Length);
                if (!await call.Reply.FlushAsync(call.Ended))
                    return;
            }
        }
    }

    private static void Send(EtcdCall call, ReadOnlySpan<byte> blob, long leftBytes)
    {
        var target = new ProtoWriter(call.Reply.Begin(ProtoSize.Number(leftBytes) + ProtoSize.Message(blob.Length) + ProtoSize.Message(Version.Length)));
        target.Number(2, leftBytes);
        target.Element(3, blob);
        target.Element(4, Version);
        target.End();
    }
}
