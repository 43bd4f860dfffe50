using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Lutra.Node.Tests.Embedding;

/// <summary>
/// Many callers of one or more <see cref="ILutraClient"/>s at once, each with some of everything that it offers. Each writes keys of its own, so that it knows
/// what must be found in them; one key is everybody's. Does a counted amount of work, whatever time that takes.
/// </summary>
internal sealed class ClientStress(IReadOnlyList<ILutraClient> clients, int callers, int rounds)
{
    private static readonly TimeSpan Hangs = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> faults = new();
    private readonly Caller[] all = [.. Enumerable.Range(0, callers).Select(number => new Caller(number))];
    private int sharedAdded;
    private int sharedUnknown;

    private static ReadOnlyMemory<byte> Shared => "shared"u8.ToArray();

    /// <summary>All rounds of all callers, and then what is in the store.</summary>
    public async Task RunAsync()
    {
        await Task.WhenAll(all.Select(caller => Task.Run(() => RunAsync(caller)))).WaitAsync(Hangs);
        Assert.Empty(faults);
        await MustHoldWhatWasAcknowledgedAsync(clients[0]);
    }

    /// <summary>All callers, until each was told that there is nobody any more; returns once so many puts were acknowledged.</summary>
    public async Task<Task> BeginEndlessAsync(int acknowledged)
    {
        var enough = new TaskCompletionSource();
        var left = acknowledged;
        var running = Task.WhenAll(all.Select(caller => Task.Run(async () =>
        {
            while (await PutAsync(caller, Acknowledged))
            {
            }
        })));
        var watching = Task.WhenAll(all.Select(caller => Task.Run(() => WatchToTheEndAsync(caller))));
        await enough.Task.WaitAsync(Hangs);
        return Task.WhenAll(running, watching).WaitAsync(Hangs);

        void Acknowledged()
        {
            if (Interlocked.Decrement(ref left) == 0)
                enough.SetResult();
        }
    }

    /// <summary>No acknowledged write is lost, and nothing is there that nobody wrote.</summary>
    public async Task MustHoldWhatWasAcknowledgedAsync(ILutraClient client)
    {
        Assert.Empty(faults);
        foreach (var caller in all)
        {
            caller.LeaveKey();
            foreach (var (key, least, most) in caller.Left)
                Assert.InRange(await NumberAtAsync(client, key), least, most);
        }

        var shared = await NumberAtAsync(client, "shared");
        Assert.InRange(shared, sharedAdded, sharedAdded + sharedUnknown);
    }

    private async Task RunAsync(Caller caller)
    {
        for (var round = 0; round < rounds; round++)
        {
            try
            {
                await OneAsync(caller, caller.Random.Next(10));
            }
            catch (Exception fault)
            {
                faults.Enqueue($"{caller}, round {round}: {fault}");
                return;
            }
        }
    }

    private Task OneAsync(Caller caller, int what) => what switch
    {
        0 or 1 => PutAsync(caller, static () => { }),
        2 => PutAndGiveUpAsync(caller),
        3 or 4 => GetAsync(caller),
        5 => AddToSharedAsync(caller),
        6 => FollowAsync(caller),
        7 => LeaseAsync(caller),
        8 => AskAsync(caller),
        _ => RefusedAsync(caller),
    };

    /// <summary>False: the node has stopped.</summary>
    private async Task<bool> PutAsync(Caller caller, Action done)
    {
        var number = ++caller.Attempted;
        try
        {
            await Any(caller).PutAsync(caller.Key, $"{number}");
            caller.Acknowledged = number;
            done();
        }
        catch (LutraException refused) when (refused.Error == LutraError.Stopped)
        {
            return false;
        }
        catch (LutraException refused) when (refused.Error is LutraError.Unavailable or LutraError.OutcomeUnknown)
        {
            // Attempted, which is all that is known: a node that stops may say so of what was under way.
            caller.LeaveKey();
        }
        catch (Exception fault)
        {
            faults.Enqueue($"{caller}: {fault}");
            return false;
        }

        return true;
    }

    // Before it is sent, at some time while it is under way, or too late.
    private async Task PutAndGiveUpAsync(Caller caller)
    {
        using var stop = new CancellationTokenSource();
        if (caller.Random.Next(3) == 0)
            await stop.CancelAsync();
        else
            stop.CancelAfter(TimeSpan.FromMilliseconds(caller.Random.NextDouble() * 4));
        var number = ++caller.Attempted;
        try
        {
            await Any(caller).PutAsync(caller.Key, $"{number}", cancellationToken: stop.Token);
            caller.Acknowledged = number;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The write goes on by itself, and might overtake those after it: they get another key.
            caller.LeaveKey();
        }
    }

    private async Task GetAsync(Caller caller)
    {
        var (least, most) = (caller.Acknowledged, caller.Attempted);
        var found = await NumberAtAsync(Any(caller), caller.Key);
        if (found < least || found > most)
            faults.Enqueue($"{caller} read {found}");
    }

    private async Task AddToSharedAsync(Caller caller)
    {
        while (true)
        {
            var before = await Any(caller).GetAsync(Shared);
            var next = before is null ? 1 : Number(before) + 1;
            TransactionResult result;
            try
            {
                result = await Any(caller).TransactAsync(new TransactionOperation(
                    [new Compare(KeyRange.Single(Shared), CompareTarget.ModRevision, CompareResult.Equal, before?.ModRevision.Value ?? 0)],
                    [new PutOperation(Shared, Encoding.UTF8.GetBytes($"{next}"))],
                    []));
            }
            catch (LutraException lost) when (lost.Error == LutraError.OutcomeUnknown)
            {
                Interlocked.Increment(ref sharedUnknown);
                return;
            }

            if (!result.Succeeded)
                continue;
            Interlocked.Increment(ref sharedAdded);
            return;
        }
    }

