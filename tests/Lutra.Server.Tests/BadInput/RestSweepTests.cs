using System.Text;
using Lutra.Server.Tests.OpenApi;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.BadInput;

/// <summary>
/// Every operation of openapi.json, asked wrongly in every way that its description lets one think of: refused with a 4xx whose body says what is wrong, and
/// nothing has changed. What is added to the document is swept by itself.
/// </summary>
public sealed class RestSweepTests : IDisposable
{
    private const int HangUpsMax = 3;

    private static readonly string[] LeaksOfTheInside = ["Exception", "   at ", "System.", "Microsoft.", "Lutra.Server", "Lutra.Node", ".cs:", "BytePositionInLine", "isFinalBlock"];
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lutra-sweep-tests-");
    private int hangUps;

    public static TheoryData<string> Operations => [.. ApiDocument.Own.Operations.Where(one => !one.Path.StartsWith("/raft/", StringComparison.Ordinal)).Select(one => $"{one.Verb} {one.Path}")];

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_is_asked_wrongly_is_refused_with_its_reason_and_changes_nothing(string operation)
    {
        var (path, verb, described) = ApiDocument.Own.Operations.Single(one => $"{one.Verb} {one.Path}" == operation);
        var askable = new Askable(path, verb, described);
        await using var node = await StartedAsync();
        var before = await FingerprintAsync(node);
        var isEndless = described.GetProperty("responses").TryGetProperty("200", out var good)
            && ApiDocument.Own.Resolve(good).TryGetProperty("content", out var content) && content.TryGetProperty("text/event-stream", out _);
        foreach (var request in Spoiling.All(askable).Where(request => request.IsWrong || !isEndless).OrderByDescending(request => request.IsWrong))
        {
            var answer = await SendAsync(node, request);
            Assert.True(answer.Status < 500, $"{request}: {answer.Status} {answer.Text}");
            Assert.True(!request.IsWrong || answer.Status >= 400, $"{request} was done: {answer.Status} {answer.Text}");
            if (answer.Status < 400)
                before = await FingerprintAsync(node);
            else
                CheckRefusal(request, answer);
            var after = await FingerprintAsync(node);
            Assert.True(before == after, $"{request} was refused with {answer.Status}, and changed the store:\n{before}\n{after}");
        }
    }

