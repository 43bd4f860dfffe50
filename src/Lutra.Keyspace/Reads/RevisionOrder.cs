using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Walks versions of keys in the order in which they were made, as etcd keeps them: first what compaction has kept of the older ones, then every change. The tables
/// hold them by key; the index knows the order from the compaction floor on, and what lies below is sorted here, so much at a time, in bounded memory.
/// </summary>
internal sealed class RevisionOrder : IDisposable
{
    /// <summary>The most that is sorted at a time: each time is a walk over all keys.</summary>
    private const int SortedBytesMax = 48 * 1024 * 1024;

    // What a key costs here beside its own bytes.
    private const int SortedOverheadBytes = 64;

    private readonly TableView tables;
    private readonly int sortedBytesMax;
    private readonly long keptAt;
    private readonly long changesFrom;
    private readonly long upTo;
    private readonly long floor;
    private readonly List<Place> sorted = [];
    private readonly ByteWriter tableKey = new();
    private int next;
    private Place last;
    private ChangeReader? changes;

    /// <param name="keptAt">What is kept is what this revision sees; 0: nothing is.</param>
    /// <param name="changesFrom">From here on, at or above the floor, every change is walked; what is kept is older.</param>
    /// <param name="upTo">The last change.</param>
    /// <param name="floor">The compaction floor.</param>
    public RevisionOrder(TableView tables, long keptAt, long changesFrom, long upTo, long floor, int sortedBytesMax = SortedBytesMax)
    {
        (this.tables, this.keptAt, this.changesFrom, this.upTo, this.floor) = (tables, keptAt, changesFrom, upTo, floor);
        this.sortedBytesMax = sortedBytesMax;
    }

    /// <summary>What a compaction at the floor has left, and all that was done since.</summary>
    public static RevisionOrder OfAll(TableView tables, in StateRecord state) =>
        new(tables, Math.Max(0, state.Floor), Math.Max(1, state.Floor), state.Revision, state.Floor);

    /// <summary>The key at hand. Holds until the next move.</summary>
    public ReadOnlySpan<byte> Key => tableKey.Written[1..];

    /// <summary>Its value holds as long as the view.</summary>
    public KeyVersion Version { get; private set; }

    public bool MoveNext()
    {
        if (changes is null)
        {
            if (keptAt > 0 && (next < sorted.Count || Sort()))
            {
                last = sorted[next++];
                Find(last.Key, last.Revision);
                return true;
            }
            changes = new ChangeReader(tables, changesFrom, upTo, floor);
        }
        else
        {
            changes.Next();
        }
        if (changes.Revision.Value == 0)
            return false;
        Find(changes.Key.Span, changes.Revision.Value);
        return true;
    }

    public void Dispose() => changes?.Dispose();

    /// <summary>The next of those that are kept, behind the last.</summary>
    private bool Sort()
    {
        sorted.Clear();
        next = 0;
        var bytes = 0L;
        var walk = new KeyWalk(tables, KeyRange.All, keptAt);
        while (walk.MoveNext())
        {
            var place = new Place(walk.Version.ModRevision, walk.Version.Sub, []);
            if (place.Revision >= changesFrom || place.CompareTo(last) <= 0)
                continue;
            sorted.Add(place with { Key = walk.Key.ToArray() });
            bytes += walk.Key.Length + SortedOverheadBytes;
            if (bytes >= 2L * sortedBytesMax)
                bytes = Cut();
        }

        Cut();
        return sorted.Count > 0;
    }

    // The nearest of them, one at least, that take no more than they may.
    private long Cut()
    {
        sorted.Sort();
        var (kept, bytes) = (0, 0L);
        while (kept < sorted.Count && bytes < sortedBytesMax)
            bytes += sorted[kept++].Key.Length + SortedOverheadBytes;
        sorted.RemoveRange(kept, sorted.Count - kept);
        return bytes;
    }

    private void Find(ReadOnlySpan<byte> key, long revision)
    {
        tableKey.Clear();
        tableKey.Byte(TableKeys.User);
        tableKey.Raw(key);
        if (!tables.TryGet(tableKey.Written, (ulong)revision, out var version, out var bytes) || version != (ulong)revision)
            throw new InvalidOperationException($"A version of revision {revision} is announced and not there.");
        Version = KeyVersion.Read(version, bytes);
    }

    private readonly record struct Place(long Revision, uint Sub, byte[] Key) : IComparable<Place>
    {
        public int CompareTo(Place other) => Revision != other.Revision ? Revision.CompareTo(other.Revision) : Sub.CompareTo(other.Sub);
    }
}
