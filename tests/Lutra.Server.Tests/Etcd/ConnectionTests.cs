using System.Buffers.Binary;
using Lutra.Server.Tests.Support;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>How a connection of HTTP/2 is kept, left and ended.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const string Watch = "/etcdserverpb.Watch/Watch";
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-connections-").FullName;
    private ServedNode? served;

    private ServedNode Served => served!;

    public async ValueTask InitializeAsync()
    {
        served = await ServedNode.ListenAsync();
        await served.StartAsync(folder);
        await served.Node.WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await served!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Pings_are_answered_however_many_there_are()
    {
        using var connection = await RawHttp2.ConnectAsync(Served.Address);
        for (byte number = 0; number < 100; number++)
            await connection.SendAsync(RawHttp2.Ping, 0, 0, [number, 2, 3, 4, 5, 6, 7, 8]);
        for (byte number = 0; number < 100; number++)
        {
            var pong = (await connection.NextAsync(RawHttp2.Ping))!.Value;
            Assert.Equal((1, number), (pong.Flags, pong.Payload[0]));
        }
    }

    [Fact]
    public async Task A_server_that_stops_says_so_on_the_connection_and_closes_it()
    {
        using var connection = await RawHttp2.ConnectAsync(Served.Address);
        Assert.NotNull(await connection.NextAsync(RawHttp2.Settings));
        var stopping = Served.Server.StopAsync();
        var last = (await connection.NextAsync(RawHttp2.GoAway))!.Value;
        Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(last.Payload.AsSpan(4)));
        while (await connection.NextAsync(RawHttp2.GoAway) is not null)
        {
        }

        await stopping;
    }

    [Fact]
    public async Task Streams_end_as_unavailable_when_the_server_stops()
    {
        using var client = new GrpcClient(Served.Address);
        using var watch = await client.OpenAsync(Watch);
        await watch.SendAsync(new Pb.WatchRequest { CreateRequest = new() { Key = EtcdNode.Bytes("a") } });
        Assert.True((await watch.ReadAsync<Pb.WatchResponse>())!.Created);
        using var keeping = await client.OpenAsync("/etcdserverpb.Lease/LeaseKeepAlive");
        await keeping.SendAsync(new Pb.LeaseKeepAliveRequest { ID = 5 });
        Assert.NotNull(await keeping.ReadAsync<Pb.LeaseKeepAliveResponse>());
        var stopping = Served.Server.StopAsync();
        await EndsAsync(watch);
        await EndsAsync(keeping);
        await stopping;

        // Kestrel may close the connection, with a GOAWAY that says that nothing is wrong, before the status is written: clients take that for the same.
        static async Task EndsAsync(GrpcStream stream)
        {
            try
            {
                Assert.Null(await stream.ReadAsync<Pb.WatchResponse>());
                Assert.Equal((14, "etcdserver: server stopped"), (stream.End.Status, stream.End.Message));
            }
            catch (HttpProtocolException closed)
            {
                Assert.Equal(0, closed.ErrorCode);
            }
        }
    }

    [Fact]
    public async Task A_connection_carries_two_thousand_calls_at_once_and_each_that_is_left_frees_its_place()
    {
        const int Streams = 2000, OpenedAtOnce = 100;
        using var client = new GrpcClient(Served.Address);
        for (var round = 0; round < 2; round++)
        {
            // Some at a time, so that none waits for all the others to be opened.
            var opened = new List<GrpcStream>();
            while (opened.Count < Streams)
                opened.AddRange(await Task.WhenAll(Enumerable.Range(0, OpenedAtOnce).Select(_ => WatchAsync(client))));
            var put = await client.CallAsync<Pb.PutResponse>("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = EtcdNode.Bytes("all of them") });
            foreach (var stream in opened)
                Assert.Equal(put.Header.Revision, (await stream.ReadAsync<Pb.WatchResponse>())!.Events.Single().Kv.ModRevision);
            foreach (var stream in opened)
                stream.Dispose();
            while ((await Served.Node.ReportAsync(TimeSpan.FromMinutes(2))).State!.Watches > 0)
                await Task.Yield();
        }

        static async Task<GrpcStream> WatchAsync(GrpcClient client)
        {
            var stream = await client.OpenAsync(Watch);
            await stream.SendAsync(new Pb.WatchRequest { CreateRequest = new() { Key = EtcdNode.Bytes("all of them") } });
            Assert.True((await stream.ReadAsync<Pb.WatchResponse>())!.Created);
            return stream;
        }
    }

    [Fact]
    public async Task K02_who_does_not_read_starves_nobody_and_is_told_everything_in_the_end()
    {
        const int Changes = 200, Watches = 20;
        var value = Google.Protobuf.ByteString.CopyFrom(new byte[64 * 1024]);
        using var client = new GrpcClient(Served.Address);
        using var slow = await client.OpenAsync(Watch);
        using var quick = await client.OpenAsync(Watch);
        foreach (var stream in new[] { slow, quick })
        {
            for (var number = 0; number < (stream == slow ? Watches : 1); number++)
            {
                await stream.SendAsync(new Pb.WatchRequest { CreateRequest = new() { Key = EtcdNode.Bytes("large") } });
                Assert.True((await stream.ReadAsync<Pb.WatchResponse>())!.Created);
            }
        }

        var before = Environment.WorkingSet;
        for (var number = 0; number < Changes; number++)
            await client.CallAsync<Pb.PutResponse>("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = EtcdNode.Bytes("large"), Value = value });
        await HearAsync(quick, 1, Changes);

        // Twenty watches of twelve megabytes each that nobody reads: what waits for them is bounded.
        Assert.True(Environment.WorkingSet - before < 200L * 1024 * 1024, $"{(Environment.WorkingSet - before) / 1024 / 1024} MiB more");
        await HearAsync(slow, Watches, Changes);
    }

    private static async Task HearAsync(GrpcStream stream, int watches, int changes)
    {
        var heard = new long[watches];
        var last = new long[watches];
        for (var left = watches * changes; left > 0;)
        {
            var response = (await stream.ReadAsync<Pb.WatchResponse>())!;
            foreach (var change in response.Events)
            {
                Assert.True(change.Kv.ModRevision == last[response.WatchId] + 1 || last[response.WatchId] == 0);
                last[response.WatchId] = change.Kv.ModRevision;
                heard[response.WatchId]++;
                left--;
            }
        }

        Assert.All(heard, count => Assert.Equal(changes, count));
    }
}
