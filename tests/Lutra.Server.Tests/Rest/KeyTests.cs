using System.Text;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class KeyTests
{
    [Fact]
    public async Task A_put_key_is_found_with_all_that_is_known_of_it()
    {
        await using var server = await RunningServer.StartAsync();

        var put = await server.SendAsync("PUT", "/key/name", "", """{"value":"otter"}""");
        Assert.Equal(200, put.Status);
        Assert.True(put.Json.GetProperty("success").GetBoolean());
        Assert.Equal("2", put.Headers["Lutra-Revision"]);

        var get = await server.SendAsync("GET", "/key/name");
        Assert.Equal(200, get.Status);
        Assert.Equal("application/json", get.Headers["Content-Type"]);
        Assert.Equal("\"2\"", get.Headers["ETag"]);
        Assert.Equal("2", get.Headers["Lutra-Revision"]);
        Assert.Equal(
            """{"key":"name","value":"otter","revision":2,"create_revision":2,"version":1,"lease":0,"exists":true}""", get.Text);
    }

    [Fact]
    public async Task A_missing_key_is_told_in_the_words_that_old_clients_know()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.SendAsync("GET", "/key/nobody");
        Assert.Equal(404, answer.Status);
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
        Assert.Equal("Key not found", answer.Json.GetProperty("error").GetString());
        Assert.Equal("key_not_found", answer.Json.GetProperty("code").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.Json.GetProperty("leader_id").ValueKind);

        var text = await server.SendAsync("GET", "/key/nobody", "Accept: text/plain\r\n");
        Assert.Equal("Key not found\n", text.Text);
    }

    [Fact]
    public async Task Four_spellings_are_four_keys()
    {
        await using var server = await RunningServer.StartAsync();
        string[] paths = ["a%2Fb", "a%252Fb", "a//b", "a/../b"];
        string[] keys = ["a/b", "a%2Fb", "a//b", "a/../b"];
        foreach (var path in paths)
            Assert.Equal(200, (await server.SendAsync("PUT", $"/key/{path}", "", $$"""{"value":"of {{path}}"}""")).Status);

        for (var i = 0; i < paths.Length; i++)
        {
            var answer = await server.SendAsync("GET", $"/key/{paths[i]}");
            Assert.Equal(keys[i], answer.Json.GetProperty("key").GetString());
            Assert.Equal($"of {paths[i]}", answer.Json.GetProperty("value").GetString());
        }

        Assert.Equal(4, (await server.SendAsync("GET", "/keys?count_only")).Json.GetProperty("count").GetInt64());
    }

    [Theory]
    [InlineData("/key/../status", "../status")]
    [InlineData("/key/a/../../status", "a/../../status")]
    [InlineData("/key/./x", "./x")]
    [InlineData("/key//", "/")]
    [InlineData("/key/a+b", "a+b")]
    [InlineData("/key/a%20b%3Fc%23", "a b?c#")]
    [InlineData("/key/gr%C3%BCn", "grün")]
    [InlineData("http://localhost/key/proxied", "proxied")]
    public async Task The_key_is_what_stands_behind_the_route(string target, string key)
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(200, (await server.SendAsync("PUT", target, "", """{"value":"v"}""")).Status);
        Assert.Equal(key, Encoding.UTF8.GetString(server.Store.LastPut!.Key.Span));
        Assert.Equal(200, (await server.SendAsync("GET", target)).Status);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("FF")]
    [InlineData("2E2E")]
    [InlineData("FF00FE")]
    [InlineData("61")]
    public async Task Any_bytes_can_be_a_key_through_key_base64(string hex)
    {
        await using var server = await RunningServer.StartAsync();
        var key = Convert.FromHexString(hex);
        var target = $"/key?key_base64={System.Buffers.Text.Base64Url.EncodeToString(key)}";
        Assert.Equal(200, (await server.SendAsync("PUT", target, "Content-Type: application/octet-stream\r\n", key)).Status);
        Assert.Equal(key, server.Store.LastPut!.Key.ToArray());
        Assert.Equal(key, (await server.SendAsync("GET", target, "Accept: application/octet-stream\r\n")).Body);
        Assert.Equal(1, (await server.SendAsync("DELETE", target)).Json.GetProperty("deleted").GetInt64());
    }

    [Fact]
    public async Task A_key_and_a_value_that_are_not_text_come_as_base64()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(200, (await server.SendAsync("PUT", "/key/%FF%01", "", """{"value_base64":"AP8="}""")).Status);
        var answer = await server.SendAsync("GET", "/key/%ff%01");
        Assert.Equal(
            """{"key_base64":"/wE=","value_base64":"AP8=","revision":2,"create_revision":2,"version":1,"lease":0,"exists":true}""", answer.Text);
    }

    [Theory]
    [InlineData("{\"value\":\"gr\\u00fcn \\ud83e\\udda6\"}", "grün 🦦")]
    [InlineData("{\"value\":\"\"}", "")]
    [InlineData("{\"value_base64\":\"b3R0ZXI=\"}", "otter")]
    [InlineData(" { \"value\" : \"x\" } ", "x")]
    public async Task Json_values_are_unescaped(string body, string value)
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var type in new[] { "", "Content-Type: application/json; charset=utf-8\r\n", "Content-Type: application/x-www-form-urlencoded\r\n" })
        {
            Assert.Equal(200, (await server.SendAsync("PUT", "/key/k", type, body)).Status);
            Assert.Equal(value, (await server.SendAsync("GET", "/key/k")).Json.GetProperty("value").GetString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("otter")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"value\":5}")]
    [InlineData("{\"value\":null}")]
    [InlineData("{\"value\":\"a\",\"value\":\"b\"}")]
    [InlineData("{\"value\":\"a\",\"value_base64\":\"\"}")]
    [InlineData("{\"value\":\"a\",\"ttl\":5}")]
    [InlineData("{\"value\":\"a\"")]
    [InlineData("{\"value\":\"a\"}}")]
    [InlineData("{\"value\":\"a\"} {}")]
    [InlineData("{\"value\":\"\\ud800\"}")]
    [InlineData("{\"value\":\"a\",\"cl\\ud800\":1}")]
    [InlineData("{\"value_base64\":\"***\"}")]
    public async Task A_body_that_is_no_value_is_refused(string body)
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.SendAsync("PUT", "/key/k", "", body);
        Assert.Equal(400, answer.Status);
        Assert.Equal("invalid_argument", answer.Json.GetProperty("code").GetString());
        Assert.Null(server.Store.LastPut);
    }

    [Fact]
    public async Task A_body_that_is_not_utf8_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(400, (await server.SendAsync("PUT", "/key/k", "", [.. "{\"value\":\""u8, 0xff, .. "\"}"u8])).Status);
    }

    [Theory]
    [InlineData("GET", "/key/", 400)]
    [InlineData("GET", "/key", 400)]
    [InlineData("GET", "/key?key_base64=", 400)]
    [InlineData("GET", "/key/a%zz", 400)]
    [InlineData("GET", "/key/a%2", 400)]
    [InlineData("GET", "/key/abcd%", 400)]
    [InlineData("GET", "/key/abcd%41%", 400)]
    [InlineData("GET", "/key/a?key_base64=YQ", 400)]
    [InlineData("GET", "/key?key_base64=%2F%2B", 400)]
    [InlineData("GET", "/key/a?consistency=maybe", 400)]
    [InlineData("GET", "/key/a?revision=-1", 400)]
    [InlineData("GET", "/key/a?revision=1&revision=2", 400)]
    [InlineData("GET", "/key/a?revision=99", 409)]
    [InlineData("PUT", "/key/a?ttl=30", 400)]
    [InlineData("POST", "/key/a", 405)]
    [InlineData("PATCH", "/key/a", 405)]
    [InlineData("GET", "/kex/a", 404)]
    [InlineData("GET", "/", 404)]
    public async Task What_makes_no_sense_is_refused(string method, string target, int status)
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.SendAsync(method, target);
        Assert.Equal(status, answer.Status);
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.DoesNotContain("   at ", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_name_what_was_wrong()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Contains("'sparkle'", (await server.SendAsync("GET", "/key/a?sparkle=1")).Text, StringComparison.Ordinal);
        Assert.Contains("leases", (await server.SendAsync("PUT", "/key/a?ttl=30", "", """{"value":""}""")).Text, StringComparison.Ordinal);
        Assert.Equal("GET, HEAD, PUT, DELETE", (await server.SendAsync("POST", "/key/a")).Headers["Allow"]);
        var media = await server.SendAsync("PUT", "/key/a", "Content-Type: image/png\r\n", "x");
        Assert.Equal(415, media.Status);
        Assert.Contains("image/png", media.Text, StringComparison.Ordinal);
        Assert.Contains("Key required", (await server.SendAsync("GET", "/key/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_says_how_many()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "", """{"value":"x"}""");
        var first = await server.SendAsync("DELETE", "/key/a?return_previous");
        Assert.Equal(1, first.Json.GetProperty("deleted").GetInt64());
        Assert.Equal("x", first.Json.GetProperty("previous")[0].GetProperty("value").GetString());
        var second = await server.SendAsync("DELETE", "/key/a");
        Assert.Equal(200, second.Status);
        Assert.Equal("""{"revision":3,"deleted":0}""", second.Text);
    }

    [Fact]
    public async Task A_read_goes_back_to_an_older_revision_and_says_how_it_was_done()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "", """{"value":"old"}""");
        await server.SendAsync("PUT", "/key/a", "", """{"value":"new"}""");
        var answer = await server.SendAsync("GET", "/key/a?revision=2&consistency=local");
        Assert.Equal("old", answer.Json.GetProperty("value").GetString());
        Assert.Equal("\"2\"", answer.Headers["ETag"]);
        Assert.Equal("3", answer.Headers["Lutra-Revision"]);
        Assert.Equal(Consistency.Local, server.Store.LastConsistency);
        await server.SendAsync("GET", "/key/a");
        Assert.Equal(Consistency.Linearizable, server.Store.LastConsistency);
    }

    [Fact]
    public async Task Raw_bytes_go_in_and_out_as_they_are()
    {
        await using var server = await RunningServer.StartAsync();
        byte[] value = [0, 255, 13, 10, 123];
        await server.SendAsync("PUT", "/key/a", "Content-Type: application/octet-stream\r\n", value);
        var answer = await server.SendAsync("GET", "/key/a", "Accept: application/octet-stream\r\n");
        Assert.Equal("application/octet-stream", answer.Headers["Content-Type"]);
        Assert.Equal(value, answer.Body);
    }

    [Fact]
    public async Task A_head_has_the_headers_of_a_get_and_no_body()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "", """{"value":"x"}""");
        var answer = await server.SendAsync("HEAD", "/key/a");
        Assert.Equal((200, "\"2\"", 0), (answer.Status, answer.Headers["ETag"], answer.Body.Length));
    }

    [Fact]
    public async Task An_idempotency_key_reaches_the_store_and_is_checked()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "Idempotency-Key: once\r\n", """{"value":"x"}""");
        Assert.Equal("once", server.Store.LastWriteOptions.IdempotencyKey);
        var longest = new string('k', WriteOptions.IdempotencyKeyBytesMax);
        Assert.Equal(200, (await server.SendAsync("DELETE", "/key/a", $"Idempotency-Key: {longest}\r\n")).Status);
        Assert.Equal(413, (await server.SendAsync("DELETE", "/key/a", $"Idempotency-Key: {longest}k\r\n")).Status);
        Assert.Equal(400, (await server.SendAsync("DELETE", "/key/a", "Idempotency-Key: \r\n")).Status);
    }
}
