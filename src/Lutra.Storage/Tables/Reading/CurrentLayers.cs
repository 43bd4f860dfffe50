using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>
/// The layers that readers find now, and every way in which they are replaced: by the applier (publish, rotate) and by the stage that
/// flushes, merges and installs. Those two take a lock for the moment of the replacement; readers take none.
/// </summary>
internal sealed class CurrentLayers
{
    /// <summary>Full memtables that may wait for the disk; the one being filled comes on top.</summary>
    private const int WaitingMax = 2;

    private readonly TableOptions options;
    private readonly Lock swap = new();
    private Published published;
    private bool batchIsOpen;
    private bool flushIsRequested;
    private bool isInstalling;
    private bool diskIsFull;
    private volatile bool hasRoom = true;

    /// <param name="tables">Newest first; the caller lets go of them afterwards.</param>
    public CurrentLayers(TableOptions options, Table[] tables, LogPosition durable)
    {
        this.options = options;
        published = new Published(new Layers(new Memtable(), [], tables, durable), 0, durable);
    }

    public Published Latest => Volatile.Read(ref published);

    public bool HasRoom => hasRoom;

    /// <summary>What is published, with its layers held for the caller.</summary>
    public Published Hold()
    {
        while (true)
        {
            var latest = Latest;
            if (latest.Layers.TryHold())
                return latest;
        }
    }

    /// <summary>The memtable for the puts up to the next <see cref="Publish"/>: until then it is not rotated away.</summary>
    public Memtable BeginBatch()
    {
        lock (swap)
        {
            RequireNoInstallation();
            batchIsOpen = true;
            return published.Layers.Active;
        }
    }

    /// <summary>True where a memtable began to wait for its flush.</summary>
    public bool Publish(LogPosition applied)
    {
        lock (swap)
        {
            RequireNoInstallation();
            if (applied.Index < published.Applied.Index)
                throw new InvalidOperationException($"The applied position never goes back (from {published.Applied} to {applied}).");
            batchIsOpen = false;
            Volatile.Write(ref published, new Published(published.Layers, published.Layers.Active.Count, applied));
            return RotateWhereDue();
        }
    }

    /// <inheritdoc cref="Publish"/>
    public bool RequestFlush()
    {
        lock (swap)
        {
            flushIsRequested = true;
            return RotateWhereDue();
        }
    }

    /// <summary>The oldest waiting memtable is in <paramref name="table"/> now (null: it held nothing).</summary>
    /// <returns>True where the applier has room again.</returns>
    public bool ReplaceFlushed(Memtable flushed, Table? table)
    {
        lock (swap)
        {
            var layers = published.Layers;
            if (layers.Waiting[^1] != flushed)
                throw new InvalidOperationException("Memtables are flushed in the order in which they were filled.");
            Table[] tables = table is null ? layers.Tables : [table, .. layers.Tables];
            Replace(new Layers(layers.Active, layers.Waiting[..^1], tables, flushed.Applied));
            var hadRoom = hasRoom;
            RotateWhereDue();
            return hasRoom && !hadRoom;
        }
    }

    /// <summary><paramref name="merged"/> (null: nothing stayed) takes the place of a run of tables.</summary>
    public void ReplaceMerged(IReadOnlyList<Table> run, Table? merged)
    {
        lock (swap)
        {
            var layers = published.Layers;
            var from = Array.IndexOf(layers.Tables, run[0]);
            var tables = layers.Tables.ToList();
            tables.RemoveRange(from, run.Count);
            if (merged is not null)
                tables.Insert(from, merged);
            Replace(new Layers(layers.Active, layers.Waiting, [.. tables], layers.Durable));
        }
    }

    /// <summary>Until <see cref="ReplaceAll"/> nothing may be put or published: it would be lost.</summary>
    public void BeginInstallation()
    {
        lock (swap)
        {
            RequireNoInstallation();
            if (batchIsOpen)
                throw new InvalidOperationException("A state is installed between batches only.");
            isInstalling = true;
        }
    }

    /// <summary>Everything there was gives way to <paramref name="tables"/>.</summary>
    /// <returns>True where the applier has room again.</returns>
    public bool ReplaceAll(Table[] tables, LogPosition applied)
    {
        lock (swap)
        {
            isInstalling = false;
            var old = published.Layers;
            Volatile.Write(ref published, new Published(new Layers(new Memtable(), [], tables, applied), 0, applied));
            old.Release();
            flushIsRequested = false;
            var hadRoom = hasRoom;
            hasRoom = true;
            return !hadRoom;
        }
    }

    /// <summary>A flush found no room on the disk, or found it again.</summary>
    /// <returns>True where the applier has room again.</returns>
    public bool DiskIsFull(bool isFull)
    {
        lock (swap)
        {
            diskIsFull = isFull;
            var hadRoom = hasRoom;
            RotateWhereDue();
            return hasRoom && !hadRoom;
        }
    }

    private void RequireNoInstallation()
    {
        if (isInstalling)
            throw new InvalidOperationException("A state is being installed: nothing is put or published before it is there.");
    }

    private void Replace(Layers layers)
    {
        var old = published.Layers;
        Volatile.Write(ref published, new Published(layers, published.Visible, published.Applied));
        old.Release();
    }

    /// <summary>Only between batches: so a flushed memtable holds whole entries, and its position is exact (pitfall S07).</summary>
    private bool RotateWhereDue()
    {
        var (layers, applied) = (published.Layers, published.Applied);
        var isFull = layers.Active.EntryBytes >= options.MemtableBytes;
        var rotates = !batchIsOpen && (isFull || flushIsRequested) && layers.Waiting.Length < WaitingMax;
        var mayGrow = diskIsFull && layers.Active.EntryBytes - options.MemtableBytes < options.MoreBytesWhenFull;
        hasRoom = rotates || !isFull || layers.Waiting.Length < WaitingMax || mayGrow;
        Marks.ApplierHasNoRoom.HitIf(!hasRoom);
        if (!rotates)
            return false;
        flushIsRequested = false;
        layers.Active.Applied = applied;
        var rotated = new Layers(new Memtable(), [layers.Active, .. layers.Waiting], layers.Tables, layers.Durable);
        Volatile.Write(ref published, new Published(rotated, 0, applied));
        layers.Release();
        return true;
    }
}
