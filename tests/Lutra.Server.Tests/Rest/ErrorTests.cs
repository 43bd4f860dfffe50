using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(LutraError.InvalidArgument, 400, "invalid_argument")]
    [InlineData(LutraError.Denied, 403, "denied")]
    [InlineData(LutraError.KeyNotFound, 404, "key_not_found")]
    [InlineData(LutraError.LeaseNotFound, 404, "lease_not_found")]
    [InlineData(LutraError.Compacted, 409, "compacted")]
    [InlineData(LutraError.FutureRevision, 409, "future_revision")]
    [InlineData(LutraError.SessionExpired, 409, "session_expired")]
    [InlineData(LutraError.TooLarge, 413, "too_large")]
    [InlineData(LutraError.IdempotencyKeyReused, 422, "idempotency_key_reused")]
    [InlineData(LutraError.Unavailable, 503, "unavailable")]
    [InlineData(LutraError.Overloaded, 503, "overloaded")]
    [InlineData(LutraError.Stopped, 503, "stopped")]
    [InlineData(LutraError.OutcomeUnknown, 504, "outcome_unknown")]
    [InlineData(LutraError.NoSpace, 507, "no_space")]
    public async Task Every_refusal_has_its_status_its_code_and_the_stores_own_words(LutraError error, int status, string code)
    {
        await using var server = await RunningServer.StartAsync();
        server.Store.Failure = new LutraException(error, "Because of the otters.") { Leader = new LeaderHint("7", "10.0.0.7:2379") };
        foreach (var (method, target, body) in new[]
                 {
                     ("GET", "/key/a", ""), ("PUT", "/key/a", """{"value":"x"}"""), ("DELETE", "/key/a", ""), ("GET", "/keys", ""),
                     ("POST", "/txn", "{}"), ("POST", "/compact", """{"revision":1}"""),
                 })
        {
            var answer = await server.SendAsync(method, target, "Lutra-Test: artificial\r\n", body);
            Assert.Equal(status, answer.Status);
            Assert.Equal(code, answer.Json.GetProperty("code").GetString());
            Assert.Equal($"urn:lutra:problem:{code}", answer.Json.GetProperty("type").GetString());
            Assert.Equal("Because of the otters.", answer.Json.GetProperty("detail").GetString());
            Assert.Equal(7, answer.Json.GetProperty("leader_id").GetInt32());
            Assert.Equal("http://10.0.0.7:2379", answer.Json.GetProperty("leader").GetProperty("client_url").GetString());
            Assert.Equal(status == 503, answer.Headers.ContainsKey("Retry-After"));
        }
    }

    [Fact]
    public async Task Every_error_of_the_store_has_a_status_of_its_own_choice()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var error in Enum.GetValues<LutraError>())
        {
            server.Store.Failure = new LutraException(error, "No.");
            Assert.NotEqual(500, (await server.SendAsync("GET", "/key/a", "Lutra-Test: artificial\r\n")).Status);
        }
    }

    [Fact]
    public async Task A_leader_with_a_name_is_told_as_a_string()
    {
        await using var server = await RunningServer.StartAsync();
        server.Store.Failure = new LutraException(LutraError.Unavailable, "No.") { Leader = new LeaderHint("otter", null) };
        Assert.Equal("otter", (await server.SendAsync("GET", "/key/a")).Json.GetProperty("leader_id").GetString());
        var text = await server.SendAsync("GET", "/key/a", "Accept: text/plain\r\n");
        Assert.Equal("text/plain; charset=utf-8", text.Headers["Content-Type"]);
        Assert.Equal("Unavailable: No.\n", text.Text);
    }

    [Fact]
    public async Task A_bug_tells_the_client_nothing_of_the_inside()
    {
        await using var server = await RunningServer.StartAsync(
            options => options with { Logging = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance });
        server.Store.Gate = Task.FromException(new FormatException("secret"));
        var answer = await server.SendAsync("GET", "/key/a");
        Assert.Equal(500, answer.Status);
        Assert.Equal("internal_error", answer.Json.GetProperty("code").GetString());
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", answer.Text, StringComparison.Ordinal);
    }
}
