using System.Globalization;
using System.Text;

namespace Lutra;

/// <summary>
/// A place in the line behind a name, kept by a lease: a key under the name. The oldest key has its turn, by its create revision; every other waits for the one
/// before it to go, so that the end of one wakes one. The keys are those of etcd's own locks and elections, so that who uses those waits in the same line.
/// </summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly ILutraClient client;
    private readonly KeyRange line;

    private Place(ILutraClient client, HeldLease lease, ReadOnlyMemory<byte> name)
    {
        this.client = client;
        Lease = lease;
        line = LineOf(name);
        Key = (byte[])[.. line.From.Span, .. Encoding.ASCII.GetBytes(lease.Id.ToString("x", CultureInfo.InvariantCulture))];
    }

    public HeldLease Lease { get; }

    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>When it was taken: who took one earlier comes first.</summary>
    public Revision Revision { get; private set; }

    /// <summary>That the place is still there, for a transaction.</summary>
    public Compare IsHeld => new(KeyRange.Single(Key), CompareTarget.CreateRevision, CompareResult.Equal, Revision.Value);

    public static KeyRange LineOf(ReadOnlyMemory<byte> name) => !name.IsEmpty
        ? KeyRange.Prefix((byte[])[.. name.Span, (byte)'/'])
        : throw new LutraException(LutraError.InvalidArgument, "What is locked or led needs a name.");

    /// <summary>Takes the last place.</summary>
    public static async ValueTask<Place> TakeAsync(
        ILutraClient client, ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value, HoldOptions? options, CancellationToken cancellationToken)
    {
        LineOf(name);
        var lease = await HeldLease.GrantAsync(client, options, cancellationToken).ConfigureAwait(false);
        var place = new Place(client, lease, name);
        try
        {
            await place.EnterAsync(value, cancellationToken).ConfigureAwait(false);
            return place;
        }
        catch
        {
            await place.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether nobody is before it now; else waits, where that is wanted. Throws where the place was lost meanwhile.</summary>
    public async ValueTask<bool> IsFirstAsync(bool waits, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Lease.Lost);
        try
        {
            while (await BeforeAsync(either.Token).ConfigureAwait(false) is { } before)
            {
                if (!waits)
                    return false;
                await GoneAsync(before.Key, before.SeenAt, either.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException) when (Lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Lost();
        }
    }

    /// <summary>Gives the place up.</summary>
    public ValueTask DisposeAsync() => Lease.DisposeAsync();

    private static LutraException Lost() => new(LutraError.LeaseNotFound, "The place in the line was lost: no server answered for its time to live, or its lease was revoked.");

    // Done twice it finds what it did the first time: so it is done again where it is not known whether it was done (pitfall C07).
    private async ValueTask EnterAsync(ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var own = KeyRange.Single(Key);
        var enter = new TransactionOperation(
            [new Compare(own, CompareTarget.CreateRevision, CompareResult.Equal)], [new PutOperation(Key, value, Lease.Id)], [new RangeOperation(own, KeysOnly: true)]);
        while (true)
        {
            try
            {
                var result = await client.TransactAsync(enter, cancellationToken: cancellationToken).ConfigureAwait(false);
                Revision = result.Succeeded ? result.Revision : ((RangeResult)result.Results[0]).KeyValues[0].CreateRevision;
                return;
            }
            catch (LutraException unknown) when (unknown.Error == LutraError.OutcomeUnknown && !Lease.Lost.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    // The place just before, and ours with it: both in one read.
    private async ValueTask<(ReadOnlyMemory<byte> Key, Revision SeenAt)?> BeforeAsync(CancellationToken cancellationToken)
    {
        var lastTwo = new RangeOperation(line, Limit: 2, Sort: SortTarget.CreateRevision, Descending: true, KeysOnly: true, MaxCreateRevision: Revision);
        var found = await client.RangeAsync(lastTwo, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (found.KeyValues.IsEmpty || found.KeyValues[0].CreateRevision != Revision || !found.KeyValues[0].Key.Span.SequenceEqual(Key.Span))
            throw Lost();
        return found.KeyValues.Length > 1 ? (found.KeyValues[1].Key, found.Revision) : null;
    }

    private async ValueTask GoneAsync(ReadOnlyMemory<byte> key, Revision seenAt, CancellationToken cancellationToken)
    {
        try
        {
            var watch = new WatchOperation(KeyRange.Single(key), seenAt.Next, NoPuts: true);
            await foreach (var batch in client.WatchAsync(watch, cancellationToken).ConfigureAwait(false))
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
