using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Locks;

/// <summary>
/// The line behind a name, in which locks and elections wait: a key for each who waits, under the name, kept by its lease. The oldest key has its turn; every
/// other waits for the one before it to go, so that the end of one wakes one.
/// </summary>
internal sealed class LineUp(EtcdCall call, ReadOnlyMemory<byte> name, long lease)
{
    /// <summary>Who brings no lease gets one that lasts for so long, and that nobody renews.</summary>
    private const long TtlSecondsDefault = 60;

    /// <summary>The key of who waits: the name, a slash, the lease in hexadecimal.</summary>
    public byte[] Key { get; } = [.. name.Span, (byte)'/', .. Encoding.ASCII.GetBytes(lease.ToString("x", CultureInfo.InvariantCulture))];

    public long Lease => lease;

    public static KeyRange RangeOf(ReadOnlyMemory<byte> name) => KeyRange.Prefix((byte[])[.. name.Span, (byte)'/']);

    public static async ValueTask<LineUp> WithLeaseAsync(EtcdCall call, ReadOnlyMemory<byte> name, long lease) => new(
        call, name, lease != 0 ? lease : (await call.Node.GrantLeaseAsync(TtlSecondsDefault, cancellationToken: call.Ended)).Lease);

    /// <summary>Takes a place in the line, or finds the one that was taken with this lease before.</summary>
    public async ValueTask<Place> JoinAsync(ReadOnlyMemory<byte> value)
    {
        var isNew = new Compare(KeyRange.Single(Key), CompareTarget.CreateRevision, CompareResult.Equal, 0);
        var first = First(RangeOf(name));
        var result = await call.Node.TransactAsync(
            new TransactionOperation(
                [isNew], [new PutOperation(Key, value, lease), first], [new RangeOperation(KeyRange.Single(Key)), first]),
            cancellationToken: call.Ended);
        var oldest = ((RangeResult)result.Results[1]).KeyValues[0];
        if (result.Succeeded)
            return new Place(result.Revision, oldest.Key.Span.SequenceEqual(Key), null);
        var own = ((RangeResult)result.Results[0]).KeyValues[0];
        return new Place(own.CreateRevision, oldest.Key.Span.SequenceEqual(Key), own);
    }

    /// <summary>
    /// Waits until nobody is before <paramref name="place"/>. On any failure the place is given up, so that a client that waits no longer holds up nobody.
    /// </summary>
    /// <param name="gone">What the client is told where its own key went meanwhile: its lease is over.</param>
    /// <returns>The revision at which it was so.</returns>
    public async ValueTask<Revision> WaitAsync(Place place, string gone)
    {
        if (place.IsFirst)
            return call.Node.Revision;
        try
        {
            while (await BeforeAsync(place) is { } before)
                await DeletedAsync(before.Key, before.SeenAt);
            var own = await call.Node.RangeAsync(new RangeOperation(KeyRange.Single(Key)), default, call.Ended);
            if (own.KeyValues.IsEmpty || own.KeyValues[0].CreateRevision != place.Revision)
                throw new GrpcException(GrpcStatusCode.Unknown, gone);
            return own.Revision;
        }
        catch (Exception)
        {
            await LeaveAsync(place);
            throw;
        }
    }

    /// <summary>The oldest key of a line.</summary>
    public static RangeOperation First(KeyRange line) => new(line, Limit: 1, Sort: SortTarget.CreateRevision);

    private async ValueTask LeaveAsync(Place place)
    {
        var isMine = new Compare(KeyRange.Single(Key), CompareTarget.CreateRevision, CompareResult.Equal, place.Revision.Value);
        try
        {
            await call.Node.TransactAsync(
                new TransactionOperation([isMine], [new DeleteOperation(KeyRange.Single(Key))], ImmutableArray<Operation>.Empty), cancellationToken: CancellationToken.None);
        }
        catch (LutraException)
        {
            // It goes with its lease.
        }
    }

    private async ValueTask<(ReadOnlyMemory<byte> Key, Revision SeenAt)?> BeforeAsync(Place place)
    {
        var newest = new RangeOperation(
            RangeOf(name), Limit: 1, Sort: SortTarget.CreateRevision, Descending: true, MaxCreateRevision: new Revision(place.Revision.Value - 1));
        var found = await call.Node.RangeAsync(newest, default, call.Ended);
        return found.KeyValues.IsEmpty ? null : (found.KeyValues[0].Key, found.Revision);
    }

    private async ValueTask DeletedAsync(ReadOnlyMemory<byte> key, Revision seenAt)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        try
        {
            await foreach (var batch in call.Node.WatchAsync(new WatchOperation(KeyRange.Single(key), seenAt.Next, NoPuts: true), stop.Token))
            {
                if (!batch.Events.IsEmpty)
                    return;
            }
        }
        catch (LutraException compacted) when (compacted.Error == LutraError.Compacted)
        {
            // Whether it was deleted meanwhile the next look says.
        }
        catch (OperationCanceledException) when (call.Face.Stopping.IsCancellationRequested)
        {
            throw Errors.EtcdErrors.Stopped;
        }
    }

    /// <param name="Revision">At which it was taken: the order of the line.</param>
    /// <param name="Before">What the key held where the place was taken before; null: it is new.</param>
    internal sealed record Place(Revision Revision, bool IsFirst, KeyValue? Before);
}
