namespace Lutra.Storage.Log;

/// <param name="SegmentSizeBytes">
/// The size of a segment once the log has grown; a multiple of 512, at least 4 KiB. The first ones are smaller (8 MiB, 8 MiB, 16 MiB, …),
/// so that an idle node uses little disk.
/// </param>
/// <param name="SpareSegments">Zero-filled segments kept ready beyond the one in use: the reserve that keeps a full disk away from a sync.</param>
/// <param name="WriteBytesMax">The most bytes of one write, unless a single entry is larger.</param>
public sealed record LogOptions(int SegmentSizeBytes = 64 * 1024 * 1024, int SpareSegments = 1, int WriteBytesMax = 4 * 1024 * 1024)
{
    private const int FirstSegmentBytes = 8 * 1024 * 1024;

    /// <summary>The largest payload of an entry, in bytes: it must fit the smallest segment that there can be.</summary>
    public int EntryBytesMax => Math.Min(SegmentSizeBytes, FirstSegmentBytes) - Format.SegmentHeader.SizeBytes - Format.RecordHeader.OverheadBytesMax;

    internal int SizeOf(ulong segmentNumber)
    {
        var doublings = (int)Math.Min(segmentNumber <= 2 ? 0 : segmentNumber - 2, 16);
        return (int)Math.Min(SegmentSizeBytes, (long)FirstSegmentBytes << doublings);
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentSizeBytes, 4096);
        if (SegmentSizeBytes % Format.Sectors.SizeBytes != 0)
            throw new ArgumentOutOfRangeException(nameof(SegmentSizeBytes), SegmentSizeBytes, "Must be a multiple of 512.");
        ArgumentOutOfRangeException.ThrowIfLessThan(SpareSegments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WriteBytesMax, 4096);
    }
}
