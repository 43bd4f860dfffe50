using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Storage.Log.Segments;

/// <summary>Reads the entries of one stretch.</summary>
internal static class EntryReader
{
    /// <summary>Adds entries until there are about <paramref name="bytesMax"/> bytes of them, at least one.</summary>
    public static void Read(in DurableLog.Stretch stretch, uint seed, List<Entry> entries, ref long bytes, int bytesMax)
    {
        var file = stretch.Segment.File;
        var bufferBytes = stretch.Length > 0 ? Math.Min(stretch.Length, RecordScanner.BufferBytesMax) : EntryIndex.SpacingBytes;
        var scanner = new RecordScanner(file, seed, stretch.Offset, stretch.Segment.SizeBytes, keepsPayloads: true, bufferBytes);
        for (var index = stretch.At; index <= stretch.Last && (entries.Count == 0 || bytes < bytesMax); index++)
        {
            var offset = scanner.Offset;
            if (!scanner.TryRead(out var header, out var payload))
                throw new DamagedFileException(file.Path, offset, $"the record of entry {index} fails its checksum");
            if (header.Index != index)
                throw new DamagedFileException(file.Path, offset, $"entry {header.Index} lies where entry {index} was written");
            if (index < stretch.First)
                continue;
            var entry = new Entry(header.Position.Index, header.Position.Term, header.Kind, payload);
            entries.Add(entry);
            bytes += entry.SizeBytes;
        }
    }
}
