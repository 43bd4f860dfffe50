namespace Lutra.Storage.Tables;

/// <summary>
/// Walks keys in their order, without passing over their versions one by one: what a key costs does not grow with how often it was written. Valid as
/// long as its view.
/// </summary>
public sealed class KeyCursor
{
    // Newest layer first: of two that stand on one key the first has the newer versions.
    private readonly KeySource[] sources;

    // The newest of those that stand on the key at hand; -1: none does.
    private int nearest = -1;

    internal KeyCursor(KeySource[] sources) => this.sources = sources;

    public bool IsValid => nearest >= 0;

    /// <summary>Holds until the cursor moves.</summary>
    public ReadOnlySpan<byte> Key => Current.Key;

    private KeySource Current => nearest >= 0 ? sources[nearest] : throw new InvalidOperationException("The cursor stands on no key.");

    /// <summary>The first key at or after <paramref name="key"/>.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        foreach (var source in sources)
            source.Seek(key);
        return FindNearest();
    }

    public bool Next()
    {
        var current = Current;
        for (var older = nearest + 1; older < sources.Length; older++)
        {
            if (sources[older].IsValid && sources[older].Key.SequenceEqual(current.Key))
                sources[older].Next();
        }

        current.Next();
        return FindNearest();
    }

    /// <summary>
    /// The newest version of the key at hand at or below <paramref name="versionMax"/>; false where it has none. Because the versions of a key never decrease
    /// from put to put, the first layer that has one has the newest.
    /// </summary>
    /// <param name="value">Holds as long as the view.</param>
    public bool TryGet(ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value)
    {
        var current = Current;
        if (current.TryGet(versionMax, out version, out value))
            return true;
        for (var older = nearest + 1; older < sources.Length; older++)
        {
            var source = sources[older];
            if (source.IsValid && source.Key.SequenceEqual(current.Key) && source.TryGet(versionMax, out version, out value))
                return true;
        }

        return false;
    }

    // They are few: to look at each costs less than to keep them in order.
    private bool FindNearest()
    {
        nearest = -1;
        for (var source = 0; source < sources.Length; source++)
        {
            if (sources[source].IsValid && (nearest < 0 || sources[source].Key.SequenceCompareTo(sources[nearest].Key) < 0))
                nearest = source;
        }

        return nearest >= 0;
    }
}
