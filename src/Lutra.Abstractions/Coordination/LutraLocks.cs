using System.Text;

namespace Lutra;

/// <summary>
/// Locks by name, given in the order in which they were asked for, to one holder at a time as far as a lease can say it: <see cref="HeldLock.FencingToken"/> is
/// for what a lease cannot. Those of etcd's API and of etcdctl wait in the same lines.
/// </summary>
public sealed class LutraLocks
{
    private readonly ILutraClient client;

    internal LutraLocks(ILutraClient client) => this.client = client;

    /// <summary>Waits until the lock is free for us. A token that is cancelled meanwhile gives the place up.</summary>
    public async ValueTask<HeldLock> AcquireAsync(string name, HoldOptions? options = null, CancellationToken cancellationToken = default) =>
        (await AcquireAsync(name, options, waits: true, cancellationToken).ConfigureAwait(false))!;

    /// <summary>The lock where it is free; null where somebody has it or waits for it.</summary>
    public ValueTask<HeldLock?> TryAcquireAsync(string name, HoldOptions? options = null, CancellationToken cancellationToken = default) =>
        AcquireAsync(name, options, waits: false, cancellationToken);

    private async ValueTask<HeldLock?> AcquireAsync(string name, HoldOptions? options, bool waits, CancellationToken cancellationToken)
    {
        var place = await Place.TakeAsync(client, Encoding.UTF8.GetBytes(name), default, options, cancellationToken).ConfigureAwait(false);
        var isOurs = false;
        try
        {
            isOurs = await place.IsFirstAsync(waits, cancellationToken).ConfigureAwait(false);
            return isOurs ? new HeldLock(place) : null;
        }
        finally
        {
            if (!isOurs)
                await place.DisposeAsync().ConfigureAwait(false);
        }
    }
}
