using System.Text.Json;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class KeysTests
{
    [Theory]
    [InlineData("", "a,a/1,a/2,b,c")]
    [InlineData("?prefix=a/", "a/1,a/2")]
    [InlineData("?prefix_base64=YS8", "a/1,a/2")]
    [InlineData("?prefix=", "a,a/1,a/2,b,c")]
    [InlineData("?from=a/2", "a/2,b,c")]
    [InlineData("?to=b", "a,a/1,a/2")]
    [InlineData("?from=a/2&to=c", "a/2,b")]
    [InlineData("?key=b", "b")]
    [InlineData("?after=a/1", "a/2,b,c")]
    [InlineData("?prefix=a/&after=a/1", "a/2")]
    [InlineData("?from=b&after=a", "b,c")]
    [InlineData("?limit=2", "a,a/1")]
    [InlineData("?limit=2&after=a/1", "a/2,b")]
    [InlineData("?descending", "c,b,a/2,a/1,a")]
    [InlineData("?descending&limit=2", "c,b")]
    [InlineData("?descending&limit=2&after=b", "a/2,a/1")]
    [InlineData("?descending&to=b&after=c", "a/2,a/1,a")]
    [InlineData("?sort=revision&descending=true", "c,b,a/2,a/1,a")]
    [InlineData("?min_revision=5", "b,c")]
    [InlineData("?revision=3", "a,a/1")]
    [InlineData("?limit=0", "a,a/1,a/2,b,c")]
    [InlineData("?prefix=nothing", "")]
    public async Task Pages_hold_what_was_asked_for_in_order(string query, string expected)
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var key in new[] { "a", "a/1", "a/2", "b", "c" })
            await server.SendAsync("PUT", $"/key/{key}", "", """{"value":"v"}""");
        var answer = await server.SendAsync("GET", $"/keys{query}");
        Assert.Equal(200, answer.Status);
        Assert.Equal(expected, string.Join(",", answer.Json.GetProperty("keys").EnumerateArray().Select(one => one.GetProperty("key").GetString())));
        Assert.Equal("6", answer.Headers["Lutra-Revision"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&descending")]
    public async Task Following_next_visits_every_key_once(string order)
    {
        await using var server = await RunningServer.StartAsync();
        byte[][] keys = [[1], [1, 0], "grün"u8.ToArray(), [0xfe], [0xff], [0xff, 0], [0xff, 0xff]];
        foreach (var key in keys)
            await server.SendAsync("PUT", $"/key?key_base64={System.Buffers.Text.Base64Url.EncodeToString(key)}", "", """{"value":"v"}""");

        var seen = new List<string>();
        var after = "";
        while (true)
        {
            var page = (await server.SendAsync("GET", $"/keys?limit=2{order}{after}")).Json;
            foreach (var entry in page.GetProperty("keys").EnumerateArray())
                seen.Add(Convert.ToHexString(KeyOf(entry, "key")));
            Assert.Equal(page.GetProperty("more").GetBoolean(), page.TryGetProperty("next", out _) || page.TryGetProperty("next_base64", out _));
            if (!page.GetProperty("more").GetBoolean())
                break;
            after = $"&after_base64={System.Buffers.Text.Base64Url.EncodeToString(KeyOf(page, "next"))}";
        }

        var expected = keys.Select(Convert.ToHexString);
        Assert.Equal(order.Length == 0 ? expected : expected.Reverse(), seen);
    }

    [Fact]
    public async Task A_page_can_leave_the_values_out_or_only_count()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "", """{"value":"v"}""");
        var only = await server.SendAsync("GET", "/keys?keys_only=true");
        Assert.Equal("", only.Json.GetProperty("keys")[0].GetProperty("value").GetString());
        var count = await server.SendAsync("GET", "/keys?count_only=true");
        Assert.Equal("""{"revision":2,"count":1,"more":false,"keys":[]}""", count.Text);
    }

    [Fact]
    public async Task A_page_without_a_limit_of_its_own_has_the_default_one()
    {
        await using var server = await RunningServer.StartAsync(options => options with { Rest = options.Rest with { PageKeysDefault = 3 } });
        await server.SendAsync("GET", "/keys");
        Assert.Equal(3, server.Store.LastRange!.Limit);
        await server.SendAsync("GET", "/keys?limit=0");
        Assert.Equal(0, server.Store.LastRange!.Limit);
    }

    [Fact]
    public async Task A_long_page_arrives_whole()
    {
        await using var server = await RunningServer.StartAsync();
        var value = new byte[10_000];
        for (var i = 0; i < 100; i++)
            await server.Store.PutAsync(new PutOperation(BitConverter.GetBytes(i), value));
        var page = await server.SendAsync("GET", "/keys");
        Assert.Equal(100, page.Json.GetProperty("keys").GetArrayLength());
        Assert.True(page.Body.Length > 1_000_000);
    }

    [Theory]
    [InlineData("GET", "?limit=many", 400)]
    [InlineData("GET", "?limit=-1", 400)]
    [InlineData("GET", "?pre=a", 400)]
    [InlineData("GET", "?prefix=a&from=b", 400)]
    [InlineData("GET", "?prefix=a&prefix_base64=YQ", 400)]
    [InlineData("GET", "?key=", 400)]
    [InlineData("GET", "?to=", 400)]
    [InlineData("GET", "?key=a&after=b", 400)]
    [InlineData("GET", "?sort=colour", 400)]
    [InlineData("GET", "?sort=revision&after=a", 400)]
    [InlineData("GET", "?descending&after=", 400)]
    [InlineData("GET", "?keys_only=perhaps", 400)]
    [InlineData("GET", "/a", 404)]
    [InlineData("DELETE", "?prefix=a", 405)]
    [InlineData("POST", "", 405)]
    public async Task What_makes_no_sense_is_refused(string method, string rest, int status)
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(status, (await server.SendAsync(method, $"/keys{rest}")).Status);
    }

    [Fact]
    public async Task A_compacted_revision_is_told_as_such()
    {
        await using var server = await RunningServer.StartAsync();
        for (var i = 0; i < 3; i++)
            await server.SendAsync("PUT", "/key/a", "", """{"value":"v"}""");
        var compact = await server.SendAsync("POST", "/compact", "", """{"revision":3}""");
        Assert.Equal((200, """{"revision":4}"""), (compact.Status, compact.Text));
        var answer = await server.SendAsync("GET", "/keys?revision=2");
        Assert.Equal((409, "compacted"), (answer.Status, answer.Json.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("GET", "/compact", "", 405)]
    [InlineData("POST", "/compact", "", 400)]
    [InlineData("POST", "/compact", "{}", 400)]
    [InlineData("POST", "/compact", "{\"revision\":0}", 400)]
    [InlineData("POST", "/compact", "{\"revision\":\"3\"}", 400)]
    [InlineData("POST", "/compact", "{\"revision\":3,\"physical\":true}", 400)]
    [InlineData("POST", "/compact", "{\"revision\":99}", 409)]
    [InlineData("POST", "/compact?x", "{\"revision\":1}", 400)]
    [InlineData("POST", "/compact/1", "{\"revision\":1}", 404)]
    public async Task A_compaction_that_makes_no_sense_is_refused(string method, string target, string body, int status)
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(status, (await server.SendAsync(method, target, "", body)).Status);
    }

    private static byte[] KeyOf(JsonElement element, string name) => element.TryGetProperty(name, out var text)
        ? System.Text.Encoding.UTF8.GetBytes(text.GetString()!)
        : element.GetProperty($"{name}_base64").GetBytesFromBase64();
}
