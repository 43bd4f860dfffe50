using System.Text;
using Lutra.Client;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Client;

/// <summary>A real node behind a real server, through the client library over each of its transports: no difference is to be seen.</summary>
public sealed class TransportTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-transports-").FullName;
    private ServedNode? node;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        node = await ServedNode.ListenAsync();
        await node.StartAsync(folder);
        await node.Node.WaitUntilReadyAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await node!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task Keys_are_written_read_and_deleted_in_every_way(LutraTransport transport)
    {
        await using var client = Client(transport);
        Assert.Equal(new PutResult(new Revision(2), null), await client.PutAsync("name", "otter", cancellationToken: Stop));
        var previous = (await client.PutAsync(new PutOperation("name"u8.ToArray(), new byte[] { 0, 255 }, ReturnPrevious: true), cancellationToken: Stop)).Previous!;
        Assert.Equal("otter", Encoding.UTF8.GetString(previous.Value.Span));
        var found = (await client.GetAsync("name", cancellationToken: Stop))!;
        Assert.Equal([0, 255], found.Value.ToArray());
        Assert.Equal((new Revision(2), new Revision(3), 2L), (found.CreateRevision, found.ModRevision, found.Version));
        Assert.Null(await client.GetAsync("nobody", cancellationToken: Stop));
        Assert.Equal("otter", Text((await client.RangeAsync(new RangeOperation(Key("name"), Revision: new Revision(2)), cancellationToken: Stop)).KeyValues[0]));

        for (var number = 0; number < 5; number++)
            await client.PutAsync($"many/{number}", $"{9 - number}", cancellationToken: Stop);
        var page = await client.RangeAsync(new RangeOperation(KeyRange.Prefix("many/"u8.ToArray()), Limit: 2, Sort: SortTarget.Value), new ReadOptions(Consistency.Local), Stop);
        Assert.Equal("56", string.Concat(page.KeyValues.Select(Text)));
        Assert.Equal((5L, true), (page.Count, page.More));
        page = await client.RangeAsync(new RangeOperation(KeyRange.All, Descending: true, KeysOnly: true, Limit: 1), cancellationToken: Stop);
        Assert.Equal(("name", 0), (Encoding.UTF8.GetString(page.KeyValues[0].Key.Span), page.KeyValues[0].Value.Length));
        Assert.Equal(6, (await client.RangeAsync(new RangeOperation(KeyRange.All, CountOnly: true), cancellationToken: Stop)).Count);
        var some = new DeleteOperation(new KeyRange("many/3"u8.ToArray(), "many0"u8.ToArray()), ReturnPrevious: true);
        Assert.Equal(2, (await client.DeleteAsync(some, cancellationToken: Stop)).Previous.Length);
        Assert.Equal(4, (await client.DeleteAsync(new DeleteOperation(KeyRange.All), cancellationToken: Stop)).Deleted);
        Assert.Equal(new Revision(10), (await client.CompactAsync(new Revision(5), Stop)).Revision);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task A_range_that_ends_at_the_byte_zero_holds_nothing(LutraTransport transport)
    {
        await using var client = Client(transport);
        await client.PutAsync("a", "1", cancellationToken: Stop);
        var nothing = new KeyRange(ReadOnlyMemory<byte>.Empty, new byte[] { 0 });
        Assert.Equal(0, (await client.RangeAsync(new RangeOperation(nothing), cancellationToken: Stop)).Count);
        Assert.Equal(0, (await client.DeleteAsync(new DeleteOperation(nothing), cancellationToken: Stop)).Deleted);
        Assert.NotNull(await client.GetAsync("a", cancellationToken: Stop));
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task A_transaction_takes_a_branch_and_says_what_each_operation_did(LutraTransport transport)
    {
        await using var client = Client(transport);
        await client.PutAsync("name", "otter", cancellationToken: Stop);
        var nested = new TransactionOperation([new Compare(Key("x"), CompareTarget.Version, CompareResult.Greater, 0)], [], [new PutOperation("y"u8.ToArray(), "2"u8.ToArray())]);
        var result = await client.TransactAsync(
            new TransactionOperation(
                [
                    new Compare(Key("name"), CompareTarget.ModRevision, CompareResult.Equal, 2),
                    new Compare(Key("name"), CompareTarget.Value, CompareResult.Equal, Value: "otter"u8.ToArray()),
                    new Compare(KeyRange.Prefix("n"u8.ToArray()), CompareTarget.Lease, CompareResult.Equal),
                    new Compare(Key("none"), CompareTarget.CreateRevision, CompareResult.Less, 1),
                ],
                [new PutOperation("a"u8.ToArray(), "b"u8.ToArray()), new RangeOperation(KeyRange.All, CountOnly: true), nested, new DeleteOperation(Key("name"), ReturnPrevious: true)],
                []),
            cancellationToken: Stop);
        Assert.Equal((true, new Revision(3)), (result.Succeeded, result.Revision));
        Assert.Null(((PutResult)result.Results[0]).Previous);
        Assert.Equal(2, ((RangeResult)result.Results[1]).Count);
        var inner = (TransactionResult)result.Results[2];
        Assert.False(inner.Succeeded);
        Assert.IsType<PutResult>(Assert.Single(inner.Results));
        Assert.Equal("otter", Text(((DeleteResult)result.Results[3]).Previous[0]));
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task C07_a_write_with_a_key_is_done_once_however_often_it_is_sent(LutraTransport transport)
    {
        await using var client = Client(transport);
        var once = new WriteOptions("once, ü");
        var first = await client.PutAsync("a", "1", once, Stop);
        await client.PutAsync("a", "2", cancellationToken: Stop);
        Assert.Equal(first, await client.PutAsync("a", "1", once, Stop));
        Assert.Equal("2", Text((await client.GetAsync("a", cancellationToken: Stop))!));
        var transaction = new TransactionOperation([], [new PutOperation("b"u8.ToArray(), "1"u8.ToArray())], []);
        Assert.Equal((await client.TransactAsync(transaction, new WriteOptions("t"), Stop)).Revision, (await client.TransactAsync(transaction, new WriteOptions("t"), Stop)).Revision);
        Assert.True((await client.DeleteAsync(new DeleteOperation(Key("b")), new WriteOptions("d"), Stop)).Deleted == 1
            && (await client.DeleteAsync(new DeleteOperation(Key("b")), new WriteOptions("d"), Stop)).Deleted == 1);
        Assert.Equal(LutraError.IdempotencyKeyReused, await ErrorOfAsync(client.PutAsync("a", "3", once, Stop).AsTask()));
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task Refusals_arrive_as_what_they_are(LutraTransport transport)
    {
        await using var client = Client(transport);
        await client.PutAsync("a", "1", cancellationToken: Stop);
        await client.PutAsync("a", "2", cancellationToken: Stop);
        await client.CompactAsync(new Revision(3), Stop);
        Assert.Equal(LutraError.Compacted, await ErrorOfAsync(client.RangeAsync(new RangeOperation(Key("a"), Revision: new Revision(2)), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.FutureRevision, await ErrorOfAsync(client.RangeAsync(new RangeOperation(Key("a"), Revision: new Revision(99)), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.Compacted, await ErrorOfAsync(client.CompactAsync(new Revision(2), Stop).AsTask()));
        Assert.Equal(LutraError.KeyNotFound, await ErrorOfAsync(client.PutAsync(new PutOperation("none"u8.ToArray(), default, IgnoreValue: true), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.LeaseNotFound, await ErrorOfAsync(client.PutAsync(new PutOperation("a"u8.ToArray(), default, Lease: 99), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.LeaseNotFound, await ErrorOfAsync(client.KeepAliveAsync(99, Stop).AsTask()));
        Assert.Equal(LutraError.LeaseNotFound, await ErrorOfAsync(client.LeaseAsync(99, cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.LeaseNotFound, await ErrorOfAsync(client.RevokeLeaseAsync(99, Stop).AsTask()));
        await client.GrantLeaseAsync(60, 7, Stop);
        Assert.Equal(LutraError.LeaseExists, await ErrorOfAsync(client.GrantLeaseAsync(60, 7, Stop).AsTask()));
        Assert.Equal(LutraError.InvalidArgument, await ErrorOfAsync(client.PutAsync("", "x", cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.TooLarge, await ErrorOfAsync(client.PutAsync(new PutOperation(new byte[LutraLimits.KeySizeBytesMax + 1], default), cancellationToken: Stop).AsTask()));
        Assert.Equal(LutraError.MemberNotFound, await ErrorOfAsync(client.ChangeMembersAsync(new RemoveMember("nobody"), Stop).AsTask()));
        await using var watch = client.WatchAsync(new WatchOperation(KeyRange.All, new Revision(1)), Stop).GetAsyncEnumerator(Stop);
        Assert.Equal(LutraError.Compacted, await ErrorOfAsync(DrainAsync(watch)));
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task A_node_says_of_itself_what_it_says_to_all_and_its_snapshot_comes_whole(LutraTransport transport)
    {
        await using var client = Client(transport);
        var status = await client.StatusAsync(Stop);
        Assert.Equal(("1", NodeRole.Leader, 1), (status.Label, status.Role, status.Members));
        Assert.Equal((await node!.Node.MembersAsync(Stop)).Members.ToArray(), (await client.MembersAsync(Stop)).Members.ToArray());
        await client.PutAsync("a", new string('x', 100_000), cancellationToken: Stop);
        var bytes = 0L;
        await foreach (var piece in client.SnapshotAsync(cancellationToken: Stop))
            bytes += piece.Length;
        Assert.InRange(bytes, 100_000, 200_000);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task K02_a_watch_tells_where_it_begins_then_everything_and_that_nothing_happened(LutraTransport transport)
    {
        await using var client = Client(transport);
        await client.PutAsync("other", "0", cancellationToken: Stop);
        await client.PutAsync("w/a", "1", cancellationToken: Stop);
        var range = KeyRange.Prefix("w/"u8.ToArray());
        await using var now = client.WatchAsync(new WatchOperation(range, ProgressEvery: TimeSpan.FromSeconds(1)), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await now.MoveNextAsync());
        Assert.Equal((3L, 0), (now.Current.Revision.Value, now.Current.Events.Length));
        await using var past = client.WatchAsync(new WatchOperation(range, new Revision(3), ReturnPrevious: true, NoDeletes: true), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await past.MoveNextAsync());
        Assert.Equal((2L, 0), (past.Current.Revision.Value, past.Current.Events.Length));
        Assert.True(await past.MoveNextAsync());
        Assert.Equal("1", Text(past.Current.Events.Single().Current));

        await client.DeleteAsync("w/a", cancellationToken: Stop);
        await client.TransactAsync(new TransactionOperation([], [new PutOperation("w/b"u8.ToArray(), "2"u8.ToArray()), new PutOperation("w/c"u8.ToArray(), "3"u8.ToArray())], []), cancellationToken: Stop);
        Assert.True(await past.MoveNextAsync());
        Assert.Equal("23", string.Concat(past.Current.Events.Select(change => Text(change.Current))));
        var told = await now.MoveNextAsync() ? now.Current.Events.ToList() : [];
        while (told.Count < 3 && await now.MoveNextAsync())
            told.AddRange(now.Current.Events);
        Assert.Equal("True w/a 4,False w/b 5,False w/c 5", string.Join(',', told.Select(one => $"{one.IsDelete} {Encoding.UTF8.GetString(one.Current.Key.Span)} {one.Current.ModRevision}")));

        await client.PutAsync("other", "1", cancellationToken: Stop);
        do
            Assert.True(await now.MoveNextAsync());
        while (now.Current.Revision.Value < 6);
        Assert.Empty(now.Current.Events);
    }

    [Theory]
    [InlineData(LutraTransport.Grpc)]
    [InlineData(LutraTransport.Rest)]
    public async Task A_watch_that_is_left_ends_at_the_server_and_a_token_ends_it_at_once(LutraTransport transport)
    {
        await using var client = Client(transport);
        await using (var watch = client.WatchAsync(new WatchOperation(KeyRange.All), Stop).GetAsyncEnumerator(Stop))
        {
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(1, await WatchesAsync());
        }

        while (await WatchesAsync() > 0)
            await Task.Yield();
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var other = client.WatchAsync(new WatchOperation(KeyRange.All), mine.Token).GetAsyncEnumerator(mine.Token);
        Assert.True(await other.MoveNextAsync());
        var next = other.MoveNextAsync().AsTask();
        await mine.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private async Task<int> WatchesAsync() => (await node!.Node.ReportAsync(TimeSpan.FromMinutes(2), Stop)).State!.Watches;

    private LutraClient Client(LutraTransport transport) =>
        new(new LutraClientOptions { Endpoints = [new Uri($"http://{node!.Address}")], Transport = transport, Timeout = TimeSpan.FromSeconds(120) });

    private static KeyRange Key(string key) => KeyRange.Single(Encoding.UTF8.GetBytes(key));

    private static string Text(KeyValue found) => Encoding.UTF8.GetString(found.Value.Span);

    private static async Task DrainAsync(IAsyncEnumerator<WatchBatch> watch)
    {
        while (await watch.MoveNextAsync())
            Assert.Empty(watch.Current.Events);
    }

    private static async Task<LutraError> ErrorOfAsync(Task call) => (await Assert.ThrowsAsync<LutraException>(() => call)).Error;
}
