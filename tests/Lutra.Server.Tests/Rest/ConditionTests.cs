using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("If-Match: \"2\"", 200)]
    [InlineData("If-Match: \"1\"", 412)]
    [InlineData("If-Match: *", 200)]
    [InlineData("If-None-Match: *", 412)]
    [InlineData("If-None-Match: \"2\"", 412)]
    [InlineData("If-None-Match: \"7\"", 200)]
    [InlineData("If-Match: 2", 400)]
    [InlineData("If-Match: W/\"2\"", 400)]
    [InlineData("If-Match: \"2\", \"3\"", 400)]
    [InlineData("If-Match: \"0\"", 400)]
    [InlineData("If-Match: \"otter\"", 400)]
    public async Task Writes_happen_only_at_the_revision_they_name(string condition, int status)
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var (method, body) in new[] { ("PUT", """{"value":"new"}"""), ("DELETE", "") })
        {
            await server.SendAsync("DELETE", "/key/a");
            var made = await server.SendAsync("PUT", "/key/a", "", """{"value":"old"}""");
            var current = made.Headers["ETag"];
            var answer = await server.SendAsync(method, "/key/a", condition.Replace("\"2\"", current, StringComparison.Ordinal) + "\r\n", body);
            Assert.Equal(status, answer.Status);
            var value = await server.SendAsync("GET", "/key/a");
            if (status == 200)
                Assert.NotEqual("old", value.Status == 404 ? "" : value.Json.GetProperty("value").GetString());
            else
                Assert.Equal("old", value.Json.GetProperty("value").GetString());
            if (status != 412)
                continue;
            Assert.Equal("compare_failed", answer.Json.GetProperty("code").GetString());
            Assert.Equal(current, answer.Headers["ETag"]);
            Assert.Equal(current, $"\"{answer.Json.GetProperty("current_revision").GetInt64()}\"");
        }
    }

    [Fact]
    public async Task A_key_that_is_not_there_fails_every_match_and_passes_every_none_match()
    {
        await using var server = await RunningServer.StartAsync();
        var refused = await server.SendAsync("PUT", "/key/a", "If-Match: *\r\n", """{"value":"x"}""");
        Assert.Equal(412, refused.Status);
        Assert.Equal(0, refused.Json.GetProperty("current_revision").GetInt64());
        Assert.False(refused.Headers.ContainsKey("ETag"));
        var done = await server.SendAsync("PUT", "/key/a", "If-None-Match: *\r\n", """{"value":"x"}""");
        Assert.Equal((200, "\"2\""), (done.Status, done.Headers["ETag"]));
    }

    [Fact]
    public async Task A_reader_that_has_the_newest_version_gets_no_second_copy()
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "", """{"value":"x"}""");
        Assert.Equal(304, (await server.SendAsync("GET", "/key/a", "If-None-Match: \"2\"\r\n")).Status);
        Assert.Equal(304, (await server.SendAsync("GET", "/key/a", "If-None-Match: W/\"2\"\r\n")).Status);
        Assert.Equal(200, (await server.SendAsync("GET", "/key/a", "If-None-Match: \"1\"\r\n")).Status);
        Assert.Equal(412, (await server.SendAsync("GET", "/key/a", "If-Match: \"1\"\r\n")).Status);
        Assert.Equal(404, (await server.SendAsync("GET", "/key/b", "If-Match: *\r\n")).Status);
    }
}
