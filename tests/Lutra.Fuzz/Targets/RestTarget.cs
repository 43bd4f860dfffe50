using System.Text;
using Lutra.Server.Auth;
using Lutra.Server.Rest;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// A request over REST: first line, headers, an empty line, the body, as a web server hands them over. Whatever it is, the answer is one of 200 to 499, or 503
/// where something is not there; never a failure that nobody foresaw.
/// </summary>
internal sealed class RestTarget : FuzzTarget
{
    private static readonly string[] examples =
    [
        "GET /key/a%2Fb?consistency=local&revision=1",
        "GET /key?key_base64=AA",
        "PUT /key/name?lease=0&return_previous=true\nContent-Type: application/json\nIf-Match: \"7\"\n\n{\"value\":\"otter\",\"client_id\":1,\"request_id\":2}",
        "PUT /key/name\nContent-Type: application/octet-stream\nIf-None-Match: *\nIdempotency-Key: abc\n\nbytes",
        "PUT /key/name?ttl=5\n\n{\"value_base64\":\"AAEC\"}",
        "DELETE /key/name?return_previous",
        "GET /keys?prefix=a&limit=10&sort=revision&descending=true&keys_only",
        "GET /keys?from=a&to=b&count_only=true&min_revision=1&max_revision=9",
        "POST /txn\nContent-Type: application/json\n\n{\"compare\":[{\"key\":\"a\",\"is\":\"=\",\"version\":0}],\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"b\"}},{\"get\":{\"prefix\":\"\"}},{\"delete\":{\"from\":\"a\",\"to\":\"b\"}}],\"else\":[{\"txn\":{\"then\":[{\"get\":{\"key\":\"a\"}}]}}]}",
        "POST /compact\n\n{\"revision\":1}",
        "POST /leases\n\n{\"ttl\":60,\"id\":7}",
        "POST /leases/7/keepalive",
        "GET /leases/7?keys=true",
        "DELETE /leases/7",
        "GET /leases",
        "GET /kv/get?key=a",
        "POST /kv/put\n\n{\"key\":\"a\",\"value\":\"b\"}",
        "GET /kv/all",
        "GET /watch?prefix=a&revision=3&previous=true", "GET /watch?key=a\nAccept: text/event-stream\nLast-Event-ID: 7", "GET /watch?from=a&to=b&puts_only",
        "POST /members\nContent-Type: application/json\n\n{\"node_id\":4,\"address\":\"h4:1\",\"client_address\":\"h4:2\",\"promotion\":\"manual\"}",
        "POST /join\n\n{\"name\":\"4\",\"raft_address\":\"h4:1\"}", "POST /leave\n\n{\"node_id\":\"4\"}", "DELETE /members/4", "POST /members/4/promote",
        "POST /members/4/replace\n\n{\"peer_address\":\"h5:1\"}", "GET /leader", "POST /leader\n\n{\"to\":2}", "POST /leader\n\n{}",
        "GET /snapshot", "GET /metrics\nAccept: application/openmetrics-text; version=1.0.0", "POST /raft/requestVote\n\n{}", "HEAD /key/a", "DELETE /kv/delete?key=a", "GET /health",
        "GET /status", "GET /members", "GET /version", "GET /livez?verbose", "GET /readyz?exclude=x", "GET /openapi.json",
    ];

    private readonly RestFace face;
    private readonly UnforeseenFailures failures = new();

    public RestTarget() => face = new RestFace(CannedStore.Open(), () => null, new Doorkeeper(new AuthOptions()), new RestFaceOptions(), failures, CancellationToken.None);

    public override string Name => "rest";

    public override IReadOnlyList<string> Words { get; } =
    [
        "\n", "\n\n", "&", "=", "?", "/", "%", "%00", "%C3%28", "%2F", "..", "\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e400", "9223372036854775807", "9223372036854775808",
        "\\ud800", "\\u0000", "\"value\"", "\"value_base64\"", "\"compare\"", "\"then\"", "\"txn\"", "\"put\"", "\"get\"", "\"key\"", "_base64", "W/\"7\"", "*", "PUT ", "POST ", "Content-Type: ",
        "Content-Type: application/octet-stream\n", "Idempotency-Key: ", "If-Match: ", "If-None-Match: ", "limit", "revision", "prefix", "sort", "lease", "ttl", "consistency", "Origin: http://x\n", "/watch?", "Last-Event-ID: ",
    ];

    public override byte[] Example(Random random) => Encoding.UTF8.GetBytes(examples[random.Next(examples.Length)]);

    public override void Parse(byte[] input)
    {
        var http = Bed(() => RequestText.ToHttp(input));
        if (http is null)
            return;
        using var ended = new CancellationTokenSource();
        http.RequestAborted = ended.Token;
        var answer = face.HandleAsync(http, mount: "");

        // A watch that was opened goes on until the client is gone.
        if (!answer.IsCompleted)
        {
            ended.Cancel();
            Require(answer.Wait(TimeSpan.FromSeconds(10)), "the request has no end");
        }

        answer.GetAwaiter().GetResult();
        if (failures.Take() is { } failure)
            throw new InvalidDataException("The request failed in a way that nobody foresaw.", failure);
        Require(http.Response.StatusCode is >= 200 and < 500 or 503, $"the answer is {http.Response.StatusCode}");
    }

    public override bool IsDeclared(Exception exception) => false;
}
