namespace Lutra.Storage.Log.Segments;

/// <summary>Decides, record by record in the order of the stream, which of them need a point of their own in the <see cref="EntryIndex"/>.</summary>
internal sealed class IndexPoints
{
    private ulong next;
    private Segment? segment;
    private int lastOffset;

    public bool Needs(ulong index, Segment inSegment, int offset)
    {
        var needs = index != next || inSegment != segment || offset - lastOffset >= EntryIndex.SpacingBytes;
        next = index + 1;
        if (needs)
            (segment, lastOffset) = (inSegment, offset);
        return needs;
    }
}
