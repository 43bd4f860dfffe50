using System.Buffers.Binary;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// A revision as etcd's files have it, big-endian: u64 revision, '_', u64 the change's place within it; a deletion has a 't' behind it.
/// </summary>
internal readonly record struct EtcdRevision(long Main, long Sub, bool IsTombstone)
{
    /// <summary>Of one that is no deletion.</summary>
    public const int PutSizeBytes = (2 * sizeof(long)) + 1;

    private const int TombstoneSizeBytes = PutSizeBytes + 1;

    private const byte Separator = (byte)'_', TombstoneMark = (byte)'t';

    public int SizeBytes => IsTombstone ? TombstoneSizeBytes : PutSizeBytes;

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt64BigEndian(target, Main);
        target[sizeof(long)] = Separator;
        BinaryPrimitives.WriteInt64BigEndian(target[(sizeof(long) + 1)..], Sub);
        if (IsTombstone)
            target[PutSizeBytes] = TombstoneMark;
    }

    /// <exception cref="FormatException">The bytes are no revision.</exception>
    public static EtcdRevision Read(ReadOnlySpan<byte> source)
    {
        if (source.Length is not (PutSizeBytes or TombstoneSizeBytes) || source[sizeof(long)] != Separator
            || (source.Length == TombstoneSizeBytes && source[PutSizeBytes] != TombstoneMark))
        {
            throw new FormatException("a record of a key has no revision");
        }
        var revision = new EtcdRevision(
            BinaryPrimitives.ReadInt64BigEndian(source), BinaryPrimitives.ReadInt64BigEndian(source[(sizeof(long) + 1)..]), source.Length == TombstoneSizeBytes);
        return revision is { Main: >= 0, Sub: >= 0 } ? revision : throw new FormatException("a revision is negative");
    }
}