    [Theory]
    [InlineData("GET /keys?limit=1&limit=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404)]
    [InlineData("GET //key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404)]
    [InlineData("GET /key\0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /keys HTTP/1.1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /keys HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET /keys HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n", 505)]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("FOO /keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405)]
    [InlineData("get /keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405)]
    [InlineData("PUT /key/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("PUT /key/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("PUT /key/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n", 400)]
    [InlineData("PUT /key/a HTTP/1.1\r\nHost: x\r\nIdempotency-Key: \u0001\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 400)]
    public async Task What_is_no_request_is_refused_before_it_gets_far(string bytes, int status)
    {
        await using var node = await StartedAsync();
        using var socket = await RawHttp.DialAsync(node.Server.Address.Port);
        await using var stream = new System.Net.Sockets.NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));
        using var received = new MemoryStream();
        await stream.CopyToAsync(received).WaitAsync(TimeSpan.FromSeconds(120));
        Assert.StartsWith($"HTTP/1.1 {status} ", Encoding.Latin1.GetString(received.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_line_beyond_its_limit_is_refused_with_414()
    {
        await using var node = await StartedAsync();
        var answer = await RawHttp.SendAsync(node.Server.Address.Port, "GET", $"/keys?prefix={new string('x', 300_000)}");
        Assert.Equal(414, answer.Status);
        answer = await RawHttp.SendAsync(node.Server.Address.Port, "GET", "/keys", $"X-Long: {new string('x', 300_000)}\r\n");
        Assert.Equal(431, answer.Status);
    }

    [Fact]
    public async Task Random_requests_never_make_the_server_fail()
    {
        await using var node = await StartedAsync();
        var random = new Random(20261121);
        var operations = ApiDocument.Own.Operations.Where(one => one.Path is not "/watch" && !one.Path.StartsWith("/raft/", StringComparison.Ordinal))
            .SelectMany(one => Spoiling.All(new Askable(one.Path, one.Verb, one.Operation)).Where(request => request.Body.Length < 100_000 && request.Target.Length < 10_000)).ToArray();
        string[] verbs = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"];
        for (var round = 0; round < 1500; round++)
        {
            var (one, other, third) = (Pick(operations), Pick(operations), Pick(operations));
            if (one.Target.StartsWith("/watch", StringComparison.Ordinal))
                continue;
            var body = other.Body.ToArray();
            for (var flips = random.Next(3); flips > 0 && body.Length > 0; flips--)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            var request = new BadRequest(random.Next(3) == 0 ? Pick(verbs) : one.Method, one.Target, third.Headers, body, IsWrong: false);
            var answer = await SendAsync(node, request);
            Assert.True(answer.Status < 500, $"{request}: {answer.Status} {answer.Text}");
            if (answer.Status >= 400 && request.Method != "HEAD")
                CheckRefusal(request, answer);
        }

        T Pick<T>(T[] from) => from[random.Next(from.Length)];
    }

    // A server hangs up on who is slow, and a machine that stands still for seconds makes anybody slow: of thousands of requests a few may be asked again.
    private async Task<Answer> SendAsync(ServedNode node, BadRequest request)
    {
        while (true)
        {
            try
            {
                return await RawHttp.SendAsync(node.Server.Address.Port, request.Method, request.Target, request.Headers, request.Body);
            }
            catch (IOException) when (++hangUps <= HangUpsMax)
            {
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{request}: {failure.Message}", failure);
            }
        }
    }

    // The state as clients can see it. (A hash of all of it would also count what a refused command leaves in the log: its time.)
    private static async Task<string> FingerprintAsync(ServedNode node)
    {
        var found = await node.Node.RangeAsync(new RangeOperation(KeyRange.All), new ReadOptions(Consistency.Local));
        var status = await node.Node.StatusAsync();
        var members = await node.Node.MembersAsync();
        var leases = await node.Node.LeasesAsync();
        var keys = found.KeyValues.Select(one => $"{Convert.ToHexString(one.Key.Span)}={Convert.ToHexString(one.Value.Span)}@{one.ModRevision} {one.Lease}");
        return $"revision {status.Revision}, compacted {status.CompactRevision}, leases {string.Join(' ', leases)}, members {string.Join(' ', members.Members)}, keys {string.Join(' ', keys)}";
    }

    private static void CheckRefusal(BadRequest request, Answer answer)
    {
        Assert.InRange(answer.Status, 400, 499);

        // What a path or verb is refused for, and what Kestrel refuses, is tested by itself.
        if (answer.Status == 405)
            Assert.NotEmpty(answer.Headers["Allow"]);
        if (answer.Body.Length == 0)
        {
            Assert.True(answer.Status is 400 or 414 or 431, $"{request}: {answer.Status} without a word.");
            return;
        }

        if (answer.Headers["Content-Type"].StartsWith("text/plain", StringComparison.Ordinal))
            return;
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
        var problem = answer.Json;
        var schema = ApiDocument.Own.Root.GetProperty("components").GetProperty("schemas").GetProperty("Problem");
        Assert.Empty(ApiDocument.Own.Misfits(schema, problem, request.ToString()));
        Assert.Equal(answer.Status, problem.GetProperty("status").GetInt32());
        Assert.True(
            problem.TryGetProperty("detail", out var detail) ? detail.GetString()!.Length > 10 : problem.GetProperty("code").GetString() == "key_not_found",
            $"{request}: {answer.Text} does not say what is wrong.");
        foreach (var leak in LeaksOfTheInside)
            Assert.DoesNotContain(leak, answer.Text, StringComparison.Ordinal);
        Assert.True(answer.Text.Length < 2000, $"{request}: a refusal of {answer.Text.Length} characters.");
    }

    private async Task<ServedNode> StartedAsync()
    {
        var node = await ServedNode.ListenAsync();
        await node.StartAsync(directory.FullName);
        await node.Node.WaitUntilReadyAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await node.Node.PutAsync("7", "seven");
        await node.Node.GrantLeaseAsync(100_000, 7);
        await node.Node.PutAsync(new PutOperation("held"u8.ToArray(), "x"u8.ToArray(), 7));
        return node;
    }
}
