namespace Lutra.Keyspace;

/// <summary>
/// A lease: u8 1, varints: the granted time to live and the remaining one that a leader wrote down, both in seconds. A lease that has ended: u8 2.
/// </summary>
/// <param name="RemainingSeconds">What a new leader counts from; 0: the whole of <paramref name="TtlSeconds"/>.</param>
internal readonly record struct LeaseRecord(long TtlSeconds, long RemainingSeconds)
{
    private const byte Granted = 1, Ended = 2;

    public static ReadOnlySpan<byte> EndedRecord => [Ended];

    public static bool IsEnded(ReadOnlySpan<byte> bytes) => bytes is [Ended];

    public void Write(ByteWriter target)
    {
        target.Byte(Granted);
        target.Varint(TtlSeconds);
        target.Varint(RemainingSeconds);
    }

    /// <summary>Null: it has ended.</summary>
    public static LeaseRecord? Read(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        LeaseRecord? record = source.Byte() switch
        {
            Granted => new LeaseRecord(source.VarintSigned(), source.VarintSigned()),
            Ended => null,
            var kind => throw new FormatException($"A lease is of kind {kind}, which is not known."),
        };
        source.ExpectEnd();
        return record;
    }
}
