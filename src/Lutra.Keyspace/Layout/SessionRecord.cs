namespace Lutra.Keyspace;

/// <summary>
/// A session: u8 1 (open) or 2 (ended), varints: the log index at which it was opened, ttl, the log's time of its last use (or end), the
/// highest sequence number. Answers stored before it was opened are of an earlier session of that number and void.
/// </summary>
internal readonly record struct SessionRecord(bool IsOpen, ulong OpenedAt, long TtlMillis, long LastUsedMillis, ulong HighestSequence)
{
    private const byte Open = 1, Ended = 2;

    public bool IsExpired(long timeMillis) => IsOpen && timeMillis - LastUsedMillis > TtlMillis;

    /// <summary>An ended session's mark is forgotten after a day of the log's time.</summary>
    public bool IsForgotten(long timeMillis) => !IsOpen && timeMillis - LastUsedMillis >= KeyspaceLimits.EndedSessionMillis;

    public bool IsBelowWindow(ulong sequence) =>
        HighestSequence >= KeyspaceLimits.SessionWindow && sequence <= HighestSequence - KeyspaceLimits.SessionWindow;

    public void Write(ByteWriter target)
    {
        target.Byte(IsOpen ? Open : Ended);
        target.Varint(OpenedAt);
        target.Varint(TtlMillis);
        target.Varint(LastUsedMillis);
        target.Varint(HighestSequence);
    }

    public static SessionRecord Read(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        var kind = source.Byte();
        if (kind is not (Open or Ended))
            throw new FormatException($"A session is of kind {kind}, which is not known.");
        var record = new SessionRecord(kind == Open, source.Varint(), source.VarintSigned(), source.VarintSigned(), source.Varint());
        source.ExpectEnd();
        return record;
    }
}
