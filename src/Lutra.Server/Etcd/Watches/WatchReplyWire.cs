using System.Buffers;
using System.Text;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Watches;

/// <summary><c>WatchResponse</c> out: what is said about a watch, and its events, encoded once for all that are told of them.</summary>
internal static class WatchReplyWire
{
    /// <summary>What goes before the events takes no more: a header of four numbers, an id, a flag, and their tags.</summary>
    public const int HeadBytesMax = 64;

    private const int EventsField = 11;

    /// <summary>Something about a watch that is no event. With all but the id left out it tells progress.</summary>
    public static void Say(
        MessageWriter reply, in ReplyHeader header, long watch, bool created = false, bool canceled = false, long compactRevision = 0, string reason = "")
    {
        var text = Encoding.UTF8.GetBytes(reason);
        var target = new ProtoWriter(reply.Begin(
            header.SizeBytes + ProtoSize.Number(watch) + ProtoSize.Flag(created) + ProtoSize.Flag(canceled) + ProtoSize.Number(compactRevision)
            + ProtoSize.Bytes(text)));
        header.Write(ref target);
        target.Number(2, watch);
        target.Flag(3, created);
        target.Flag(4, canceled);
        target.Number(5, compactRevision);
        target.Bytes(6, text);
        target.End();
    }

    /// <summary>The events of a batch, as they stand in a response: the same for all that are told of it.</summary>
    public static ReadOnlyMemory<byte> Encode(ReadOnlySpan<WatchEvent> events)
    {
        var bytes = 0;
        foreach (var change in events)
            bytes = checked(bytes + ProtoSize.Message(SizeBytes(change)));
        var encoded = new ArrayBufferWriter<byte>(Math.Max(bytes, 1));
        var target = new ProtoWriter(encoded);
        foreach (var change in events)
        {
            target.Message(EventsField, SizeBytes(change));
            target.Flag(1, change.IsDelete);
            KeyValueWire.Write(ref target, 2, change.Current);
            if (change.Previous is { } previous)
                KeyValueWire.Write(ref target, 3, previous);
        }

        target.End();
        return encoded.WrittenMemory;
    }

    /// <summary>Events that were encoded, one piece after the other, in one response.</summary>
    /// <returns>The bytes written.</returns>
    public static int Tell(MessageWriter reply, in ReplyHeader header, long watch, ReadOnlySpan<ReadOnlyMemory<byte>> pieces, bool isPart = false)
    {
        var bytes = header.SizeBytes + ProtoSize.Number(watch) + ProtoSize.Flag(isPart);
        foreach (var events in pieces)
            bytes = checked(bytes + events.Length);
        var target = new ProtoWriter(reply.Begin(bytes));
        header.Write(ref target);
        target.Number(2, watch);
        target.Flag(7, isPart);
        foreach (var events in pieces)
            target.Raw(events.Span);
        target.End();
        return bytes;
    }

    /// <summary>Events, in as many responses as it takes to keep each below <paramref name="sizeBytesMax"/>, but never less than one event to each.</summary>
    /// <returns>The bytes written.</returns>
    public static long TellInParts(MessageWriter reply, in ReplyHeader header, long watch, ReadOnlySpan<WatchEvent> events, int sizeBytesMax)
    {
        var written = 0L;
        for (var first = 0; first < events.Length;)
        {
            long bytes = header.SizeBytes + ProtoSize.Number(watch) + ProtoSize.Flag(true);
            var end = first;
            for (; end < events.Length; end++)
            {
                var next = ProtoSize.Message(SizeBytes(events[end]));
                if (end > first && bytes + next >= sizeBytesMax)
                    break;
                bytes += next;
            }

            written += Tell(reply, header, watch, [Encode(events[first..end])], isPart: end < events.Length);
            first = end;
        }

        return written;
    }

    private static int SizeBytes(WatchEvent change) =>
        ProtoSize.Flag(change.IsDelete) + ProtoSize.Message(KeyValueWire.SizeBytes(change.Current))
        + (change.Previous is { } previous ? ProtoSize.Message(KeyValueWire.SizeBytes(previous)) : 0);
}
