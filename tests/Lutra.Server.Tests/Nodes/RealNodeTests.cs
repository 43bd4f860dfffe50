using System.Text;
using Lutra.Client;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Nodes;

/// <summary>The face over real replicas: loop, log, tables and keyspace.</summary>
public sealed class RealNodeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lutra-server-tests-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task What_was_put_is_found_after_a_restart()
    {
        await using (var first = await StartedAsync())
        {
            await using var client = Client(first);
            await client.PutAsync("name", "otter");
            await client.PutAsync(new PutOperation(new byte[] { 0, 255 }, new byte[] { 1, 0 }));
        }

        await using var second = await StartedAsync();
        await using var again = Client(second);
        var found = (await again.GetAsync("name"))!;
        Assert.Equal(("otter", new Revision(2)), (Encoding.UTF8.GetString(found.Value.Span), found.ModRevision));
        var all = await again.RangeAsync(new RangeOperation(KeyRange.All));
        Assert.Equal((2, new Revision(3)), (all.Count, all.Revision));
    }

    [Fact]
    public async Task Compare_and_set_idempotency_and_compaction_hold_over_http()
    {
        await using var node = await StartedAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        Assert.Equal(200, await PutAsync(http, "one", ("If-None-Match", "*")));
        Assert.Equal(412, await PutAsync(http, "two", ("If-None-Match", "*")));
        Assert.Equal(412, await PutAsync(http, "two", ("If-Match", "\"7\"")));
        Assert.Equal(200, await PutAsync(http, "two", ("If-Match", "\"2\"")));

        Assert.Equal(200, await PutAsync(http, "three", ("Idempotency-Key", "once")));
        Assert.Equal(200, await PutAsync(http, "three", ("Idempotency-Key", "once")));
        Assert.Equal(422, await PutAsync(http, "four", ("Idempotency-Key", "once")));
        Assert.Contains("\"version\":3,", await http.GetStringAsync("/key/a"), StringComparison.Ordinal);

        using var compact = new StringContent("""{"revision":4}""");
        compact.Headers.ContentType = null;
        Assert.Equal(200, (int)(await http.PostAsync("/compact", compact)).StatusCode);
        Assert.Equal(409, (int)(await http.GetAsync("/key/a?revision=2")).StatusCode);
        foreach (var probe in new[] { "/health", "/livez", "/readyz" })
            Assert.Equal(200, (int)(await http.GetAsync(probe)).StatusCode);
        Assert.Contains("\"isLeader\":true", await http.GetStringAsync("/status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_largest_request_goes_all_the_way()
    {
        await using var node = await StartedAsync();
        await using var client = Client(node);
        var key = new byte[LutraLimits.KeySizeBytesMax];

        // The longest key, and the longest value beside it.
        var value = new byte[LutraLimits.RequestSizeBytesMax];
        await client.PutAsync(new PutOperation(key, value));
        Assert.Equal(value.Length, (await client.GetAsync(key))!.Value.Length);
        var tooLarge = new PutOperation(key, new byte[LutraLimits.RequestSizeBytesMax + 1]);
        Assert.Equal(LutraError.TooLarge, (await Assert.ThrowsAsync<LutraException>(() => client.PutAsync(tooLarge).AsTask())).Error);
    }

    [Fact]
    public async Task Three_nodes_meet_through_their_servers_and_take_writes_anywhere()
    {
        var nodes = new[] { await ServedNode.ListenAsync(), await ServedNode.ListenAsync(), await ServedNode.ListenAsync() };
        try
        {
            var peers = nodes.Select((node, i) => $"{i + 1}={node.Address}").ToArray();
            for (var i = 0; i < nodes.Length; i++)
                await nodes[i].StartAsync(directory.FullName, $"{i + 1}", peers);
            using var patience = new CancellationTokenSource(Patience);
            foreach (var node in nodes)
                await node.Node.WaitUntilReadyAsync(patience.Token);

            for (var i = 0; i < nodes.Length; i++)
            {
                await using var writer = Client(nodes[i]);
                await writer.PutAsync($"key{i}", $"value{i}");
                foreach (var node in nodes)
                {
                    await using var reader = Client(node);
                    Assert.Equal($"value{i}", Encoding.UTF8.GetString((await reader.GetAsync($"key{i}"))!.Value.Span));
                }
            }

            await using var any = Client(nodes[0]);
            var members = await any.MembersAsync();
            Assert.Equal(["1", "2", "3"], members.Members.Select(member => member.Label).Order());
            Assert.Single(members.Members, member => member.IsLeader);
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task<int> PutAsync(HttpClient http, string value, (string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/key/a") { Content = new StringContent($$"""{"value":"{{value}}"}""") };
        request.Content.Headers.ContentType = null;
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static LutraClient Client(ServedNode node) => new(new LutraClientOptions
    {
        Endpoints = [Endpoints.Parse(node.Address)],

        // These tests are about what is answered, not how fast, and run beside others.
        Timeout = Patience,
        AttemptTimeout = Patience,
    });

    private async Task<ServedNode> StartedAsync()
    {
        var node = await ServedNode.ListenAsync();
        await node.StartAsync(directory.FullName);
        using var patience = new CancellationTokenSource(Patience);
        await node.Node.WaitUntilReadyAsync(patience.Token);
        return node;
    }
}
