using Google.Protobuf;
using Lutra.Client.Grpc;
using Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>The client's gRPC and the server's, over the one address.</summary>
public sealed class ChannelTests : IAsyncDisposable
{
    private const string PutMethod = "etcdserverpb.KV/Put";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lutra-grpc-");
    private readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
    private LutraNode? node;
    private LutraServer? server;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        folder.Delete(recursive: true);
        patience.Dispose();
    }

    [Fact]
    public async Task A_call_is_answered_with_a_message_or_with_a_status()
    {
        using var channel = await OpenAsync();
        var put = await channel.CallAsync(PutMethod, Put("a", "1"), PutResponse.Parser, patience.Token);
        Assert.Equal(2, put.Header.Revision);
        var found = await channel.CallAsync("etcdserverpb.KV/Range", new RangeRequest { Key = Text("a") }, RangeResponse.Parser, patience.Token);
        Assert.Equal("1", found.Kvs.Single().Value.ToStringUtf8());

        var noKey = await Assert.ThrowsAsync<GrpcException>(async () => await channel.CallAsync(PutMethod, new PutRequest(), PutResponse.Parser, patience.Token));
        Assert.Equal((3, "etcdserver: key is not provided"), (noKey.Status, noKey.Message));
        var noMethod = await Assert.ThrowsAsync<GrpcException>(async () => await channel.CallAsync("etcdserverpb.KV/Otter", new PutRequest(), PutResponse.Parser, patience.Token));
        Assert.Equal(12, noMethod.Status);
    }

    [Fact]
    public async Task Messages_go_both_ways_until_one_end_is_done()
    {
        using var channel = await OpenAsync();
        await using var call = channel.Open("etcdserverpb.Watch/Watch", WatchResponse.Parser, patience.Token);
        await call.SendAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Text("a") } }, patience.Token);
        Assert.True((await call.ReadAsync(patience.Token))!.Created);
        for (var number = 1; number <= 300; number++)
            await channel.CallAsync(PutMethod, Put("a", $"{number}"), PutResponse.Parser, patience.Token);
        var told = new List<string>();
        while (told.Count < 300)
            told.AddRange((await call.ReadAsync(patience.Token))!.Events.Select(change => change.Kv.Value.ToStringUtf8()));
        Assert.Equal(Enumerable.Range(1, 300).Select(number => $"{number}"), told);
    }

    [Fact]
    public async Task Nobody_there_is_said_as_unavailable()
    {
        using var channel = await OpenAsync();
        await server!.StopAsync();
        var refusal = await Assert.ThrowsAsync<GrpcException>(async () => await channel.CallAsync(PutMethod, Put("a", "1"), PutResponse.Parser, patience.Token));
        Assert.Equal(GrpcException.Unavailable, refusal.Status);
    }

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    private static PutRequest Put(string key, string value) => new() { Key = Text(key), Value = Text(value) };

    private async Task<GrpcChannel> OpenAsync()
    {
        node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder.FullName, SegmentSizeBytes = 4 * 1024 * 1024, RequestTimeoutMillis = 120_000 });
        await node.WaitUntilReadyAsync();
        server = await LutraServer.StartAsync(node, new LutraServerOptions { Address = "localhost:0" });
        return new GrpcChannel(new Uri($"http://localhost:{server.Address.Port}"));
    }
}
