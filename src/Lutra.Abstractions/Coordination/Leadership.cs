using System.Text;

namespace Lutra;

/// <summary>An election that was won, until it is disposed of or lost.</summary>
public sealed class Leadership : IAsyncDisposable
{
    private readonly ILutraClient client;
    private readonly Place place;

    internal Leadership(ILutraClient client, Place place) => (this.client, this.place) = (client, place);

    /// <summary>Grows from leader to leader: see <see cref="HeldLock.FencingToken"/>.</summary>
    public long FencingToken => place.Revision.Value;

    /// <summary>A condition that holds in a transaction for as long as the program leads.</summary>
    public Compare IsHeld => place.IsHeld;

    /// <summary>Cancelled as soon as somebody else may lead, and when the leadership is given up. See <see cref="HeldLock.Lost"/>.</summary>
    public CancellationToken Lost => place.Lease.Lost;

    /// <summary>Says something else to those who observe. Throws <see cref="LutraException"/> (<see cref="LutraError.LeaseNotFound"/>) where the program leads no more.</summary>
    public async ValueTask ProclaimAsync(string value, CancellationToken cancellationToken = default)
    {
        var proclaim = new TransactionOperation([IsHeld], [new PutOperation(place.Key, Encoding.UTF8.GetBytes(value), place.Lease.Id)], []);
        if (!(await client.TransactAsync(proclaim, cancellationToken: cancellationToken).ConfigureAwait(false)).Succeeded)
            throw new LutraException(LutraError.LeaseNotFound, "The leadership was lost: its lease is over.");
    }

    /// <summary>Resigns: the next in the line leads.</summary>
    public ValueTask DisposeAsync() => place.DisposeAsync();
}
