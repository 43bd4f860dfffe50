using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// SnapshotOffer: term, position, configuration as bytes. TransferBegin: transfer, term, position, configuration as bytes, count of files; for each its
/// number, its length, its checksum (u32). TransferChunk: transfer, file, offset, bytes. TransferWanted: transfer, file, offset. TransferEnded:
/// transfer, reason. All varints where nothing else is said.
/// </summary>
internal static class TransferCodec
{
    /// <summary>Bounds what the list of files may cost before its bytes were read.</summary>
    public const int FilesMax = 16 * 1024;

    private const int FileBytesMin = 6;
    private const int ReasonBytesMax = 4 * 1024;

    public static void Write(FrameWriter writer, SnapshotOffer offer)
    {
        writer.Begin(FrameKind.SnapshotOffer);
        writer.Term(offer.Term);
        writer.Position(offer.Position);
        writer.Configuration(offer.Configuration);
    }

    public static SnapshotOffer ReadOffer(ref FrameReader reader, NodeId from, NodeId to)
    {
        var term = reader.Term();
        var position = reader.Position();
        return new SnapshotOffer(from, to, term, position, reader.Configuration());
    }

    public static void Write(FrameWriter writer, TransferBeginFrame begin)
    {
        if (begin.Files.Count > FilesMax)
            throw new InvalidOperationException($"{begin.Files.Count} files in one transfer, where at most {FilesMax} are accepted.");

        writer.Begin(FrameKind.TransferBegin);
        writer.Varint(begin.Transfer);
        writer.Term(begin.Term);
        writer.Position(begin.Position);
        writer.Configuration(begin.Configuration);
        writer.Varint((ulong)begin.Files.Count);
        foreach (var file in begin.Files)
        {
            writer.Varint(file.Number);
            writer.Varint((ulong)file.LengthBytes);
            writer.UInt32(file.Checksum);
        }
    }

    public static TransferBeginFrame ReadBegin(ref FrameReader reader)
    {
        var transfer = reader.Varint();
        var term = reader.Term();
        var position = reader.Position();
        var configuration = reader.Configuration();
        var files = new TransferFile[reader.Count(FilesMax, FileBytesMin)];
        for (var place = 0; place < files.Length; place++)
        {
            var number = reader.Varint();
            var length = reader.VarintLong();
            files[place] = new TransferFile(number, length, reader.UInt32());
        }

        return new TransferBeginFrame(transfer, term, position, configuration, files);
    }

    public static void Write(FrameWriter writer, TransferChunkFrame chunk)
    {
        writer.Begin(FrameKind.TransferChunk);
        writer.Varint(chunk.Transfer);
        writer.Varint((ulong)chunk.File);
        writer.Varint((ulong)chunk.OffsetBytes);
        writer.Bytes(chunk.Bytes.Span);
    }

    public static TransferChunkFrame ReadChunk(ref FrameReader reader)
    {
        var transfer = reader.Varint();
        var file = reader.VarintInt(FilesMax);
        var offset = reader.VarintLong();
        return new TransferChunkFrame(transfer, file, offset, reader.Bytes());
    }

    public static void Write(FrameWriter writer, TransferWantedFrame wanted)
    {
        writer.Begin(FrameKind.TransferWanted);
        writer.Varint(wanted.Transfer);
        writer.Varint((ulong)wanted.File);
        writer.Varint((ulong)wanted.OffsetBytes);
    }

    public static TransferWantedFrame ReadWanted(ref FrameReader reader)
    {
        var transfer = reader.Varint();
        var file = reader.VarintInt(FilesMax);
        return new TransferWantedFrame(transfer, file, reader.VarintLong());
    }

    public static void Write(FrameWriter writer, TransferEndedFrame ended)
    {
        writer.Begin(FrameKind.TransferEnded);
        writer.Varint(ended.Transfer);
        writer.Text(TextLimit.Shorten(ended.Reason, ReasonBytesMax));
    }

    public static TransferEndedFrame ReadEnded(ref FrameReader reader)
    {
        var transfer = reader.Varint();
        return new TransferEndedFrame(transfer, reader.Text(ReasonBytesMax));
    }
}
