using Lutra.Client.Tests.Support;
using static Lutra.Client.Tests.Support.ScriptedTransport;

namespace Lutra.Client.Tests.Retry;

public sealed class CallLoopTests
{
    private static readonly PutOperation Put = new("a"u8.ToArray(), "b"u8.ToArray());
    private readonly ManualTime time = new();

    [Fact]
    public async Task A_call_goes_from_endpoint_to_endpoint_and_stays_where_it_was_answered()
    {
        var servers = new ScriptedTransport(Step.Refuse, Step.Refuse, Step.Done, Step.Done);
        await using var client = Client(servers);
        await Driven(client.PutAsync(Put).AsTask());
        await Driven(client.StatusAsync().AsTask());
        Assert.Equal(["a", "b", "c", "c"], servers.Asked);
    }

    [Fact]
    public async Task C07_a_write_without_a_key_whose_answer_is_lost_is_unknown_and_was_sent_once()
    {
        foreach (var write in Writes(default))
        {
            var servers = new ScriptedTransport(Step.Unknown);
            await using var client = Client(servers);
            var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(write(client)));
            Assert.Equal(LutraError.OutcomeUnknown, failure.Error);
            Assert.Single(servers.Asked);
        }
    }

    [Fact]
    public async Task A_compaction_whose_answer_is_lost_is_unknown_and_was_sent_once()
    {
        var servers = new ScriptedTransport(Step.Unknown);
        await using var client = Client(servers);
        await Assert.ThrowsAsync<LutraException>(() => Driven(client.CompactAsync(new Revision(3)).AsTask()));
        Assert.Single(servers.Asked);
    }

    [Fact]
    public async Task A_write_with_a_key_is_tried_again_with_the_same_key()
    {
        foreach (var write in Writes(new WriteOptions("once")))
        {
            var servers = new ScriptedTransport(Step.Unknown, Step.Refuse, Step.Unknown, Step.Done);
            await using var client = Client(servers);
            await Driven(write(client));
            Assert.Equal(["once", "once", "once", "once"], servers.Keys);
        }
    }

    [Fact]
    public async Task Keys_are_added_on_demand_one_for_each_call()
    {
        var servers = new ScriptedTransport(Step.Unknown, Step.Done, Step.Done);
        await using var client = Client(servers, options => options with { AddIdempotencyKeys = true });
        await Driven(client.PutAsync(Put).AsTask());
        await Driven(client.PutAsync(Put).AsTask());
        Assert.Equal(3, servers.Keys.Count);
        Assert.Equal(servers.Keys[0], servers.Keys[1]);
        Assert.NotEqual(servers.Keys[0], servers.Keys[2]);
        Assert.Equal(32, servers.Keys[0]!.Length);
    }

    [Fact]
    public async Task C02_a_refusal_after_a_lost_answer_does_not_make_the_outcome_known()
    {
        foreach (var last in new[] { Step.NoSpace, Step.Invalid })
        {
            await using var client = Client(new ScriptedTransport(Step.Unknown, last));
            var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(client.PutAsync(Put, new WriteOptions("once")).AsTask()));
            Assert.Equal(LutraError.OutcomeUnknown, failure.Error);
        }

        await using var refused = Client(new ScriptedTransport(Step.Unknown) { Afterwards = Step.Refuse });
        Assert.Equal(
            LutraError.OutcomeUnknown,
            (await Assert.ThrowsAsync<LutraException>(() => Driven(refused.PutAsync(Put, new WriteOptions("once")).AsTask()))).Error);
    }

    [Fact]
    public async Task Tries_end_when_the_time_is_up_and_the_last_refusal_is_told()
    {
        var servers = new ScriptedTransport { Afterwards = Step.Refuse };
        await using var client = Client(servers);
        var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(client.PutAsync(Put).AsTask()));
        Assert.Equal((LutraError.Unavailable, "no leader", new LeaderHint("3", null)), (failure.Error, failure.Message, failure.Leader));
        Assert.Equal(TimeSpan.FromSeconds(10), time.Elapsed);
        Assert.InRange(servers.Asked.Count, 20, 60);
    }

    [Fact]
    public async Task A_read_that_hangs_goes_on_to_the_next_endpoint()
    {
        var servers = new ScriptedTransport(Step.Hang, Step.Done);
        await using var client = Client(servers);
        await Driven(client.RangeAsync(new RangeOperation(KeyRange.All)).AsTask());
        Assert.Equal(["a", "b"], servers.Asked);
        Assert.Equal(TimeSpan.FromSeconds(4), time.Elapsed);
    }

    [Fact]
    public async Task A_write_that_hangs_has_all_the_time_and_ends_as_unknown()
    {
        var servers = new ScriptedTransport { Afterwards = Step.Hang };
        await using var client = Client(servers);
        var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(client.PutAsync(Put).AsTask()));
        Assert.Equal(LutraError.OutcomeUnknown, failure.Error);
        Assert.Single(servers.Asked);
        Assert.Equal(TimeSpan.FromSeconds(10), time.Elapsed);
    }

    [Fact]
    public async Task A_read_that_nobody_answers_is_unavailable()
    {
        await using var client = Client(new ScriptedTransport { Afterwards = Step.Hang });
        var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(client.MembersAsync().AsTask()));
        Assert.Equal(LutraError.Unavailable, failure.Error);
    }

    [Fact]
    public async Task A_refusal_that_is_final_is_told_at_once()
    {
        var servers = new ScriptedTransport(Step.Invalid);
        await using var client = Client(servers);
        var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(client.RangeAsync(new RangeOperation(KeyRange.All)).AsTask()));
        Assert.Equal((LutraError.InvalidArgument, "nonsense"), (failure.Error, failure.Message));
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        await using var client = Client(new ScriptedTransport { Afterwards = Step.Hang });
        using var stop = new CancellationTokenSource();
        var call = client.PutAsync(Put, cancellationToken: stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData("", LutraError.InvalidArgument)]
    [InlineData(" x", LutraError.InvalidArgument)]
    [InlineData("a\nb", LutraError.InvalidArgument)]
    public async Task An_idempotency_key_that_a_header_cannot_carry_is_refused(string key, LutraError error)
    {
        var servers = new ScriptedTransport();
        await using var client = Client(servers);
        Assert.Equal(error, (await Assert.ThrowsAsync<LutraException>(() => client.PutAsync(Put, new WriteOptions(key)).AsTask())).Error);
        Assert.Empty(servers.Asked);
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task An_idempotency_key_has_at_most_128_bytes(int bytes, bool fits)
    {
        await using var client = Client(new ScriptedTransport());
        var options = new WriteOptions(new string('k', bytes));
        if (fits)
            await client.PutAsync(Put, options);
        else
            Assert.Equal(LutraError.TooLarge, (await Assert.ThrowsAsync<LutraException>(() => client.PutAsync(Put, options).AsTask())).Error);
    }

    [Fact]
    public async Task Disposing_of_the_client_disposes_of_the_transport()
    {
        var servers = new ScriptedTransport();
        await Client(servers).DisposeAsync();
        Assert.True(servers.IsDisposed);
    }

    private static IEnumerable<Func<LutraClient, Task>> Writes(WriteOptions options) =>
    [
        client => client.PutAsync(Put, options).AsTask(),
        client => client.DeleteAsync(new DeleteOperation(KeyRange.All), options).AsTask(),
        client => client.TransactAsync(new TransactionOperation([], [Put], []), options).AsTask(),
    ];

    private LutraClient Client(ScriptedTransport servers, Func<LutraClientOptions, LutraClientOptions>? change = null)
    {
        var options = new LutraClientOptions { Endpoints = Endpoints.ParseList("a:1,b:2,c:3"), Time = time, Random = new Random(1) };
        return new LutraClient(change?.Invoke(options) ?? options, servers);
    }

    private async Task Driven(Task call)
    {
        await time.DriveAsync(call);
        await call;
    }
}
