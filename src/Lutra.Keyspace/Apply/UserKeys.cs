using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// The users' keys as the applier sees and changes them. One request's changes share a revision, one above the last, and are numbered by
/// their sub revision in the order they are made; a request that changes nothing uses no revision.
/// </summary>
/// <param name="counter">Told of keys that come to be and go.</param>
/// <param name="recent">Asked before the tables, and told of every change.</param>
internal sealed class UserKeys(TableStore tables, LeaseTable leases, KeyCounter counter, RecentKeys recent)
{
    private readonly ByteWriter tableKey = new();
    private readonly ByteWriter tableValue = new();
    private long revisionBefore;
    private ulong index;
    private uint subNext;

    /// <summary>The revision as it stands: the new one as soon as something was changed.</summary>
    public long Revision => HasChanges ? revisionBefore + 1 : revisionBefore;

    public bool HasChanges => subNext > 0;

    /// <summary>How many keys more there are after the changes made so far; negative: fewer.</summary>
    public long KeysAdded { get; private set; }

    /// <summary>The request of entry <paramref name="entryIndex"/> begins, on the state at <paramref name="revision"/>.</summary>
    public void Begin(long revision, ulong entryIndex)
    {
        revisionBefore = revision;
        index = entryIndex;
        subNext = 0;
        KeysAdded = 0;
    }

    /// <summary>Finds the live version that <paramref name="revision"/> sees. Its value holds until the next call.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, long revision, out KeyVersion found)
    {
        if (tables.TryGet(TableKey(key), (ulong)revision, out var version, out var value))
        {
            found = KeyVersion.Read(version, value);
            return !found.IsTombstone;
        }

        found = default;
        return false;
    }

    /// <summary>The live version as of now, without its value; <see cref="LiveKey.IsThere"/> is false where there is none.</summary>
    public LiveKey FindNewest(ReadOnlySpan<byte> key)
    {
        var isRecent = recent.TryGet(key, out var live);
        Marks.RecentKeyFound.HitIf(isRecent);
        if (isRecent)
            return live;
        live = TryFind(key, Revision, out var found) ? found.Live : default;
        recent.Set(key, live);
        return live;
    }

    public bool HasLease(long lease) => leases.Find(lease) is not null;

    /// <summary>Everything, with the changes made so far.</summary>
    public TableView Pin() => tables.PinUnpublished();

    /// <param name="previous">The live version before, if there is one.</param>
    public void Put(ReadOnlySpan<byte> key, in LiveKey previous, long lease, ReadOnlySpan<byte> value)
    {
        var revision = revisionBefore + 1;
        var live = new LiveKey(revision, previous.IsThere ? previous.CreateRevision : revision, previous.Version + 1, lease);
        tableValue.Clear();
        KeyVersion.WritePut(tableValue, subNext, live.CreateRevision, live.Version, lease, value);
        Change(key, revision);
        recent.Set(key, live);
        if (!previous.IsThere)
        {
            KeysAdded++;
            counter.Changed(key, 1, index);
        }

        if (previous.Lease == lease)
            return;
        if (previous.Lease != 0)
            leases.Detach(previous.Lease, key, index);
        if (lease != 0)
            leases.Attach(lease, key, index);
    }

    /// <summary>The key is there; afterwards it is not.</summary>
    /// <param name="lease">The one that the live version is attached to; 0: none.</param>
    public void Delete(ReadOnlySpan<byte> key, long lease)
    {
        tableValue.Clear();
        KeyVersion.WriteTombstone(tableValue, subNext);
        Change(key, revisionBefore + 1);
        recent.Set(key, default);
        KeysAdded--;
        counter.Changed(key, -1, index);
        if (lease != 0)
            leases.Detach(lease, key, index);
    }

    private void Change(ReadOnlySpan<byte> key, long revision)
    {
        tables.Put(TableKey(key), (ulong)revision, tableValue.Written);
        Span<byte> index = stackalloc byte[TableKeys.RevisionBytes];
        TableKeys.WriteRevision(index, revision, subNext);
        tables.Put(index, (ulong)revision, key);
        subNext = checked(subNext + 1);
    }

    private ReadOnlySpan<byte> TableKey(ReadOnlySpan<byte> key)
    {
        tableKey.Clear();
        tableKey.Byte(TableKeys.User);
        tableKey.Raw(key);
        return tableKey.Written;
    }
}
