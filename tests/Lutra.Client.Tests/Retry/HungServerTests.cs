using Lutra.Client.Tests.Support;
using static Lutra.Client.Tests.Support.ScriptedTransport;

namespace Lutra.Client.Tests.Retry;

/// <summary>A server that takes calls and never answers: whoever waits no longer finds another one the next time.</summary>
public sealed class HungServerTests
{
    private static readonly PutOperation Put = new("a"u8.ToArray(), "b"u8.ToArray());
    private readonly ManualTime time = new();

    [Fact]
    public async Task After_a_call_that_its_caller_gave_up_the_next_begins_elsewhere()
    {
        var servers = new ScriptedTransport(Step.Hang, Step.Hang);
        await using var client = Client(servers);
        foreach (var call in new Func<CancellationToken, Task>[] { stop => client.StatusAsync(stop).AsTask(), stop => client.PutAsync(Put, cancellationToken: stop).AsTask() })
        {
            using var stop = new CancellationTokenSource();
            var hung = call(stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hung);
        }

        await client.StatusAsync();
        Assert.Equal(["a", "b", "c"], servers.Asked);
    }

    [Fact]
    public async Task After_a_write_whose_time_is_up_the_next_begins_elsewhere()
    {
        var servers = new ScriptedTransport(Step.Hang);
        await using var client = Client(servers);
        var hung = client.PutAsync(Put).AsTask();
        await time.DriveAsync(hung);
        Assert.Equal(LutraError.OutcomeUnknown, (await Assert.ThrowsAsync<LutraException>(() => hung)).Error);
        await client.PutAsync(Put);
        Assert.Equal(["a", "b"], servers.Asked);
    }

    [Fact]
    public async Task One_who_gives_up_does_not_undo_where_others_were_answered()
    {
        var servers = new ScriptedTransport(Step.Hang, Step.Refuse);
        await using var client = Client(servers);
        using var stop = new CancellationTokenSource();
        var hung = client.StatusAsync(stop.Token).AsTask();
        await client.StatusAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hung);
        await client.StatusAsync();
        Assert.Equal(["a", "a", "b", "b"], servers.Asked);
    }

    [Fact]
    public async Task A_call_that_was_cancelled_before_it_began_asks_nobody()
    {
        var servers = new ScriptedTransport();
        await using var client = Client(servers);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PutAsync(Put, cancellationToken: new CancellationToken(canceled: true)).AsTask());
        Assert.Empty(servers.Asked);
    }

    private LutraClient Client(ScriptedTransport servers) =>
        new(new LutraClientOptions { Endpoints = Endpoints.ParseList("a:1,b:2,c:3"), Time = time, Random = new Random(1) }, servers);
}
