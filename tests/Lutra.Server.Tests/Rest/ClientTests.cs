using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lutra.Client;
using Lutra.Client.Rest;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

/// <summary>The client and the face understand each other: what a program asks for is what the store is asked for, and back.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task Every_call_of_the_interface_works_over_the_wire()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = Client(server);
        Assert.Equal(new PutResult(new Revision(2), null), await client.PutAsync("name", "otter"));
        var previous = (await client.PutAsync(new PutOperation("name"u8.ToArray(), new byte[] { 0, 255 }, ReturnPrevious: true))).Previous!;
        Assert.Equal("otter", Encoding.UTF8.GetString(previous.Value.Span));

        var found = (await client.GetAsync("name"))!;
        Assert.Equal([0, 255], found.Value.ToArray());
        Assert.Equal((new Revision(2), new Revision(3), 2L), (found.CreateRevision, found.ModRevision, found.Version));
        Assert.Null(await client.GetAsync("nobody"));
        Assert.Equal(
            "otter", Encoding.UTF8.GetString((await client.RangeAsync(
                new RangeOperation(KeyRange.Single("name"u8.ToArray()), Revision: new Revision(2)))).KeyValues[0].Value.Span));

        var result = await client.TransactAsync(new TransactionOperation(
            [new Compare(KeyRange.Single("name"u8.ToArray()), CompareTarget.ModRevision, CompareResult.Equal, 3)],
            [new PutOperation("a"u8.ToArray(), "b"u8.ToArray()), new RangeOperation(KeyRange.All, CountOnly: true)],
            []));
        Assert.True(result.Succeeded);
        Assert.Equal(2, ((RangeResult)result.Results[1]).Count);

        Assert.True(await client.DeleteAsync("a"));
        Assert.False(await client.DeleteAsync("a"));
        var deleted = await client.DeleteAsync(new DeleteOperation(KeyRange.Prefix("na"u8.ToArray()), ReturnPrevious: true));
        Assert.Equal((1, 1), (deleted.Deleted, deleted.Previous.Length));
        Assert.Equal(new Revision(6), (await client.CompactAsync(new Revision(3))).Revision);

        server.Store.Status = server.Store.Status with { Alarms = [new Alarm(5, AlarmKind.NoSpace), new Alarm(ulong.MaxValue, AlarmKind.Corrupt)] };
        var status = await client.StatusAsync();
        Assert.Equal(server.Store.Status with { Waiting = [], Alarms = [] }, status with { Waiting = [], Alarms = [] });
        Assert.Equal(server.Store.Status.Alarms.AsEnumerable(), status.Alarms);
        var members = await client.MembersAsync();
        Assert.Equal((await server.Store.MembersAsync()).Members.ToArray(), members.Members.ToArray());
    }

    [Fact]
    public async Task Refusals_arrive_as_they_were_made()
    {
        await using var server = await RunningServer.StartAsync();

        // One server without the client's tries around it.
        await using var transport = new RestTransport();
        var client = transport.Open(Endpoint(server));
        foreach (var error in Enum.GetValues<LutraError>())
        {
            server.Store.Failure = new LutraException(error, "Because of the otters.") { Leader = new LeaderHint("7", "10.0.0.7:2379") };
            var refused = await Assert.ThrowsAsync<LutraException>(() => client.PutAsync("a", "b").AsTask());
            Assert.Equal((error, "Because of the otters.", new LeaderHint("7", "10.0.0.7:2379")), (refused.Error, refused.Message, refused.Leader));
        }
    }

    [Fact]
    public async Task The_largest_key_and_value_go_through_and_come_back()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = Client(server);
        var key = Enumerable.Repeat((byte)0xfe, LutraLimits.KeySizeBytesMax).ToArray();
        var value = Enumerable.Repeat((byte)0xfd, LutraLimits.RequestSizeBytesMax).ToArray();
        await client.PutAsync(new PutOperation(key, value));
        var found = (await client.GetAsync(key))!;
        Assert.Equal(key, found.Key.ToArray());
        Assert.Equal(value, found.Value.ToArray());
        var all = await client.RangeAsync(new RangeOperation(new KeyRange(key, (byte[])[.. key, 0])));
        Assert.Equal(1, all.Count);
        Assert.Equal(LutraError.TooLarge, (await Assert.ThrowsAsync<LutraException>(
            () => client.PutAsync(new PutOperation((byte[])[.. key, 0], value)).AsTask())).Error);
    }

    [Fact]
    public async Task A_client_goes_on_with_the_servers_that_are_left()
    {
        await using var first = await RunningServer.StartAsync();
        await using var second = await RunningServer.StartAsync();
        await using var client = new LutraClient(new LutraClientOptions { Endpoints = [Endpoint(first), Endpoint(second)], Transport = LutraTransport.Rest, Timeout = TimeSpan.FromSeconds(120) });
        await client.PutAsync("a", "first");
        await first.Server.StopAsync();
        await client.PutAsync("a", "second");
        Assert.Equal("second", Encoding.UTF8.GetString((await second.Store.GetAsync("a"))!.Value.Span));
    }

    [Fact]
    public async Task What_is_asked_for_is_what_the_store_is_asked_for()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = Client(server);
        var property = Prop.ForAll(Operations.Any(depth: 2).ToArbitrary(), operation =>
        {
            // A property is synchronous.
            SendAsync(client, operation).GetAwaiter().GetResult();
            return Operations.Describe(operation) == Operations.Describe(server.Store.LastOperation!);
        });
        property.QuickCheckThrowOnFailure();
    }

    private static async Task SendAsync(LutraClient client, Operation operation)
    {
        switch (operation)
        {
            case PutOperation put: await client.PutAsync(put); break;
            case RangeOperation range: await client.RangeAsync(range); break;
            case TransactionOperation transaction: await client.TransactAsync(transaction); break;
            default: throw new NotSupportedException();
        }
    }

    private static LutraClient Client(RunningServer server) => new(new LutraClientOptions { Endpoints = [Endpoint(server)], Transport = LutraTransport.Rest, Timeout = TimeSpan.FromSeconds(120) });

    private static Uri Endpoint(RunningServer server) => new($"http://127.0.0.1:{server.Port}");
}
