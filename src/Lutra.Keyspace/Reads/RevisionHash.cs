using System.Buffers.Binary;
using Lutra.Storage.Checksums;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// etcd's hash of the versions up to a revision (reference, HashKV): CRC32C over the word "key", then over key and value of each as etcd stores them, in the order in
/// which they were made. Members that agree on revision and compaction floor agree on it, whatever merges have dropped, and so does etcd with the same history.
/// </summary>
internal sealed class RevisionHash
{
    private const int RevisionBytes = 17;

    // Versions below the floor have no index left that knows their order: they are sorted, so many at a time.
    private const int SortedAtOnce = 500_000;

    private readonly TableView tables;
    private readonly ByteWriter entry = new();
    private uint checksum = Crc32C.Compute("key"u8);

    private RevisionHash(TableView tables) => this.tables = tables;

    /// <param name="upTo">Not below the floor.</param>
    /// <param name="floor">-1: never compacted.</param>
    public static uint Of(TableView tables, long upTo, long floor)
    {
        var hash = new RevisionHash(tables);
        if (floor > 0)
            hash.AddKept(upTo, floor);
        hash.AddChanges(floor, upTo);
        return hash.checksum;
    }

    /// <summary>
    /// What a compaction at <paramref name="upTo"/> would keep of the versions at or below the floor; where nothing at all is alive then, all that one at the floor has
    /// kept (etcd's rule, oddity and all).
    /// </summary>
    private void AddKept(long upTo, long floor)
    {
        using (var alive = new KeyWalk(tables, KeyRange.All, upTo))
        {
            if (!alive.MoveNext())
                upTo = floor;
        }

        (long Revision, uint Sub) last = default;
        while (Next(upTo, floor, last) is { Count: > 0 } next)
        {
            foreach (var (at, key) in next)
                Add(key, at.Revision);
            last = next[^1].At;
        }
    }

    // The next of them behind the last, in order, at most so many.
    private List<((long Revision, uint Sub) At, byte[] Key)> Next(long upTo, long floor, (long, uint) last)
    {
        var next = new List<((long Revision, uint Sub) At, byte[] Key)>();
        using var walk = new KeyWalk(tables, KeyRange.All, upTo);
        while (walk.MoveNext())
        {
            var at = (walk.Version.ModRevision, walk.Version.Sub);
            if (at.ModRevision > floor || at.CompareTo(last) <= 0)
                continue;
            next.Add((at, walk.Key.ToArray()));
            if (next.Count >= 2 * SortedAtOnce)
                Cut();
        }

        Cut();
        return next;

        void Cut()
        {
            next.Sort(static (one, other) => one.At.CompareTo(other.At));
            if (next.Count > SortedAtOnce)
                next.RemoveRange(SortedAtOnce, next.Count - SortedAtOnce);
        }
    }

    private void AddChanges(long floor, long upTo)
    {
        using var changes = new ChangeReader(tables, Math.Max(floor, 0) + 1, upTo, floor);
        for (; changes.Revision.Value > 0; changes.Next())
            Add(changes.Key.Span, changes.Revision.Value);
    }

    private void Add(ReadOnlySpan<byte> key, long revision)
    {
        if (!tables.TryGet((byte[])[TableKeys.User, .. key], (ulong)revision, out var version, out var bytes) || version != (ulong)revision)
            throw new InvalidOperationException($"A version of revision {revision} is announced and not there.");
        var found = KeyVersion.Read(version, bytes);
        entry.Clear();
        var at = entry.Reserved(RevisionBytes);
        BinaryPrimitives.WriteInt64BigEndian(at, found.ModRevision);
        at[sizeof(long)] = (byte)'_';
        BinaryPrimitives.WriteInt64BigEndian(at[(sizeof(long) + 1)..], found.Sub);
        if (found.IsTombstone)
            entry.Byte((byte)'t');
        Bytes(1, key);
        if (!found.IsTombstone)
        {
            Number(2, found.CreateRevision);
            Number(3, found.ModRevision);
            Number(4, found.Version);
            Bytes(5, found.Value.Span);
            Number(6, found.Lease);
        }

        checksum = Crc32C.Extend(checksum, entry.Written);
    }

    // As in protobuf: a field of its default value is left out.
    private void Number(int field, long value)
    {
        if (value == 0)
            return;
        entry.Byte((byte)(field << 3));
        entry.Varint(value);
    }

    private void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        entry.Byte((byte)(field << 3 | 2));
        entry.Bytes(value);
    }
}
