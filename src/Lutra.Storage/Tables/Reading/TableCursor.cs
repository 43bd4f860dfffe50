namespace Lutra.Storage.Tables;

/// <summary>
/// Walks entries in order: keys ascending, versions of a key descending; and back. Valid as long as its view. Where two sources hold the
/// same (key, version), the newer one is shown.
/// </summary>
public sealed class TableCursor : IDisposable
{
    // Newest source first: the age decides between equals.
    private readonly EntryCursor[] sources;

    // Numbers of the sources that stand on an entry, nearest entry first in the direction of the walk.
    private readonly int[] nearest;
    private int nearestCount;
    private bool isForward = true;
    private byte[] lastKey = [];

    internal TableCursor(EntryCursor[] sources)
    {
        this.sources = sources;
        nearest = new int[sources.Length];
    }

    public bool IsValid => nearestCount > 0;

    /// <summary>Holds until the cursor moves.</summary>
    public ReadOnlySpan<byte> Key => Current.Key;

    public ulong Version => Current.Version;

    /// <summary>Holds as long as the view.</summary>
    public ReadOnlyMemory<byte> Value => Current.Value;

    private EntryCursor Current =>
        nearestCount > 0 ? sources[nearest[0]] : throw new InvalidOperationException("The cursor stands on no entry.");

    /// <summary>
    /// The first entry at or after <paramref name="key"/> with <paramref name="version"/>, in the store's order (a higher version of the
    /// same key lies before).
    /// </summary>
    public bool Seek(ReadOnlySpan<byte> key, ulong version)
    {
        foreach (var source in sources)
            source.Seek(key, version);
        return Gather(forward: true);
    }

    /// <summary>The last entry that lies before that place.</summary>
    public bool SeekBefore(ReadOnlySpan<byte> key, ulong version)
    {
        foreach (var source in sources)
            source.SeekBefore(key, version);
        return Gather(forward: false);
    }

    public bool Next()
    {
        if (!isForward)
        {
            // The other sources stand before this entry; bring all to it, then go on.
            var version = Version;
            Seek(RememberKey(), version);
        }
        Advance();
        return IsValid;
    }

    public bool Previous()
    {
        if (isForward)
        {
            var version = Version;
            return SeekBefore(RememberKey(), version);
        }
        Advance();
        return IsValid;
    }

    /// <summary>The cursor stands nowhere.</summary>
    public void Dispose() => nearestCount = 0;

    private bool Gather(bool forward)
    {
        isForward = forward;
        nearestCount = 0;
        for (var source = 0; source < sources.Length; source++)
        {
            if (!sources[source].IsValid)
                continue;
            nearest[nearestCount] = source;
            var place = nearestCount++;
            for (; place > 0 && Order(nearest[place], nearest[place - 1]) < 0; place--)
                (nearest[place], nearest[place - 1]) = (nearest[place - 1], nearest[place]);
        }
        return IsValid;
    }

    /// <summary>Moves the nearest source on, and every other that stands on the same entry: its copy is the older one.</summary>
    private void Advance()
    {
        var current = Current;
        while (nearestCount > 1 && sources[nearest[1]].CompareTo(current.Key, current.Version) == 0)
            Advance(1);
        Advance(0);
    }

    private void Advance(int place)
    {
        var source = sources[nearest[place]];
        if (isForward)
            source.Next();
        else
            source.Previous();
        if (!source.IsValid)
        {
            nearestCount--;
            nearest.AsSpan(place + 1, nearestCount - place).CopyTo(nearest.AsSpan(place));
            return;
        }
        for (; place + 1 < nearestCount && Order(nearest[place + 1], nearest[place]) < 0; place++)
            (nearest[place], nearest[place + 1]) = (nearest[place + 1], nearest[place]);
    }

    /// <summary>Which of two sources comes first in the direction of the walk; of equals the newer.</summary>
    private int Order(int left, int right)
    {
        var other = sources[right];
        var order = sources[left].CompareTo(other.Key, other.Version);
        if (order == 0)
            return left.CompareTo(right);
        return isForward ? order : -order;
    }

    private ReadOnlySpan<byte> RememberKey()
    {
        var key = Key;
        if (lastKey.Length < key.Length)
            lastKey = new byte[Math.Max(key.Length, 64)];
        key.CopyTo(lastKey);
        return lastKey.AsSpan(0, key.Length);
    }
}
