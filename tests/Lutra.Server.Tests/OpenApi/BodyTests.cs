using System.Text;
using System.Text.Json;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.OpenApi;

/// <summary>What a real node answers has the shape that the document says, member by member.</summary>
public sealed class BodyTests : IDisposable
{
    private static readonly string[] Script =
    [
        """PUT /key/name {"value":"otter"}""",
        """PUT /key/bytes {"value_base64":"/wA="}""",
        """PUT /key/name?return_previous {"value":"again"}""",
        """PUT /key/mine?ttl=600 {"value":"leased"}""",
        """PUT /key/numbered {"value":"x","client_id":7,"request_id":12}""",
        """PUT /key/numbered {"value":"y","client_id":7,"request_id":12}""",
        "PUT /key/name {}",
        "PUT /key/name?forward=maybe {}",
        """PUT /key/name?lease=77 {"value":"x"}""",
        "GET /key/name",
        "GET /key/bytes",
        "GET /key/none",
        "GET /key?key_base64=bmFtZQ",
        "GET /key/name?revision=99999",
        "GET /keys",
        "GET /keys?limit=1",
        "GET /keys?limit=-1",
        """POST /txn {"compare":[{"key":"name","version":0}],"then":[{"put":{"key":"x","value":"y"}}],"else":[{"get":{"prefix":""}},{"delete":{"key":"x","return_previous":true}},{"put":{"key":"name","value":"z","return_previous":true}},{"txn":{"then":[{"put":{"key":"in","value":"in"}}]}}]}""",
        "POST /txn {}",
        "POST /txn []",
        """POST /kv/put {"key":"a","value":"b"}""",
        "GET /kv/get/a",
        "GET /kv/get?key_base64=YQ",
        "GET /kv/all",
        "DELETE /kv/delete/a",
        "DELETE /kv/delete?key_base64=YQ",
        """POST /leases {"ttl":600,"id":5}""",
        """POST /leases {"ttl":600,"id":5}""",
        """PUT /key/held?lease=5 {"value":"x"}""",
        "GET /leases",
        "GET /leases/5?keys",
        "GET /leases/6",
        "POST /leases/5/keepalive",
        "DELETE /leases/5",
        "DELETE /key/name?return_previous",
        "DELETE /key/name",
        """POST /compact {"revision":3}""",
        """POST /compact {"revision":3000}""",
        "GET /key/name?revision=2",
        "GET /status",
        "GET /members",
        "GET /leader",
        """POST /leader {"to":1}""",
        """POST /leader {"to":"otter"}""",
        """POST /members {"node_id":2,"address":"localhost:9","promotion":"manual"}""",
        """POST /members {"node_id":1,"address":"localhost:10"}""",
        """POST /join {"node_id":"2","raft_address":"localhost:9"}""",
        "GET /members",
        "POST /members/2/promote",
        """POST /members/2/replace {"address":"localhost:11"}""",
        "DELETE /members/localhost:11",
        """POST /leave {"node_id":3}""",
        "GET /auth",
        "POST /auth/enable",
        "POST /auth/disable",
        """POST /auth/login {"name":"alice","password":"x"}""",
        """POST /users {"name":"alice","password":"x"}""",
        """POST /users {"name":"alice","password":"x"}""",
        """POST /users {"name":"robot","no_password":true}""",
        """POST /roles {"name":"readers"}""",
        """POST /roles/readers/permissions {"kind":"read","prefix":"config/"}""",
        """POST /roles/readers/permissions {"kind":"readwrite","key_base64":"/w=="}""",
        """POST /roles/readers/permissions {"kind":"write","from":"x"}""",
        "DELETE /roles/readers/permissions?prefix=config/",
        "DELETE /roles/readers/permissions?key=none",
        "PUT /users/alice/roles/readers",
        "PUT /users/alice/roles/none",
        """PUT /users/alice/password {"password":"y"}""",
        "GET /users",
        "GET /users/alice",
        "GET /users/none",
        "GET /roles",
        "GET /roles/readers",
        "DELETE /users/alice/roles/readers",
        "DELETE /roles/readers",
        "DELETE /users/alice",
        "GET /version",
        "GET /health",
        "GET /raft/stream",
        "POST /raft/requestVote",
        "PATCH /keys",
    ];

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lutra-openapi-tests-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Every_body_fits_the_schema_of_its_answer()
    {
        await using var node = await StartedAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        var seen = new HashSet<string>();
        foreach (var line in Script)
        {
            var (status, body) = await SendAsync(http, line);
            var target = line.Split(' ')[1];
            var template = ApiDocument.Own.TemplateOf(target) ?? throw new InvalidOperationException($"{target} is not in the document.");
            var schema = SchemaOf(template, line.Split(' ')[0], status);
            Assert.Empty(ApiDocument.Own.Misfits(schema, JsonDocument.Parse(body).RootElement, $"{line}: {status} {body}"));
            seen.Add(template);
        }

        // What has a JSON answer and is not asked here would not be noticed.
        var json = ApiDocument.Own.Operations.Where(one =>
            one.Operation.GetProperty("responses").TryGetProperty("200", out var good)
            && ApiDocument.Own.Resolve(good).TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out _));
        Assert.Subset(seen, json.Select(one => one.Path).Where(path => path != "/openapi.json").ToHashSet());
    }

    [Fact]
    public async Task A_message_of_a_watch_fits_its_schema()
    {
        await using var node = await StartedAsync();
        await node.Node.PutAsync("a", "1");
        await node.Node.PutAsync("a", "2");
        await node.Node.DeleteAsync(new DeleteOperation(KeyRange.Single("a"u8.ToArray())));
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        await using var stream = await http.GetStreamAsync("/watch?revision=1&previous");
        using var reader = new StreamReader(stream);
        var schema = ApiDocument.Own.Root.GetProperty("components").GetProperty("schemas").GetProperty("WatchMessage");
        for (var messages = 0; messages < 4;)
        {
            var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            if (!line!.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            Assert.Empty(ApiDocument.Own.Misfits(schema, JsonDocument.Parse(line[6..]).RootElement, line));
            messages++;
        }
    }

    [Fact]
    public async Task The_examples_of_the_document_fit_and_are_taken()
    {
        await using var node = await StartedAsync();
        for (var at = 0; at < 7; at++)
            await node.Node.PutAsync("name", $"{at}");
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        foreach (var (path, verb, operation) in ApiDocument.Own.Operations)
        {
            if (!operation.TryGetProperty("requestBody", out var body) || !body.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out var example))
                continue;
            Assert.Empty(ApiDocument.Own.Misfits(body.GetProperty("content").GetProperty("application/json").GetProperty("schema"), example, $"{verb} {path}"));
            var target = path.Replace("{key}", "name", StringComparison.Ordinal).Replace("{member}", "4", StringComparison.Ordinal)
                .Replace("{user}", "alice", StringComparison.Ordinal).Replace("{role}", "readers", StringComparison.Ordinal) + (path == "/key" ? "?key_base64=bmFtZQ" : "");

            // Here nobody needs to log in.
            Assert.Equal(path == "/auth/login" ? 409 : 200, (await SendAsync(http, $"{verb} {target} {example.GetRawText()}")).Status);
        }
    }

    [Fact]
    public void What_does_not_fit_is_noticed()
    {
        var schema = ApiDocument.Own.Root.GetProperty("components").GetProperty("schemas").GetProperty("Granted");
        Assert.Single(Misfits("""{"lease":1,"ttl":2}"""));
        Assert.Single(Misfits("""{"lease":1,"ttl":2,"revision":3,"more":4}"""));
        Assert.Single(Misfits("""{"lease":1,"ttl":"2","revision":3}"""));
        Assert.Single(Misfits("[]"));
        Assert.Empty(Misfits("""{"lease":1,"ttl":2,"revision":3}"""));

        IEnumerable<string> Misfits(string json) => ApiDocument.Own.Misfits(schema, JsonDocument.Parse(json).RootElement, "it");
    }

    private static JsonElement SchemaOf(string template, string verb, int status)
    {
        var operation = ApiDocument.Own.Operations.SingleOrDefault(one => one.Path == template && one.Verb == verb).Operation;
        if (status == 405)
            return ApiDocument.Own.Root.GetProperty("components").GetProperty("schemas").GetProperty("Problem");
        var content = ApiDocument.Own.Resolve(operation.GetProperty("responses").GetProperty($"{status}")).GetProperty("content");
        return (content.TryGetProperty("application/json", out var plain) ? plain : content.GetProperty("application/problem+json")).GetProperty("schema");
    }

    private static async Task<(int Status, string Body)> SendAsync(HttpClient http, string line)
    {
        var parts = line.Split(' ', 3);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
        if (parts.Length > 2)
            request.Content = new StringContent(parts[2], Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<ServedNode> StartedAsync()
    {
        var node = await ServedNode.ListenAsync();
        await node.StartAsync(directory.FullName);
        await node.Node.WaitUntilReadyAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return node;
    }
}
