using System.Globalization;
using System.Text;
using Lutra.Client;
using Lutra.Simulation.Workloads;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>
/// Takes a lock on a lease, renews it, writes under its token, stands still, forgets it: no lease ends before its last renewal and its time, and nothing is written under an old
/// token (promise P5).
/// </summary>
internal sealed class LockCaller(IReadOnlyList<LutraClient> nodes, int number, int seed, LockBook book) : Caller(nodes, number, seed)
{
    private const string Lock = "lock";
    private const long TtlSeconds = 3;

    private (long Lease, long Token)? held;

    private static TimeSpan Clock => TimeSpan.FromSeconds(Now / (double)System.Diagnostics.Stopwatch.Frequency);

    protected override Task ActAsync(LutraClient node) => held is { } mine ? UseAsync(node, mine.Lease, mine.Token) : TakeAsync(node);

    private async Task TakeAsync(LutraClient node)
    {
        var granting = Clock;
        if (await AskAsync(() => node.GrantLeaseAsync(TtlSeconds)) is not { } granted)
            return;
        var asked = Clock;
        var take = new TransactionOperation(
            [new Compare(Key(Lock), CompareTarget.CreateRevision, CompareResult.Equal)], [new PutOperation(Key(Lock).From, IdOf(granted.Lease), granted.Lease)], []);

        // Where nobody knows whether it was taken, nobody renews it, and it ends.
        if (await AskAsync(() => node.TransactAsync(take)) is not { Succeeded: true } taken)
            return;
        held = (granted.Lease, taken.Revision.Value);
        Say(book => book.Taken(taken.Revision.Value, asked, Clock, $"client {Number}"));
        Lives(taken.Revision.Value, granting, granted.TtlSeconds);
    }

    private async Task UseAsync(LutraClient node, long lease, long token)
    {
        switch (Random.Next(12))
        {
            case 0:
                held = null;
                lock (book)
                    book.GivenUp(token);
                await AskAsync(() => node.RevokeLeaseAsync(lease));
                break;
            case 1:
                held = null;
                break;
            case 2:
                await Task.Delay(TimeSpan.FromSeconds(1.5 * TtlSeconds * Random.NextDouble()));
                break;
            case < 7:
                await RenewAsync(node, lease, token);
                break;
            default:
                await WriteAsync(node, lease, token);
                break;
        }
    }

    private async Task RenewAsync(LutraClient node, long lease, long token)
    {
        var asked = Clock;
        try
        {
            Lives(token, asked, (await node.KeepAliveAsync(lease)).TtlSeconds);
        }
        catch (LutraException refused)
        {
            if (refused.Error == LutraError.LeaseNotFound)
                Lost(token);
        }
    }

    private async Task WriteAsync(LutraClient node, long lease, long token)
    {
        var write = new TransactionOperation(
            [new Compare(Key(Lock), CompareTarget.CreateRevision, CompareResult.Equal, token)], [new PutOperation(Key("guarded").From, IdOf(lease))], []);
        if (await AskAsync(() => node.TransactAsync(write)) is not { } done)
            return;
        if (!done.Succeeded)
            Lost(token);
        else
        {
            lock (book)
                book.Written(token, done.Revision.Value);
        }
    }

    private void Lost(long token)
    {
        held = null;
        Say(book => book.FoundGone(token, Clock));
    }

    private void Lives(long token, TimeSpan asked, long ttlSeconds)
    {
        lock (book)
            book.LivesUntil(token, asked + TimeSpan.FromSeconds(ttlSeconds));
    }

    private void Say(Func<LockBook, string?> happened)
    {
        lock (book)
            Assert.Null(happened(book));
    }

    private static KeyRange Key(string name) => KeyRange.Single(Encoding.UTF8.GetBytes(name));

    private static byte[] IdOf(long lease) => Encoding.UTF8.GetBytes(lease.ToString(CultureInfo.InvariantCulture));
}