    // A watch of the caller's own key, from before some puts to after them.
    private async Task FollowAsync(Caller caller)
    {
        var key = $"{caller.Name}/watched";
        var first = await Any(caller).PutAsync(key, "0");
        for (var number = 1; number < 5; number++)
            await Any(caller).PutAsync(key, $"{number}");
        var expected = 0;
        using var stop = new CancellationTokenSource();
        var range = KeyRange.Single(Encoding.UTF8.GetBytes(key));
        try
        {
            await foreach (var batch in Any(caller).WatchAsync(new WatchOperation(range, first.Revision), stop.Token))
            {
                foreach (var change in batch.Events)
                {
                    if (Number(change.Current) != expected++)
                        faults.Enqueue($"{caller} was told {Number(change.Current)} where {expected - 1} comes next");
                }

                if (expected < 5)
                    continue;
                if (caller.Random.Next(2) == 0)
                    return;
                await stop.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }

        faults.Enqueue($"{caller}: a watch ended by itself, or passed over its cancellation.");
    }

    private async Task LeaseAsync(Caller caller)
    {
        var client = Any(caller);
        var lease = (await client.GrantLeaseAsync(600)).Lease;
        var key = Encoding.UTF8.GetBytes($"{caller.Name}/leased");
        await client.PutAsync(new PutOperation(key, "x"u8.ToArray(), lease));
        if ((await client.KeepAliveAsync(lease)).GrantedTtlSeconds != 600)
            faults.Enqueue($"{caller}: another time to live.");
        if ((await client.LeaseAsync(lease, withKeys: true)).Keys.Length != 1)
            faults.Enqueue($"{caller}: the lease has not one key.");
        await client.RevokeLeaseAsync(lease);
        if (await Any(caller).GetAsync(key) is not null || (await Any(caller).LeasesAsync()).Contains(lease))
            faults.Enqueue($"{caller}: a lease that was revoked, or its key, is still there.");
    }

    private async Task AskAsync(Caller caller)
    {
        var status = await Any(caller).StatusAsync();
        var members = await Any(caller).MembersAsync();
        if (members.Members.Length == 0 || status.Revision.Value < 1)
            faults.Enqueue($"{caller}: {status}, {members}");
        await Any(caller).RangeAsync(new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(caller.Name)), Limit: 3), new ReadOptions(Consistency.Local));
    }

    private async Task RefusedAsync(Caller caller)
    {
        var client = Any(caller);
        await MustBeAsync(LutraError.InvalidArgument, async () => await client.PutAsync("", "x"));
        await MustBeAsync(LutraError.TooLarge, async () => await client.PutAsync(new string('k', 70_000), "x"));
        await MustBeAsync(LutraError.LeaseNotFound, async () => await client.PutAsync(new PutOperation("a"u8.ToArray(), default, 987_654_321)));
        await MustBeAsync(LutraError.LeaseNotFound, async () => await client.KeepAliveAsync(987_654_321));
        await MustBeAsync(LutraError.FutureRevision, async () => await client.CompactAsync(new Revision(1_000_000_000)));
        await MustBeAsync(LutraError.MemberNotFound, async () => await client.ChangeMembersAsync(new RemoveMember("nobody")));

        async Task MustBeAsync(LutraError expected, Func<Task> act)
        {
            try
            {
                await act();
                faults.Enqueue($"{caller}: no refusal ({expected})");
            }
            catch (LutraException refused) when (refused.Error == expected)
            {
                // As it must be.
            }
        }
    }

    private async Task WatchToTheEndAsync(Caller caller)
    {
        try
        {
            await foreach (var _ in clients[caller.Number % clients.Count].WatchAsync(new WatchOperation(KeyRange.All)))
            {
            }

            faults.Enqueue($"{caller}: a watch ended without a word.");
        }
        catch (LutraException ended) when (ended.Error is LutraError.Stopped or LutraError.Unavailable)
        {
            // As it must be.
        }
        catch (Exception fault)
        {
            faults.Enqueue($"{caller}: {fault}");
        }
    }

    private ILutraClient Any(Caller caller) => clients[caller.Random.Next(clients.Count)];

    private static async Task<int> NumberAtAsync(ILutraClient client, string key) =>
        await client.GetAsync(key) is { } found ? Number(found) : 0;

    private static int Number(KeyValue found) => int.Parse(Encoding.UTF8.GetString(found.Value.Span), CultureInfo.InvariantCulture);

    private sealed class Caller(int number)
    {
        public int Number => number;

        public string Name { get; } = $"caller {number}";

        public Random Random { get; } = new(number);

        /// <summary>Where it counts upwards.</summary>
        public string Key { get; private set; } = $"caller {number}/0";

        public int Acknowledged { get; set; }

        public int Attempted { get; set; }

        /// <summary>Keys that it has done with, and what must be found there.</summary>
        public List<(string Key, int Least, int Most)> Left { get; } = [];

        public void LeaveKey()
        {
            Left.Add((Key, Acknowledged, Attempted));
            Key = $"{Name}/{Left.Count}";
            (Acknowledged, Attempted) = (0, 0);
        }

        public override string ToString() => $"{Name} ({Acknowledged} acknowledged, {Attempted} attempted)";
    }
}
