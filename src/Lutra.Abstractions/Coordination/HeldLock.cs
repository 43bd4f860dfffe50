namespace Lutra;

/// <summary>A lock that is held, until it is disposed of or lost.</summary>
public sealed class HeldLock : IAsyncDisposable
{
    private readonly Place place;

    internal HeldLock(Place place) => this.place = place;

    /// <summary>
    /// Grows from holder to holder. Hand it to whatever is written to elsewhere, and have it refuse smaller numbers than it has seen: a holder that was stopped for
    /// long cannot know that it has lost the lock, and would go on writing.
    /// </summary>
    public long FencingToken => place.Revision.Value;

    /// <summary>The same for writes to this store: a condition that holds in a transaction for as long as the lock is held.</summary>
    public Compare IsHeld => place.IsHeld;

    /// <summary>
    /// Cancelled as soon as the lock may be somebody else's because the lease that keeps it may be over, and when it is given back. Who deletes <see cref="Key"/> by hand
    /// takes the lock away without it: only <see cref="IsHeld"/> and <see cref="FencingToken"/> tell then.
    /// </summary>
    public CancellationToken Lost => place.Lease.Lost;

    /// <summary>The key that stands for this holder.</summary>
    public ReadOnlyMemory<byte> Key => place.Key;

    /// <summary>Gives the lock back. Where no server can be asked it goes to the next once its time to live is over.</summary>
    public ValueTask DisposeAsync() => place.DisposeAsync();
}
