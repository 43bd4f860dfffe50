namespace Lutra.Server.Watches;

/// <summary>
/// The last few batches as they go over the wire. Watches that want the same share one batch, and thousands of them send it within a moment: it is encoded for
/// the first, and for hardly any other. Safe from many threads; two that come at once encode it twice, and no harm is done.
/// </summary>
/// <param name="rememberedBytesMax">The longest that is worth the memory.</param>
internal sealed class EncodedBatches(int rememberedBytesMax)
{
    private const int Remembered = 16;

    private readonly Entry?[] entries = new Entry?[Remembered];

    public bool TryFind(WatchBatch batch, out ReadOnlyMemory<byte> bytes)
    {
        var entry = Volatile.Read(ref entries[PlaceOf(batch)]);
        var isKnown = entry is not null && ReferenceEquals(entry.Batch, batch);
        bytes = isKnown ? entry!.Bytes : default;
        return isKnown;
    }

    public void Add(WatchBatch batch, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length <= rememberedBytesMax)
            Volatile.Write(ref entries[PlaceOf(batch)], new Entry(batch, bytes));
    }

    private static int PlaceOf(WatchBatch batch) => (int)((ulong)batch.Revision.Value % Remembered);

    private sealed record Entry(WatchBatch Batch, ReadOnlyMemory<byte> Bytes);
}
