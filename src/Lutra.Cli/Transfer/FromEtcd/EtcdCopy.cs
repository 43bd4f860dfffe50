using System.Text;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>What is copied, and to where.</summary>
/// <param name="Prefix">Of the keys in etcd; empty: all.</param>
/// <param name="IntoPrefix">What they begin with here in its place.</param>
/// <param name="Overwrites">Keys that are there already are made those of etcd: overwritten, or deleted where etcd has none.</param>
internal sealed record EtcdCopyPlan(byte[] Prefix, byte[] IntoPrefix, bool Overwrites)
{
    public KeyRange SourceRange => KeyRange.Prefix(Prefix);

    public KeyRange TargetRange => KeyRange.Prefix(IntoPrefix);

    public byte[] TargetKey(ReadOnlySpan<byte> key) => [.. IntoPrefix, .. key[Prefix.Length..]];

    public string Shown => IntoPrefix.Length == 0 ? "The cluster" : $"The cluster, under {Encoding.UTF8.GetString(IntoPrefix)},";
}

/// <summary>
/// Copies the keys of a live etcd as they are at one revision, and reads everything back at the end. It reads both sides in the order of keys, page by page, and writes
/// only what differs: so a copy that was cut off is done again at the price of reading.
/// </summary>
internal sealed class EtcdCopy(EtcdSource source, ILutraClient target, EtcdCopyPlan plan, LeaseCopies leases, CancellationToken cancellationToken) : IDisposable
{
    private readonly CopyDigest wanted = new();
    private readonly PutBatches batches = new(target, leases, cancellationToken);

    /// <summary>Of etcd, at which everything was read.</summary>
    public Revision Revision { get; private set; }

    /// <summary>The keys of etcd at that revision.</summary>
    public long Total { get; private set; }

    /// <summary>Those that were read so far.</summary>
    public long Read { get; private set; }

    public long Written { get; private set; }

    public long Deleted { get; private set; }

    /// <summary>They were there at that revision, and have ended with their leases since.</summary>
    public long Expired { get; private set; }

    /// <summary>Asks both sides how much there is. Throws <see cref="LutraException"/> where the target holds keys and may not be overwritten.</summary>
    public async Task BeginAsync()
    {
        var counted = await source.AskAsync(client => client.RangeAsync(new RangeOperation(plan.SourceRange, CountOnly: true), default, cancellationToken), cancellationToken);
        (Revision, Total) = (counted.Revision, counted.Count);
        var there = await target.RangeAsync(new RangeOperation(plan.TargetRange, CountOnly: true), default, cancellationToken);
        if (there.Count > 0 && !plan.Overwrites)
        {
            throw new LutraException(
                LutraError.ChangeRefused,
                $"{plan.Shown} holds {there.Count} keys already. Copy --into-prefix where there are none, or say --overwrite: then they become those of etcd, and what etcd does not have is deleted. Nothing was changed.");
        }
    }

    /// <summary>Copies, and returns when everything is in the cluster.</summary>
    /// <param name="moved">Told of the keys that were read.</param>
    public async Task<long> RunAsync(Action<double> moved)
    {
        var at = (await target.RangeAsync(new RangeOperation(plan.TargetRange, CountOnly: true), default, cancellationToken)).Revision;
        await using var theirs = KeyPages.ReadAsync(AskSource, plan.SourceRange, Revision, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ours = KeyPages.ReadAsync(AskTarget, plan.TargetRange, at, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var (hasTheirs, hasOurs) = (await NextAsync(theirs, moved), await ours.MoveNextAsync());
        while (hasTheirs || hasOurs)
        {
            var order = !hasTheirs ? 1 : !hasOurs ? -1 : plan.TargetKey(theirs.Current.Key.Span).AsSpan().SequenceCompareTo(ours.Current.Key.Span);
            if (order > 0)
                await DeleteAsync(ours.Current.Key);
            else if (order < 0 || !IsSame(theirs.Current, ours.Current))
                await PutAsync(theirs.Current);
            if (order <= 0)
            {
                wanted.Add(plan.TargetKey(theirs.Current.Key.Span), theirs.Current.Value.Span, theirs.Current.Lease);
                hasTheirs = await NextAsync(theirs, moved);
            }
            if (order >= 0)
                hasOurs = await ours.MoveNextAsync();
        }
        await batches.EndAsync();
        return Read;
    }

    /// <summary>Reads everything back; null where it is what etcd had, else what is wrong.</summary>
    public async Task<string?> CheckAsync(Action<double> moved)
    {
        using var found = new CopyDigest();
        var at = (await target.RangeAsync(new RangeOperation(plan.TargetRange, CountOnly: true), default, cancellationToken)).Revision;
        await foreach (var each in KeyPages.ReadAsync(AskTarget, plan.TargetRange, at, cancellationToken))
        {
            found.Add(each.Key.Span, each.Value.Span, each.Lease);
            moved(found.Keys + found.LeasedKeys);
        }
        if (!found.IsSameAs(wanted))
        {
            return $"The cluster does not hold what etcd had: {found.Keys} keys without a lease here, {wanted.Keys} there, or other values. "
                + "Somebody writes to it meanwhile, or did; stop that, and copy again with --overwrite.";
        }
        return found.LeasedKeys == wanted.LeasedKeys ? null : $"Of the {wanted.LeasedKeys} keys with leases {found.LeasedKeys} are here: the others have ended with their leases, or were written.";
    }

    public void Dispose() => wanted.Dispose();

    private static bool IsSame(KeyValue theirs, KeyValue ours) => theirs.Lease == ours.Lease && theirs.Value.Span.SequenceEqual(ours.Value.Span);

    private Task<RangeResult> AskSource(RangeOperation page) => source.AskAsync(client => client.RangeAsync(page, default, cancellationToken), cancellationToken);

    private Task<RangeResult> AskTarget(RangeOperation page) => target.RangeAsync(page, default, cancellationToken).AsTask();

    /// <summary>The next key of etcd's that is still there as far as leases go.</summary>
    private async Task<bool> NextAsync(IAsyncEnumerator<KeyValue> theirs, Action<double> moved)
    {
        while (await theirs.MoveNextAsync())
        {
            moved(++Read);
            if (theirs.Current.Lease == 0 || await leases.CopyAsync(theirs.Current.Lease, cancellationToken))
                return true;
            Expired++;
        }
        return false;
    }

    private Task PutAsync(KeyValue theirs)
    {
        Written++;
        return batches.AddAsync(new PutOperation(plan.TargetKey(theirs.Key.Span), theirs.Value, theirs.Lease));
    }

    private Task DeleteAsync(ReadOnlyMemory<byte> key)
    {
        Deleted++;
        return batches.AddAsync(new DeleteOperation(KeyRange.Single(key)));
    }
}
