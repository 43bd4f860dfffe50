using System.Runtime.CompilerServices;
using System.Text;

namespace Lutra;

/// <summary>Elections by name: of all who campaign one leads, the others wait in their order. Those of etcd's API and of etcdctl are the same.</summary>
public sealed class LutraElections
{
    private readonly ILutraClient client;

    internal LutraElections(ILutraClient client) => this.client = client;

    /// <summary>Waits until the program leads. A token that is cancelled meanwhile gives the candidature up.</summary>
    /// <param name="value">What those who observe are told of the leader, such as its address.</param>
    public async ValueTask<Leadership> CampaignAsync(string name, string value, HoldOptions? options = null, CancellationToken cancellationToken = default)
    {
        var place = await Place.TakeAsync(client, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value), options, cancellationToken).ConfigureAwait(false);
        try
        {
            await place.IsFirstAsync(waits: true, cancellationToken).ConfigureAwait(false);
            return new Leadership(client, place);
        }
        catch
        {
            await place.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Who leads: its key, what it says, and as <see cref="KeyValue.CreateRevision"/> its fencing token. Null: nobody.</summary>
    public async ValueTask<KeyValue?> LeaderAsync(string name, CancellationToken cancellationToken = default) =>
        (await FirstAsync(name, cancellationToken).ConfigureAwait(false)).Leader;

    /// <summary>
    /// Who leads now, then every change that is still so when it is looked at: another leader, another value, nobody (null). Some that last for a moment only may
    /// be left out. Ends with the token.
    /// </summary>
    public async IAsyncEnumerable<KeyValue?> ObserveAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var line = Place.LineOf(Encoding.UTF8.GetBytes(name));
        var isFirstLook = true;
        KeyValue? told = null;
        while (true)
        {
            var (leader, seenAt) = await FirstAsync(name, cancellationToken).ConfigureAwait(false);
            if (isFirstLook || leader?.ModRevision != told?.ModRevision)
                yield return told = leader;
            isFirstLook = false;
            await ChangedAsync(line, seenAt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<(KeyValue? Leader, Revision SeenAt)> FirstAsync(string name, CancellationToken cancellationToken)
    {
        var first = new RangeOperation(Place.LineOf(Encoding.UTF8.GetBytes(name)), Limit: 1, Sort: SortTarget.CreateRevision);
        var found = await client.RangeAsync(first, cancellationToken: cancellationToken).ConfigureAwait(false);
        return (found.KeyValues.IsEmpty ? null : found.KeyValues[0], found.Revision);
    }

    private async ValueTask ChangedAsync(KeyRange line, Revision seenAt, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in client.WatchAsync(new WatchOperation(line, seenAt.Next), cancellationToken).ConfigureAwait(false))
            {
                if (!batch.Events.IsEmpty)
                    return;
            }
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            // Who was away for so long looks again.
        }
    }
}
