using System.Text;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class LimitTests
{
    private const string Raw = "Content-Type: application/octet-stream\r\n";
    private const int Value = LutraLimits.RequestSizeBytesMax;

    [Theory]
    [InlineData(-1, 200)]
    [InlineData(0, 200)]
    [InlineData(1, 413)]
    public async Task A_key_has_at_most_64_KiB(int above, int status)
    {
        await using var server = await RunningServer.StartAsync();
        var key = Enumerable.Repeat((byte)0xee, LutraLimits.KeySizeBytesMax + above).ToArray();

        // The longest spelling of it: three characters a byte.
        var path = string.Concat(key.Select(one => $"%{one:X2}"));
        var answer = await server.SendAsync("PUT", $"/key/{path}", "", """{"value":"x"}""");
        Assert.Equal(status, answer.Status);
        if (status == 200)
            Assert.Equal(key, server.Store.LastPut!.Key.ToArray());
        else
            AssertSays(answer, LutraLimits.KeySizeBytesMax, key.Length);

        var base64 = System.Buffers.Text.Base64Url.EncodeToString(key);
        Assert.Equal(status, (await server.SendAsync("GET", $"/key?key_base64={base64}")).Status);
        Assert.Equal(status, (await server.SendAsync("DELETE", $"/key?key_base64={base64}")).Status);
        Assert.Equal(status, (await server.SendAsync("GET", $"/keys?prefix_base64={base64}")).Status);
        Assert.Equal(status, (await server.SendAsync("GET", $"/keys?after_base64={base64}")).Status);
        var transaction = $$$"""{"then":[{"put":{"key_base64":"{{{Convert.ToBase64String(key)}}}","value":""}}]}""";
        Assert.Equal(status, (await server.SendAsync("POST", "/txn", "", transaction)).Status);
    }

    [Theory]
    [InlineData(-1, 200)]
    [InlineData(0, 200)]
    [InlineData(1, 413)]
    public async Task A_value_has_at_most_what_the_option_says(int above, int status)
    {
        await using var server = await RunningServer.StartAsync();
        var value = Encoding.ASCII.GetBytes(new string('v', Value + above));
        var raw = await server.SendAsync("PUT", "/key/raw", Raw, value);
        Assert.Equal(status, raw.Status);
        if (status == 413)
            AssertSays(raw, Value, Value + above);
        else
            Assert.Equal(value.Length, server.Store.LastPut!.Value.Length);

        var text = await server.SendAsync("PUT", "/key/text", "", $$"""{"value":"{{Encoding.ASCII.GetString(value)}}"}""");
        Assert.Equal(status, text.Status);
        var base64 = await server.SendAsync("PUT", "/key/base64", "", $$"""{"value_base64":"{{Convert.ToBase64String(value)}}"}""");
        Assert.Equal(status, base64.Status);

        // In a transaction it is the values together that count.
        var half = new string('v', (Value / 2) + above);
        var rest = new string('v', Value / 2);
        var transaction = await server.SendAsync(
            "POST", "/txn", "", $$$"""{"then":[{"put":{"key":"a","value":"{{{half}}}"}}],"else":[{"put":{"key":"a","value":"{{{rest}}}"}}]}""");
        Assert.Equal(status, transaction.Status);
        if (status == 413)
            AssertSays(transaction, Value, Value + above);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_cut_at_the_limit()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var above in new[] { 0, 1 })
        {
            using var content = new ByteArrayContent(new byte[Value + above]);
            content.Headers.ContentType = new("application/octet-stream");
            using var request = new HttpRequestMessage(HttpMethod.Put, "/key/a") { Content = content };
            request.Headers.TransferEncodingChunked = true;
            using var answer = await server.Http.SendAsync(request);
            Assert.Equal(above == 0 ? 200 : 413, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_limit_set_otherwise_is_kept()
    {
        await using var server = await RunningServer.StartAsync(options => options with { Rest = options.Rest with { RequestSizeBytesMax = 10, RequestSizeOption = "--largest" } });
        Assert.Equal(200, (await server.SendAsync("PUT", "/key/a", Raw, "0123456789")).Status);
        AssertSays(await server.SendAsync("PUT", "/key/a", Raw, "0123456789a"), 10, 11, "--largest");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(LutraLimits.RequestSizeBytesMax + 1)]
    public async Task A_limit_that_cannot_be_is_refused_at_the_start(int limit) => await Assert.ThrowsAsync<ArgumentException>(
        () => RunningServer.StartAsync(options => options with { Rest = options.Rest with { RequestSizeBytesMax = limit } }));

    private static void AssertSays(Answer answer, long limit, long size, string? option = null)
    {
        Assert.Equal(limit, answer.Json.GetProperty("limit").GetInt64());
        Assert.Equal(size, answer.Json.GetProperty("size").GetInt64());
        Assert.Equal(option, answer.Json.TryGetProperty("option", out var said) ? said.GetString() : null);
        Assert.Contains($"{limit}", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
