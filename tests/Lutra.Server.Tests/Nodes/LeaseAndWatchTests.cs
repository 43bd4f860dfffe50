using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Lutra.Client;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Nodes;

/// <summary>Leases and watches over REST, on a real node, by hand and by the client.</summary>
public sealed class LeaseAndWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(120);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-leases-").FullName;
    private readonly HttpClient http = new() { Timeout = Soon };
    private ServedNode? node;

    public async ValueTask InitializeAsync()
    {
        node = await ServedNode.ListenAsync();
        await node.StartAsync(folder);
        await node.Node.WaitUntilReadyAsync(Stop);
        http.BaseAddress = new Uri($"http://{node.Address}");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await node!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_lease_is_granted_kept_alive_shown_and_ended_with_its_keys()
    {
        var granted = await SendAsync("POST", "/leases", """{"ttl":60,"id":7}""");
        Assert.Equal("""{"lease":7,"ttl":60,"revision":1}""", granted.Body);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", "/leases", """{"ttl":60,"id":7}""")).Status);
        Assert.Contains("\"lease\":7", (await SendAsync("PUT", "/key/a?lease=7", """{"value":"x"}""")).Body, StringComparison.Ordinal);
        Assert.Equal("""{"leases":[7]}""", (await SendAsync("GET", "/leases")).Body);
        Assert.Contains("""[{"key":"a"}]""", (await SendAsync("GET", "/leases/7?keys")).Body, StringComparison.Ordinal);
        Assert.Equal("""{"lease":7,"granted_ttl":60,"ttl":60}""", (await SendAsync("POST", "/leases/7/keepalive")).Body);
        Assert.Equal("""{"revision":3,"success":true}""", (await SendAsync("DELETE", "/leases/7")).Body);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/key/a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("POST", "/leases/7/keepalive")).Status);
    }

    [Fact]
    public async Task Watches_that_share_a_change_are_each_told_what_they_asked_for()
    {
        await SendAsync("PUT", "/key/b", """{"value":"before"}""");
        string[] targets = ["", "?prefix=b", "?key=b", "?key=b&previous", "?prefix=b&filter=no_puts", "?prefix=a"];
        var watches = new List<Task<string>>();
        foreach (var target in targets.Concat(targets))
            watches.Add(await WatchAsync(target, "end"));
        await SendAsync("POST", "/txn", """{"then":[{"put":{"key":"a","value":"1"}},{"put":{"key":"b","value":"2"}},{"delete":{"key":"c"}}]}""");
        await SendAsync("DELETE", "/key/b");
        await SendAsync("POST", "/txn", """{"then":[{"put":{"key":"a","value":"end"}},{"put":{"key":"b","value":"end"}},{"put":{"key":"c","value":"end"}}]}""");
        await SendAsync("POST", "/txn", """{"then":[{"delete":{"key":"a"}},{"delete":{"key":"b"}}]}""");
        string[] expected = ["3:a=1,b=2 4:-b 5:a=end", "3:b=2 4:-b 5:b=end", "3:b=2 4:-b 5:b=end", "3:b=2<before 4:-b<2 5:b=end", "4:-b 6:-b", "3:a=1 5:a=end"];
        for (var at = 0; at < watches.Count; at++)
            Assert.StartsWith(expected[at % expected.Length], await watches[at].WaitAsync(Soon, Stop), StringComparison.Ordinal);
    }

    /// <summary>Begins a watch; the task ends with what it was told as soon as that holds <paramref name="until"/> or a second deletion.</summary>
    private async Task<Task<string>> WatchAsync(string target, string until)
    {
        var answer = await http.GetAsync($"/watch{target}", HttpCompletionOption.ResponseHeadersRead, Stop);
        var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Stop));
        return Task.Run(
            async () =>
            {
                using (answer)
                {
                    var told = new StringBuilder();
                    while (!told.ToString().Contains(until, StringComparison.Ordinal) && told.ToString().Split(":-").Length < 3)
                    {
                        var line = await reader.ReadLineAsync(Stop);
                        if (line is null || !line.StartsWith("data: ", StringComparison.Ordinal))
                            continue;
                        var message = JsonNode.Parse(line[6..])!;
                        if (message["events"]!.AsArray() is { Count: > 0 } events)
                            told.Append(told.Length > 0 ? " " : "").Append(message["revision"]).Append(':').AppendJoin(',', events.Select(Describe));
                    }

                    return told.ToString();
                }
            },
            Stop);

        static string Describe(JsonNode? change) =>
            ((string)change!["type"]! == "put" ? $"{change["kv"]!["key"]}={change["kv"]!["value"]}" : $"-{change["kv"]!["key"]}")
            + (change["previous"] is { } previous ? $"<{previous["value"]}" : "");
    }

    [Fact]
    public async Task A_repeated_put_with_a_ttl_and_an_idempotency_key_is_the_same_request()
    {
        var first = await SendAsync("PUT", "/key/a?ttl=60", """{"value":"x"}""", "once");
        Assert.Equal(first, await SendAsync("PUT", "/key/a?ttl=60", """{"value":"x"}""", "once"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("PUT", "/key/a?ttl=60", """{"value":"y"}""", "once")).Status);
    }

    [Theory]
    [InlineData("POST", "/leases", """{"ttl":0}""", 400)]
    [InlineData("POST", "/leases", """{"ttl":-5}""", 400)]
    [InlineData("POST", "/leases", """{"ttl":60,"id":-1}""", 400)]
    [InlineData("POST", "/leases", """{"id":1}""", 400)]
    [InlineData("POST", "/leases", """{"ttl":9000000001}""", 413)]
    [InlineData("GET", "/leases/0", null, 400)]
    [InlineData("GET", "/leases/otter", null, 400)]
    [InlineData("GET", "/leases/99999999999999999999", null, 400)]
    [InlineData("GET", "/leases/5", null, 404)]
    [InlineData("GET", "/leases/5/keepalive", null, 405)]
    [InlineData("POST", "/leases/5/kill", null, 404)]
    [InlineData("PATCH", "/leases", null, 405)]
    [InlineData("PUT", "/key/a?ttl=0", """{"value":"x"}""", 400)]
    [InlineData("PUT", "/key/a?ttl=5&lease=7", """{"value":"x"}""", 400)]
    [InlineData("PUT", "/key/a?lease=99", """{"value":"x"}""", 404)]
    [InlineData("GET", "/watch?filter=nothing", null, 400)]
    [InlineData("GET", "/watch?progress_seconds=0", null, 400)]
    [InlineData("GET", "/watch?key=a&prefix=b", null, 400)]
    [InlineData("GET", "/watch?revision=-1", null, 400)]
    [InlineData("POST", "/watch", null, 405)]
    public async Task What_makes_no_sense_is_refused(string method, string target, string? body, int status) =>
        Assert.Equal(status, (int)(await SendAsync(method, target, body)).Status);

    [Fact]
    public async Task A_watch_is_told_each_revision_with_its_id_and_goes_on_behind_the_last_one()
    {
        await node!.Node.PutAsync("a", "1", cancellationToken: Stop);
        await node.Node.PutAsync("a", "2", cancellationToken: Stop);
        await node.Node.PutAsync("b", "3", cancellationToken: Stop);
        Assert.Equal(["progress 1", "2 a=1", "3 a=2"], await FollowAsync("/watch?key=a&revision=2", lastId: null, 3));
        Assert.Equal(["progress 2", "3 a=2", "4 b=3"], await FollowAsync("/watch", lastId: "2", 3));
        await node.Node.CompactAsync(new Revision(4), Stop);
        var refused = await SendAsync("GET", "/watch?revision=2");
        Assert.Equal((HttpStatusCode.Conflict, "compacted"), (refused.Status, (string?)JsonNode.Parse(refused.Body)!["code"]));
    }

    [Fact]
    public async Task The_client_follows_and_keeps_leases_as_the_node_itself_does()
    {
        await using var client = LutraClient.Connect(node!.Address);
        var granted = await client.GrantLeaseAsync(60, cancellationToken: Stop);
        await using var watch = client.WatchAsync(new WatchOperation(KeyRange.All, ReturnPrevious: true), Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        await client.PutAsync(new PutOperation("\xff\0"u8.ToArray(), "x"u8.ToArray(), granted.Lease), cancellationToken: Stop);
        Assert.Equal(60, (await client.KeepAliveAsync(granted.Lease, Stop)).TtlSeconds);
        Assert.Equal("\xff\0"u8.ToArray(), Assert.Single((await client.LeaseAsync(granted.Lease, withKeys: true, Stop)).Keys).ToArray());
        Assert.Equal(granted.Lease, Assert.Single(await client.LeasesAsync(Stop)));
        await client.RevokeLeaseAsync(granted.Lease, Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("x"u8.ToArray(), watch.Current.Events[0].Current.Value.ToArray());
        if (watch.Current.Events.Length == 1)
            Assert.True(await watch.MoveNextAsync());
        var deleted = watch.Current.Events[^1];
        Assert.True(deleted.IsDelete);
        Assert.Equal("x"u8.ToArray(), deleted.Previous!.Value.ToArray());
    }

    private async Task<List<string>> FollowAsync(string target, string? lastId, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        List<string> told = [];
        var id = "";
        while (told.Count < count && await reader.ReadLineAsync(Stop).AsTask().WaitAsync(Soon, Stop) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line["id: ".Length..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            var data = JsonNode.Parse(line["data: ".Length..])!;
            Assert.Equal(id, ((long)data["revision"]!).ToString(CultureInfo.InvariantCulture));
            var events = data["events"]!.AsArray();
            told.Add(events.Count == 0 ? $"progress {id}" : $"{id} {events[0]!["kv"]!["key"]}={events[0]!["kv"]!["value"]}");
        }

        return told;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string method, string target, string? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await http.SendAsync(request, Stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }
}
