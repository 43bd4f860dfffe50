namespace Lutra.Keyspace;

/// <summary>
/// One version of a user's key, as its table entry's value holds it. A put: u8 1, varints sub, create revision, version and lease, then the
/// value's bytes. A tombstone: u8 2, varint sub. The revision is the entry's version.
/// </summary>
/// <param name="Sub">Its place among the changes of its revision, from 0.</param>
internal readonly record struct KeyVersion(
    long ModRevision, bool IsTombstone, uint Sub, long CreateRevision, long Version, long Lease, ReadOnlyMemory<byte> Value)
{
    private const byte Put = 1, Tombstone = 2;

    /// <summary>All but the value; of a version that is no tombstone.</summary>
    public LiveKey Live => new(ModRevision, CreateRevision, Version, Lease);

    public static void WritePut(ByteWriter target, uint sub, long createRevision, long version, long lease, ReadOnlySpan<byte> value)
    {
        target.Byte(Put);
        target.Varint((ulong)sub);
        target.Varint(createRevision);
        target.Varint(version);
        target.Varint(lease);
        target.Raw(value);
    }

    public static void WriteTombstone(ByteWriter target, uint sub)
    {
        target.Byte(Tombstone);
        target.Varint((ulong)sub);
    }

    public static KeyVersion Read(ulong revision, ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        var kind = source.Byte();
        var sub = source.VarintUInt32();
        return kind switch
        {
            Put => new KeyVersion(
                (long)revision, false, sub, source.VarintSigned(), source.VarintSigned(), source.VarintSigned(), source.Rest()),
            Tombstone => new KeyVersion((long)revision, true, sub, 0, 0, 0, default),
            _ => throw new FormatException($"A version of a key is of kind {kind}, which is not known."),
        };
    }

    public static bool IsTombstoneRecord(ReadOnlySpan<byte> bytes) => bytes is [Tombstone, ..];

    /// <summary>As the user sees it; key and value are copies, which outlast the tables.</summary>
    public KeyValue ToKeyValue(ReadOnlySpan<byte> key, bool withValue) => new(
        key.ToArray(),
        withValue ? Value.ToArray() : ReadOnlyMemory<byte>.Empty,
        new Revision(CreateRevision),
        new Revision(ModRevision),
        Version,
        Lease);
}
