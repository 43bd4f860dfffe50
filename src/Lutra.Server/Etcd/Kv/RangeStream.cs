using System.Collections.Immutable;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd.Kv;

/// <summary>
/// <c>RangeStream</c>, etcd 3.7's way of reading a large range: its keys in pieces, all of one revision; header, count and whether there is more come with the last.
/// Pieces are read one by one, so an answer of any size takes the memory of one.
/// </summary>
internal sealed class RangeStream(EtcdCall call)
{
    private const int KeysFirst = 1000;
    private const int KeysMax = 16_000;

    // A piece is made smaller or larger so that it takes about so many bytes.
    private const long PieceBytes = 4 * 1024 * 1024;

    private long pieceKeys = KeysFirst;

    public async Task RunAsync(ReadOnlyMemory<byte> request)
    {
        var range = RangeWire.Read(request, out var isSerializable);
        KvRules.Check(range);
        if (range.Sort != SortTarget.Key || range.Descending)
            throw new GrpcException(GrpcStatusCode.Unimplemented, "etcdserver: a stream of a range comes in the order of its keys");
        var options = new ReadOptions(isSerializable ? Consistency.Local : Consistency.Linearizable);
        var left = range.Limit > 0 ? range.Limit : long.MaxValue;
        RangeResult? first = null;
        while (true)
        {
            var piece = await ReadAsync(range with { Limit = Math.Min(left, pieceKeys) }, options);
            first ??= piece;
            left -= piece.KeyValues.Length;
            if (!piece.More || left <= 0)
            {
                Send(call.HeaderAt(first.Revision), piece with { Count = first.Count });
                return;
            }

            Send(default, piece with { Count = 0, More = false });
            if (!await call.Reply.FlushAsync(call.Ended))
                return;

            // On behind the last key, at the revision at which the first piece was read, which this node has.
            range = range with
            {
                Range = new KeyRange((byte[])[.. piece.KeyValues[^1].Key.Span, 0], range.Range.End),
                Revision = range.Revision.Value > 0 ? range.Revision : first.Revision,
            };
            options = new ReadOptions(Consistency.Local);
            Adapt(piece.KeyValues);
        }
    }

    private async ValueTask<RangeResult> ReadAsync(RangeOperation piece, ReadOptions options)
    {
        while (true)
        {
            try
            {
                return await call.Node.RangeAsync(piece, options, call.Ended);
            }
            catch (LutraException tooLarge) when (tooLarge.Error == LutraError.TooLarge && pieceKeys > 1)
            {
                pieceKeys = Math.Max(1, pieceKeys / 8);
                piece = piece with { Limit = Math.Min(piece.Limit, pieceKeys) };
            }
        }
    }

    private void Adapt(ImmutableArray<KeyValue> keyValues)
    {
        long bytes = 0;
        foreach (var keyValue in keyValues)
            bytes += keyValue.Key.Length + keyValue.Value.Length;
        if (bytes > PieceBytes)
            pieceKeys = Math.Max(1, pieceKeys / 2);
        else if (bytes < PieceBytes / 2)
            pieceKeys = Math.Min(KeysMax, pieceKeys * 2);
    }

    // Of a piece that is not the last the header is left out.
    private void Send(in ReplyHeader header, RangeResult piece)
    {
        var withHeader = header != default;
        var bytes = RangeWire.SizeBytes(header, piece) - (withHeader ? 0 : header.SizeBytes);
        var target = new ProtoWriter(call.Reply.Begin(ProtoSize.Message(bytes)));
        target.Message(1, bytes);
        if (withHeader)
            header.Write(ref target);
        RangeWire.WriteFields(ref target, piece);
        target.End();
    }
}
