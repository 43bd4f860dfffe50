using Lutra.Client.Tests.Support;
using static Lutra.Client.Tests.Support.ScriptedTransport;

namespace Lutra.Client.Tests.Retry;

/// <summary>Servers that refuse and name the leader.</summary>
public sealed class LeaderHintTests
{
    private static readonly PutOperation Put = new("a"u8.ToArray(), "b"u8.ToArray());
    private readonly ManualTime time = new();

    [Fact]
    public async Task The_leader_that_a_refusal_names_is_asked_next_and_first_from_then_on()
    {
        var servers = new ScriptedTransport(Step.Refuse) { Leader = "c:3" };
        await using var client = Client(servers);
        await Driven(client.PutAsync(Put).AsTask());
        await Driven(client.StatusAsync().AsTask());
        Assert.Equal(["a", "c", "c"], servers.Asked);
        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    }

    [Theory]
    [InlineData("d:4")]
    [InlineData("c:4")]
    [InlineData("c")]
    [InlineData("c:3@d:4")]
    [InlineData("")]
    [InlineData(" ://\u0000")]
    public async Task A_leader_that_is_no_endpoint_of_the_client_is_not_asked(string leader)
    {
        var servers = new ScriptedTransport(Step.Refuse) { Leader = leader };
        await using var client = Client(servers);
        await Driven(client.PutAsync(Put).AsTask());
        Assert.Equal(["a", "b"], servers.Asked);
    }

    [Fact]
    public async Task A_wrong_hint_keeps_no_server_from_being_asked()
    {
        var servers = new ScriptedTransport { Afterwards = Step.Refuse, Leader = "c:3" };
        await using var client = Client(servers);
        await Assert.ThrowsAsync<LutraException>(() => Driven(client.PutAsync(Put).AsTask()));
        Assert.Equal(["a", "c", "b", "c", "a", "b"], servers.Asked.Take(6));
        Assert.All(servers.Asked.Chunk(3).Where(round => round.Length == 3), round => Assert.Equal(["a", "b", "c"], round.Order()));
    }

    [Fact]
    public async Task C07_a_hint_does_not_repeat_a_write_that_may_be_done_but_the_next_call_follows_it()
    {
        var servers = new ScriptedTransport(Step.Unknown) { Leader = "c:3" };
        await using var client = Client(servers);
        var failure = await Assert.ThrowsAsync<LutraException>(() => Driven(client.PutAsync(Put).AsTask()));
        Assert.Equal((LutraError.OutcomeUnknown, "c:3"), (failure.Error, failure.Leader?.Address));
        Assert.Equal(["a"], servers.Asked);
        await Driven(client.PutAsync(Put).AsTask());
        Assert.Equal(["a", "c"], servers.Asked);
    }

    [Fact]
    public async Task A_watch_goes_on_at_the_leader_that_a_refusal_names()
    {
        var servers = new ScriptedTransport(Step.Done, Step.Refuse) { Leader = "c:3" };
        await using var client = Client(servers);
        var told = 0;
        var watching = Task.Run(async () =>
        {
            await foreach (var batch in client.WatchAsync(new WatchOperation(KeyRange.Single("a"u8.ToArray()))))
            {
                if (++told == 3)
                    break;
            }
        });
        await Driven(watching);
        Assert.Equal(["a", "a", "c"], servers.Asked.Take(3));
    }

    [Theory]
    [InlineData("localhost:2", "127.0.0.1:2")]
    [InlineData("[::1]:2", "localhost:2")]
    [InlineData("https://Otter.Example:2", "otter.example:2")]
    [InlineData("http://10.0.0.7:2/store", "10.0.0.7:2")]
    [InlineData("http://10.0.0.7", "10.0.0.7:80")]
    public void An_endpoint_is_known_by_the_address_that_its_server_gives(string endpoint, string address) =>
        Assert.Equal(1, Endpoints.Find([Endpoints.Parse("z:9"), Endpoints.Parse(endpoint)], address));

    [Fact]
    public void An_address_of_any_length_is_only_compared()
    {
        Assert.Null(Endpoints.Find([Endpoints.Parse("a:1")], new string('a', 1_000_000)));
        Assert.Null(Endpoints.Find([Endpoints.Parse("a:1")], null));
    }

    private LutraClient Client(ScriptedTransport servers) =>
        new(new LutraClientOptions { Endpoints = Endpoints.ParseList("a:1,b:2,c:3"), Time = time, Random = new Random(1) }, servers);

    private async Task Driven(Task call)
    {
        await time.DriveAsync(call);
        await call;
    }
}
