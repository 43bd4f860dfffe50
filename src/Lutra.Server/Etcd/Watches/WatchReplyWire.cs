using System.Collections.Immutable;
using System.Text;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Watches;

/// <summary><c>WatchResponse</c> out: what is said about a watch, and its events straight into the pipe.</summary>
internal static class WatchReplyWire
{
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

    /// <summary>Events, in as many responses as it takes to keep each below <paramref name="sizeBytesMax"/>, but never less than one event to each.</summary>
    /// <returns>The bytes written.</returns>
    public static long Tell(MessageWriter reply, in ReplyHeader header, long watch, ImmutableArray<WatchEvent> events, int sizeBytesMax)
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

            written += Write(reply, header, watch, events.AsSpan()[first..end], isPart: end < events.Length);
            first = end;
        }

        return written;
    }

    private static int Write(MessageWriter reply, in ReplyHeader header, long watch, ReadOnlySpan<WatchEvent> events, bool isPart)
    {
        var bytes = header.SizeBytes + ProtoSize.Number(watch) + ProtoSize.Flag(isPart);
        foreach (var change in events)
            bytes = checked(bytes + ProtoSize.Message(SizeBytes(change)));
        var target = new ProtoWriter(reply.Begin(bytes));
        header.Write(ref target);
        target.Number(2, watch);
        target.Flag(7, isPart);
        foreach (var change in events)
        {
            target.Message(EventsField, SizeBytes(change));
            target.Flag(1, change.IsDelete);
            KeyValueWire.Write(ref target, 2, change.Current);
            if (change.Previous is { } previous)
                KeyValueWire.Write(ref target, 3, previous);
        }

        target.End();
        return bytes;
    }

    private static int SizeBytes(WatchEvent change) =>
        ProtoSize.Flag(change.IsDelete) + ProtoSize.Message(KeyValueWire.SizeBytes(change.Current))
        + (change.Previous is { } previous ? ProtoSize.Message(KeyValueWire.SizeBytes(previous)) : 0);
}
