using Lutra.Client.Rest;
using Lutra.Client.Tests.Support;

namespace Lutra.Client.Tests.Rest;

public sealed class RestEndpointTests
{
    private const string Problem = """{"type":"urn:lutra:problem:CODE","title":"t","status":1,"detail":"the server's words","error":"t","code":"CODE","leader_id":7}""";
    private static readonly PutOperation Put = new("a"u8.ToArray(), "b"u8.ToArray());
    private static readonly DeleteOperation Delete = new(KeyRange.Single("a"u8.ToArray()));
    private static readonly RangeOperation Get = new(KeyRange.Single("a"u8.ToArray()));

    [Fact]
    public async Task Where_nobody_listens_it_is_certain_that_nothing_was_done()
    {
        await using var transport = new RestTransport();
        var gone = new ScriptedSocket();
        var endpoint = gone.Endpoint;
        await gone.DisposeAsync();
        var client = transport.Open(endpoint);
        foreach (var failure in new[]
                 {
                     await Assert.ThrowsAsync<LutraException>(() => client.PutAsync(Put).AsTask()),
                     await Assert.ThrowsAsync<LutraException>(() => client.DeleteAsync(Delete).AsTask()),
                     await Assert.ThrowsAsync<LutraException>(() => client.RangeAsync(Get).AsTask()),
                 })
        {
            Assert.Equal(LutraError.Unavailable, failure.Error);
            Assert.Contains($"127.0.0.1:{endpoint.Port} cannot be reached", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_certain_too()
    {
        await using var transport = new RestTransport();
        var failure = await Assert.ThrowsAsync<LutraException>(() => transport.Open(new Uri("http://no-such-otter.invalid:1")).PutAsync(Put).AsTask());
        Assert.Equal(LutraError.Unavailable, failure.Error);
    }

    [Fact]
    public async Task C07_a_write_whose_connection_breaks_is_unknown_and_never_sent_twice()
    {
        // The first answer keeps the connection: a handler that sends again by itself does so only on a kept one.
        var writes = new Func<ILutraClient, Task>[]
        {
            client => client.PutAsync(Put).AsTask(),
            client => client.DeleteAsync(Delete).AsTask(),
            client => client.TransactAsync(new TransactionOperation([], [Put], [])).AsTask(),
            client => client.CompactAsync(new Revision(2)).AsTask(),
        };
        foreach (var write in writes)
        {
            await using var server = new ScriptedSocket(NotFound(), "", "", "");
            await using var transport = new RestTransport();
            var client = transport.Open(server.Endpoint);
            await client.RangeAsync(Get);
            Assert.Equal(LutraError.OutcomeUnknown, (await Assert.ThrowsAsync<LutraException>(() => write(client))).Error);
            Assert.Equal(2, server.Requests.Count);
        }
    }

    [Fact]
    public async Task A_read_whose_connection_breaks_is_unavailable()
    {
        await using var server = new ScriptedSocket("", "", "", "");
        await using var transport = new RestTransport();
        Assert.Equal(
            LutraError.Unavailable, (await Assert.ThrowsAsync<LutraException>(() => transport.Open(server.Endpoint).RangeAsync(Get).AsTask())).Error);
    }

    [Theory]
    [InlineData("400 Bad Request", "invalid_argument", LutraError.InvalidArgument)]
    [InlineData("403 Forbidden", "denied", LutraError.Denied)]
    [InlineData("404 Not Found", "key_not_found", LutraError.KeyNotFound)]
    [InlineData("404 Not Found", "lease_not_found", LutraError.LeaseNotFound)]
    [InlineData("409 Conflict", "compacted", LutraError.Compacted)]
    [InlineData("409 Conflict", "future_revision", LutraError.FutureRevision)]
    [InlineData("409 Conflict", "session_expired", LutraError.SessionExpired)]
    [InlineData("413 Too Large", "too_large", LutraError.TooLarge)]
    [InlineData("422 Unprocessable", "idempotency_key_reused", LutraError.IdempotencyKeyReused)]
    [InlineData("503 Unavailable", "unavailable", LutraError.Unavailable)]
    [InlineData("503 Unavailable", "overloaded", LutraError.Overloaded)]
    [InlineData("503 Unavailable", "stopped", LutraError.Stopped)]
    [InlineData("504 Timeout", "outcome_unknown", LutraError.OutcomeUnknown)]
    [InlineData("507 No Space", "no_space", LutraError.NoSpace)]
    [InlineData("409 Conflict", "corrupt", LutraError.Corrupt)]
    [InlineData("404 Not Found", "not_found", LutraError.InvalidArgument)]
    [InlineData("405 Not Allowed", "method_not_allowed", LutraError.InvalidArgument)]
    [InlineData("500 Internal", "internal_error", LutraError.OutcomeUnknown)]
    public async Task The_servers_refusals_keep_their_kind_and_their_words(string status, string code, LutraError error)
    {
        await using var server = new ScriptedSocket(ScriptedSocket.Answer(status, Problem.Replace("CODE", code, StringComparison.Ordinal)));
        await using var transport = new RestTransport();
        var failure = await Assert.ThrowsAsync<LutraException>(() => transport.Open(server.Endpoint).PutAsync(Put).AsTask());
        Assert.Equal(error, failure.Error);
        Assert.Contains("the server's words", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("502 Bad Gateway", "<html>", LutraError.OutcomeUnknown, LutraError.Unavailable)]
    [InlineData("503 Unavailable", "", LutraError.OutcomeUnknown, LutraError.Unavailable)]
    [InlineData("503 Unavailable", "{}", LutraError.OutcomeUnknown, LutraError.Unavailable)]
    [InlineData("404 Not Found", "nothing here", LutraError.InvalidArgument, LutraError.InvalidArgument)]
    [InlineData("302 Found", "", LutraError.InvalidArgument, LutraError.InvalidArgument)]
    [InlineData("200 OK", "<html>", LutraError.OutcomeUnknown, LutraError.Unavailable)]
    [InlineData("200 OK", "{}", LutraError.OutcomeUnknown, null)]
    [InlineData("200 OK", "null", LutraError.OutcomeUnknown, LutraError.Unavailable)]
    [InlineData("200 OK", "{\"revision\":\"x\"}", LutraError.OutcomeUnknown, LutraError.Unavailable)]
    public async Task What_another_server_on_the_way_says_proves_nothing_about_a_write(
        string status, string body, LutraError write, LutraError? read)
    {
        await using var server = new ScriptedSocket(ScriptedSocket.Answer(status, body), ScriptedSocket.Answer(status, body));
        await using var transport = new RestTransport();
        var client = transport.Open(server.Endpoint);
        Assert.Equal(write, (await Assert.ThrowsAsync<LutraException>(() => client.PutAsync(Put).AsTask())).Error);
        if (read is not null)
            Assert.Equal(read, (await Assert.ThrowsAsync<LutraException>(() => client.RangeAsync(Get).AsTask())).Error);
    }

    [Fact]
    public async Task Requests_say_what_they_must()
    {
        await using var server = new ScriptedSocket(
            ScriptedSocket.Answer("200 OK", """{"success":true,"revision":5}"""), NotFound());
        await using var transport = new RestTransport();
        var client = transport.Open(new Uri(server.Endpoint, "/store/"));
        Assert.Equal(new PutResult(new Revision(5), null), await client.PutAsync(Put with { ReturnPrevious = true }, new WriteOptions("schlüssel")));
        Assert.Equal(new Revision(9), (await client.RangeAsync(Get, new ReadOptions(Consistency.Local))).Revision);
        Assert.StartsWith("PUT /store/key/a?return_previous=true HTTP/1.1\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/octet-stream\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("Idempotency-Key: schlÃ¼ssel\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.StartsWith("GET /store/key/a?consistency=local HTTP/1.1\r\n", server.Requests[1], StringComparison.Ordinal);
    }

    private static string NotFound() => ScriptedSocket.Answer(
        "404 Not Found", Problem.Replace("CODE", "key_not_found", StringComparison.Ordinal), "Lutra-Revision: 9\r\n");
}
