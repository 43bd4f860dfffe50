namespace Lutra.Keyspace;

/// <summary>Counts that a reader builds, and what the applier did meanwhile.</summary>
internal sealed class Building
{
    /// <summary>With more, building anew later is cheaper.</summary>
    private const int ChangesMax = 100_000;

    // The applier's alone.
    private readonly List<(byte[] Key, int By, ulong Index)> changes = [];
    private bool isTooMuch;
    private ulong builtAt;
    private Stretches? built;

    /// <summary>Null until it is finished. Read by the applier.</summary>
    public Stretches? Built => Volatile.Read(ref built);

    /// <summary>By the reader, which then has no more to do with them.</summary>
    /// <param name="at">The log index of the state that they are of.</param>
    public void Finish(Stretches stretches, ulong at)
    {
        builtAt = at;
        Volatile.Write(ref built, stretches);
    }

    public void Note(ReadOnlySpan<byte> key, int by, ulong index)
    {
        isTooMuch |= changes.Count == ChangesMax;
        if (!isTooMuch)
            changes.Add((key.ToArray(), by, index));
    }

    /// <summary>Brings the finished counts to where the applier is. False: too much was done meanwhile.</summary>
    public bool Replay(Stretches stretches)
    {
        if (isTooMuch)
            return false;
        foreach (var (key, by, index) in changes)
        {
            if (index > builtAt)
                stretches.Change(key, by);
        }

        return true;
    }
}
