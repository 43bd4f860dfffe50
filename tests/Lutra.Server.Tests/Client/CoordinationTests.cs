using System.Text;
using Lutra.Client;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Client;

/// <summary>Locks, elections, transactions and values as programs write them, on a real node over gRPC.</summary>
public sealed class CoordinationTests : IAsyncLifetime
{
    private static readonly HoldOptions Hold = new() { TimeToLive = TimeSpan.FromSeconds(60) };

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-coordination-").FullName;
    private ServedNode? node;
    private LutraClient? client;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private LutraClient Client => client!;

    public async ValueTask InitializeAsync()
    {
        node = await ServedNode.ListenAsync();
        await node.StartAsync(folder);
        await node.Node.WaitUntilReadyAsync(Stop);
        client = new LutraClient(new LutraClientOptions { Endpoints = [new Uri($"http://{node.Address}")], Timeout = TimeSpan.FromSeconds(120) });
    }

    public async ValueTask DisposeAsync()
    {
        await client!.DisposeAsync();
        await node!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task K04_a_lock_goes_to_one_after_the_other_in_the_order_they_came_with_growing_tokens()
    {
        var first = await Client.Locks.AcquireAsync("door", Hold, Stop);
        List<Task<HeldLock>> waiting = [];
        for (var number = 1; number <= 3; number++)
        {
            waiting.Add(Client.Locks.AcquireAsync("door", Hold, Stop).AsTask());
            await CountAsync("door/", number + 1);
        }

        var held = first;
        foreach (var next in waiting)
        {
            Assert.DoesNotContain(waiting.SkipWhile(task => task != next), task => task.IsCompleted);
            var token = held.FencingToken;
            await held.DisposeAsync();
            Assert.True(held.Lost.IsCancellationRequested);
            held = await next;
            Assert.True(held.FencingToken > token);
        }

        await held.DisposeAsync();
        await CountAsync("door/", 0);
        await using var again = await Client.Locks.AcquireAsync("door", Hold, Stop);
    }

    [Fact]
    public async Task A_lock_that_somebody_has_is_not_waited_for_where_that_is_not_wanted()
    {
        await using var held = await Client.Locks.AcquireAsync("door", Hold, Stop);
        Assert.Null(await Client.Locks.TryAcquireAsync("door", Hold, Stop));
        await CountAsync("door/", 1);
        await using var other = await Client.Locks.TryAcquireAsync("window", Hold, Stop);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task Who_gives_up_waiting_holds_up_nobody()
    {
        var held = await Client.Locks.AcquireAsync("door", Hold, Stop);
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var impatient = Client.Locks.AcquireAsync("door", Hold, mine.Token).AsTask();
        await CountAsync("door/", 2);
        var patient = Client.Locks.AcquireAsync("door", Hold, Stop).AsTask();
        await CountAsync("door/", 3);
        await mine.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await held.DisposeAsync();
        await (await patient).DisposeAsync();
    }

    [Fact]
    public async Task K04_a_lock_that_was_lost_says_so_and_its_writes_are_refused()
    {
        var held = await Client.Locks.AcquireAsync("door", new HoldOptions { TimeToLive = TimeSpan.FromSeconds(3) }, Stop);
        var write = Client.Transaction().If(held.IsHeld).Then(Do.Put("state", "mine"));
        Assert.True((await write.RunAsync(cancellationToken: Stop)).Succeeded);
        var lost = new TaskCompletionSource();
        await using var registered = held.Lost.Register(lost.SetResult);
        foreach (var lease in await Client.LeasesAsync(Stop))
            await Client.RevokeLeaseAsync(lease, Stop);
        Assert.False((await write.RunAsync(cancellationToken: Stop)).Succeeded);
        await lost.Task.WaitAsync(Stop);
        await using var next = await Client.Locks.TryAcquireAsync("door", Hold, Stop);
        Assert.True(next!.FencingToken > held.FencingToken);
        await held.DisposeAsync();
    }

    [Fact]
    public async Task Of_all_who_campaign_one_leads_and_all_who_observe_hear_of_it()
    {
        Assert.Null(await Client.Elections.LeaderAsync("boss", Stop));
        await using var seen = Client.Elections.ObserveAsync("boss", Stop).GetAsyncEnumerator(Stop);
        Assert.True(await seen.MoveNextAsync());
        Assert.Null(seen.Current);
        var first = await Client.Elections.CampaignAsync("boss", "ann", Hold, Stop);
        Assert.Equal("ann", await NextAsync());
        var second = Client.Elections.CampaignAsync("boss", "ben", Hold, Stop).AsTask();
        await CountAsync("boss/", 2);
        await first.ProclaimAsync("ann again", Stop);
        Assert.Equal("ann again", await NextAsync());
        Assert.Equal(first.FencingToken, (await Client.Elections.LeaderAsync("boss", Stop))!.CreateRevision.Value);
        await first.DisposeAsync();
        var leads = await second;
        Assert.Equal("ben", await NextAsync());
        Assert.True(leads.FencingToken > first.FencingToken);
        Assert.Equal(LutraError.LeaseNotFound, (await Assert.ThrowsAsync<LutraException>(() => first.ProclaimAsync("late", Stop).AsTask())).Error);
        await leads.DisposeAsync();
        Assert.Null(await NextAsync());

        async Task<string?> NextAsync()
        {
            Assert.True(await seen.MoveNextAsync());
            return seen.Current?.Text();
        }
    }

    [Fact]
    public async Task A_transaction_is_read_as_it_is_written()
    {
        var claim = Client.Transaction().If(When.Missing("job")).Then(Do.Put("job", "ann")).Else(Do.Get("job"));
        Assert.True((await claim.RunAsync(cancellationToken: Stop)).Succeeded);
        var late = await claim.RunAsync(cancellationToken: Stop);
        Assert.False(late.Succeeded);
        var found = late.ReadKey(0)!;
        Assert.Equal(("job", "ann"), (found.KeyText(), found.Text()));
        Assert.True((await Client.Transaction().If(When.Unchanged(found), When.ValueIs("job", "ann")).Then(Do.Put("job", "ben")).RunAsync(cancellationToken: Stop)).Succeeded);
        Assert.False((await Client.Transaction().If(When.Unchanged(found)).Then(Do.Delete("job")).RunAsync(cancellationToken: Stop)).Succeeded);
        var all = await Client.Transaction().If(When.Exists("job"), When.ValueIsNot("job", "ann"), When.HasLease("job", 0))
            .Then(Do.GetPrefix("j"), claim.Operation, Do.DeletePrefix("x")).RunAsync(cancellationToken: Stop);
        Assert.Equal((1, 0L), (all.Read(0).KeyValues.Length, ((DeleteResult)all.Results[2]).Deleted));
        Assert.True(await Client.DeleteAsync("job", cancellationToken: Stop));
        Assert.Null((await Client.Transaction().Then(Do.Get("job")).RunAsync(cancellationToken: Stop)).ReadKey(0));
    }

    [Fact]
    public async Task Values_are_json_and_long_lists_come_in_pages_as_of_one_revision()
    {
        var type = OtterJson.Default.Otter;
        await Client.PutJsonAsync("otter", new Otter("Lu", 3), type, cancellationToken: Stop);
        Assert.Equal(new Otter("Lu", 3), await Client.GetJsonAsync("otter", type, cancellationToken: Stop));
        Assert.Null(await Client.GetJsonAsync("nobody", type, cancellationToken: Stop));

        for (var batch = 0; batch < 12; batch++)
            await Client.Transaction().Then([.. Enumerable.Range(0, 100).Select(number => Do.Put($"list/{batch:00}{number:00}", "x"))]).RunAsync(cancellationToken: Stop);
        List<string> keys = [];
        await foreach (var one in Client.ListAsync("list/", cancellationToken: Stop))
        {
            if (keys.Count == 0)
                await Client.PutAsync("list/9999", "later", cancellationToken: Stop);
            keys.Add(one.KeyText());
        }

        Assert.Equal(Enumerable.Range(0, 1200).Select(number => $"list/{number:0000}"), keys);
    }

    private async Task CountAsync(string prefix, int expected)
    {
        var count = new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)), CountOnly: true);
        while ((await Client.RangeAsync(count, cancellationToken: Stop)).Count != expected)
            await Task.Yield();
    }
}
