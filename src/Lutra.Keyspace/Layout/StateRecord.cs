namespace Lutra.Keyspace;

/// <summary>
/// What the whole state is summed up in, written with each publish that changed it: u8 layout (1), then varints: revision, compaction floor
/// + 1, feature level, the log's time, the number of the last idempotency key, the sessions that are open, the leases, the keys. The layout is that of everything
/// the keyspace keeps in tables.
/// </summary>
/// <param name="Floor">The compaction floor: reads below it are refused. −1: never compacted.</param>
/// <param name="FeatureLevel">0: no entry has said one yet.</param>
/// <param name="TimeMillis">The greatest time of any entry applied (pitfall C06).</param>
/// <param name="IdempotencyNumber">Idempotency keys stored so far: each has its number from this count.</param>
/// <param name="Keys">The user keys that are there at <paramref name="Revision"/>.</param>
internal readonly record struct StateRecord(
    long Revision, long Floor, uint FeatureLevel, long TimeMillis, ulong IdempotencyNumber, long OpenSessions, long Leases, long Keys)
{
    public static readonly StateRecord Initial =
        new(Revision: 1, Floor: -1, FeatureLevel: 0, TimeMillis: 0, IdempotencyNumber: 0, OpenSessions: 0, Leases: 0, Keys: 0);

    private const byte Layout = 1;

    public void Write(ByteWriter target)
    {
        target.Byte(Layout);
        target.Varint(Revision);
        target.Varint(Floor + 1);
        target.Varint((ulong)FeatureLevel);
        target.Varint(TimeMillis);
        target.Varint(IdempotencyNumber);
        target.Varint(OpenSessions);
        target.Varint(Leases);
        target.Varint(Keys);
    }

    public static StateRecord Read(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        var layout = source.Byte();
        if (layout != Layout)
            throw new FormatException($"The tables hold a keyspace of layout {layout}; this build knows layout {Layout}.");
        var record = new StateRecord(
            Revision: source.VarintSigned(),
            Floor: source.VarintSigned() - 1,
            FeatureLevel: source.VarintUInt32(),
            TimeMillis: source.VarintSigned(),
            IdempotencyNumber: source.Varint(),
            OpenSessions: source.VarintSigned(),
            Leases: source.VarintSigned(),
            Keys: source.VarintSigned());
        source.ExpectEnd();
        return record;
    }
}
