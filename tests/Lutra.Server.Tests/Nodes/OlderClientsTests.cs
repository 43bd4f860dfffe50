using System.Net;
using System.Text;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Nodes;

/// <summary>What clients of the older stores send, on a real node: rows 1.2 to 1.5 and 2.1 to 2.12 of docs/seeds.md.</summary>
public sealed class OlderClientsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-older-").FullName;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private ServedNode? node;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        node = await ServedNode.ListenAsync();
        await node.StartAsync(folder);
        await node.Node.WaitUntilReadyAsync(Stop);
        http.BaseAddress = new Uri($"http://{node.Address}");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await node!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Row_1_2_to_1_5_put_get_all_and_delete_under_kv()
    {
        Assert.Equal("{}", (await SendAsync("GET", "/kv/all")).Body);
        Assert.Equal("""{"status":"ok","revision":2}""", (await SendAsync("POST", "/kv/put", """{"key":"name","value":"Alice"}""")).Body);
        Assert.Equal("""{"status":"ok","revision":3}""", (await SendAsync("POST", "/kv/put", """{"key":"a/b c","value":"ä"}""")).Body);
        Assert.StartsWith("""{"key":"name","value":"Alice",""", (await SendAsync("GET", "/kv/get/name")).Body, StringComparison.Ordinal);
        Assert.StartsWith("""{"key":"a/b c","value":"ä",""", (await SendAsync("GET", "/kv/get/a%2Fb%20c")).Body, StringComparison.Ordinal);
        Assert.Equal("""{"a/b c":"ä","name":"Alice"}""", (await SendAsync("GET", "/kv/all")).Body);
        Assert.Equal("""{"name":"Alice"}""", (await SendAsync("GET", "/kv/all?after=a/b+c&limit=5")).Body);
        Assert.Equal("""{"a/b c":"ä"}""", (await SendAsync("GET", "/kv/all?prefix=a")).Body);
        Assert.Equal("""{"a/b c":"ä"}""", (await SendAsync("GET", "/kv/all?limit=1")).Body);
        Assert.Equal("""{"status":"ok","revision":4,"deleted":1}""", (await SendAsync("DELETE", "/kv/delete/name")).Body);
        Assert.Equal("""{"status":"ok","revision":4,"deleted":0}""", (await SendAsync("DELETE", "/kv/delete/name")).Body);
        Assert.Contains("\"error\":\"Key not found\"", (await SendAsync("GET", "/kv/get/name")).Body, StringComparison.Ordinal);
        using var text = new HttpRequestMessage(HttpMethod.Get, "/kv/get/name") { Headers = { { "Accept", "text/plain" } } };
        using var answer = await http.SendAsync(text, Stop);
        Assert.Equal("Key not found\n", await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Kv_all_reads_more_than_a_page_and_leaves_out_what_is_no_text()
    {
        for (var number = 0; number < 1100; number++)
            await node!.Node.PutAsync($"key {number:D4}", "x", cancellationToken: Stop);
        await node!.Node.PutAsync(new PutOperation(new byte[] { 0xff }, new byte[] { 0xff }), cancellationToken: Stop);
        var all = (await SendAsync("GET", "/kv/all")).Body;
        Assert.Equal(1100, all.Split("\":\"").Length - 1);
    }

    [Fact]
    public async Task Row_2_12_a_request_with_the_same_client_and_number_is_done_once_whatever_it_brings()
    {
        var first = await SendAsync("PUT", "/key/a", """{"value":"1","client_id":7,"request_id":1}""");
        Assert.Contains("Value successfully stored", first.Body, StringComparison.Ordinal);
        Assert.Equal(first, await SendAsync("PUT", "/key/a", """{"value":"1","client_id":7,"request_id":1}"""));
        Assert.Equal((HttpStatusCode.OK, """{"success":true,"duplicate":true}"""), await SendAsync("PUT", "/key/a", """{"value":"2","client_id":7,"request_id":1}"""));
        Assert.Contains("\"value\":\"1\"", (await SendAsync("GET", "/key/a")).Body, StringComparison.Ordinal);
        await SendAsync("PUT", "/key/a", """{"value":"3","client_id":7,"request_id":2}""");
        Assert.Contains("\"value\":\"3\"", (await SendAsync("GET", "/key/a")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/kv", null, 404)]
    [InlineData("GET", "/kv/nothing", null, 404)]
    [InlineData("GET", "/kv/get", null, 400)]
    [InlineData("GET", "/kv/get/", null, 400)]
    [InlineData("POST", "/kv/get/a", null, 405)]
    [InlineData("GET", "/kv/put", null, 405)]
    [InlineData("POST", "/kv/put/a", """{"key":"a","value":"x"}""", 404)]
    [InlineData("POST", "/kv/put", """{"value":"x"}""", 400)]
    [InlineData("POST", "/kv/put", """{"key":"","value":"x"}""", 400)]
    [InlineData("POST", "/kv/put", """{"key":"a"}""", 400)]
    [InlineData("POST", "/kv/put", """{"key":"a","key":"b","value":"x"}""", 400)]
    [InlineData("POST", "/kv/put", "otter", 400)]
    [InlineData("POST", "/kv/delete/a", null, 405)]
    [InlineData("DELETE", "/kv/all", null, 405)]
    [InlineData("GET", "/kv/all/a", null, 404)]
    [InlineData("PUT", "/key/a", """{"value":"x","client_id":7}""", 400)]
    [InlineData("PUT", "/key/a", """{"value":"x","client_id":-7,"request_id":1}""", 400)]
    [InlineData("PUT", "/key/a", """{"value":"x","key":"b"}""", 400)]
    [InlineData("PUT", "/key/a?forward=perhaps", """{"value":"x"}""", 400)]
    [InlineData("PUT", "/key/a?forward=false", """{"value":"x"}""", 200)]
    public async Task Each_of_these_gets_its_status(string method, string target, string? body, int status) =>
        Assert.Equal(status, (int)(await SendAsync(method, target, body)).Status);

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string method, string target, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, Stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }
}
