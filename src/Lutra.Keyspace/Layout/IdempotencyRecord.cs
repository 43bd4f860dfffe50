namespace Lutra.Keyspace;

/// <summary>
/// What is kept of a request with an idempotency key: varint number, varint the log's time, sixteen bytes of hash of the request, then its
/// outcome. Whether it still counts follows from the state alone: nothing is ever deleted for it, merges leave out what no longer counts.
/// </summary>
/// <param name="Number">The how-manieth idempotency key it was, from 1.</param>
internal readonly record struct IdempotencyRecord(ulong Number, long TimeMillis, UInt128 RequestHash, ReadOnlyMemory<byte> Outcome)
{
    // Two numbers and the hash.
    private const int HeadBytesMax = (2 * ByteReader.VarintBytesMax) + 16;

    public bool IsForgotten(in StateRecord state) =>
        state.IdempotencyNumber - Number >= KeyspaceLimits.IdempotencyKeysMax
        || state.TimeMillis - TimeMillis >= KeyspaceLimits.IdempotencyMillis;

    public static void Write(ByteWriter target, ulong number, long timeMillis, UInt128 requestHash, ReadOnlySpan<byte> outcome)
    {
        target.Varint(number);
        target.Varint(timeMillis);
        target.UInt64((ulong)requestHash);
        target.UInt64((ulong)(requestHash >> 64));
        target.Raw(outcome);
    }

    /// <summary>Without the whole outcome: for who only wants to know whether it is forgotten.</summary>
    public static IdempotencyRecord ReadHead(ReadOnlySpan<byte> bytes) => Read(bytes[..Math.Min(bytes.Length, HeadBytesMax)].ToArray());

    public static IdempotencyRecord Read(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        var number = source.Varint();
        var timeMillis = source.VarintSigned();
        var low = source.UInt64();
        return new IdempotencyRecord(number, timeMillis, new UInt128(source.UInt64(), low), source.Rest());
    }
}
