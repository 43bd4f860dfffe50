using System.Globalization;
using System.Text;

namespace Lutra.Bench.Load.Grpc;

/// <summary>A call of etcd's <c>Watch</c> with some watches of the same.</summary>
internal sealed class WatchCall : GrpcCall
{
    public const string Path = "/etcdserverpb.Watch/Watch";

    private readonly byte[] request;

    /// <param name="end">Of the range; empty: <paramref name="key"/> alone.</param>
    public WatchCall(string key, string end, int watches, LagCounts? lags)
    {
        request = Create(key, end);
        Watchers = [.. Enumerable.Range(0, watches).Select(at => new CountedWatcher(string.Create(CultureInfo.InvariantCulture, $"Watch {at} of {key}"), lags))];
    }

    /// <summary>In the order of their ids: the server counts them from 0.</summary>
    public CountedWatcher[] Watchers { get; }

    /// <summary>Asks for all of them.</summary>
    public void Ask(Http2Connection connection)
    {
        connection.Open(this);
        foreach (var _ in Watchers)
            connection.SendMessage(this, request);
    }

    public override void Fail(string why)
    {
        foreach (var watcher in Watchers)
            watcher.Fail(why);
    }

    protected override void Take(ReadOnlySpan<byte> message)
    {
        var (id, revision, created, canceled) = (0L, 0L, false, false);
        for (var fields = new Fields(message); fields.Next();)
        {
            switch (fields.Number)
            {
                case 1:
                    for (var header = new Fields(fields.Bytes); header.Next();)
                        revision = header.Number == 3 ? header.Value : revision;
                    break;
                case 2:
                    id = fields.Value;
                    break;
                case 3:
                    created = fields.Value != 0;
                    break;
                case 4:
                    canceled = fields.Value != 0;
                    break;
            }
        }

        if (id < 0 || id >= Watchers.Length || canceled)
        {
            Fail($"Watch {id} {(canceled ? "was canceled" : "is none of these")}.");
            return;
        }

        var watcher = Watchers[id];
        if (created)
            watcher.Progress(revision);
        for (var fields = new Fields(message); fields.Next();)
        {
            if (fields.Number == 11)
                TakeEvent(watcher, fields.Bytes);
        }
    }

    private static void TakeEvent(CountedWatcher watcher, ReadOnlySpan<byte> change)
    {
        var (revision, isDelete) = (0L, false);
        ReadOnlySpan<byte> value = default;
        for (var fields = new Fields(change); fields.Next();)
        {
            if (fields.Number == 1)
                isDelete = fields.Value != 0;
            if (fields.Number != 2)
                continue;
            for (var pair = new Fields(fields.Bytes); pair.Next();)
            {
                revision = pair.Number == 3 ? pair.Value : revision;
                value = pair.Number == 5 ? pair.Bytes : value;
            }
        }

        watcher.Take(revision, isDelete, value);
    }

    // WatchRequest.create_request (1) with key (1) and range_end (2), each shorter than 128 bytes.
    private static byte[] Create(string key, string end)
    {
        byte[] inner = [0x0A, (byte)key.Length, .. Encoding.ASCII.GetBytes(key)];
        if (end.Length > 0)
            inner = [.. inner, 0x12, (byte)end.Length, .. Encoding.ASCII.GetBytes(end)];
        return [0x0A, (byte)inner.Length, .. inner];
    }

    /// <summary>The fields of a message, one after the other: numbers and bytes are all there is.</summary>
    private ref struct Fields(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public int Number { get; private set; }

        public long Value { get; private set; }

        public ReadOnlySpan<byte> Bytes { get; private set; }

        public bool Next()
        {
            if (rest.IsEmpty)
                return false;
            var tag = Varint();
            Number = (int)(tag >> 3);
            Value = Varint();
            if ((tag & 7) != 2)
                return true;
            Bytes = rest[..(int)Value];
            rest = rest[(int)Value..];
            return true;
        }

        private long Varint()
        {
            var (value, at) = (0UL, 0);
            for (; (rest[at] & 0x80) != 0; at++)
                value |= (ulong)(rest[at] & 0x7F) << (7 * at);
            value |= (ulong)rest[at] << (7 * at);
            rest = rest[(at + 1)..];
            return (long)value;
        }
    }
}
