using System.Net;
using System.Text;
using Lutra.Client.Rest;
using Lutra.Protocol;

namespace Lutra.Fuzz.Targets;

/// <summary>What a server, or whoever says that it is one, answers to the client: the first byte chooses the call, the second the status, then the body.</summary>
internal sealed class ClientTarget : FuzzTarget
{
    private const int Calls = 16;

    private const string KeyValue = "{\"key\":\"a\",\"value\":\"b\",\"create_revision\":1,\"revision\":2,\"version\":1,\"lease\":0}";

    private static readonly HttpStatusCode[] statuses = [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable];

    private static readonly string[] examples =
    [
        $"{{\"revision\":7,\"previous\":{KeyValue}}}",
        $"{{\"revision\":7,\"deleted\":1,\"previous\":[{KeyValue}]}}",
        KeyValue,
        $"{{\"revision\":7,\"keys\":[{KeyValue},{KeyValue}],\"count\":2,\"more\":false}}",
        $"{{\"revision\":7,\"succeeded\":true,\"results\":[{{\"put\":{{\"revision\":7}}}},{{\"get\":{{\"revision\":7,\"keys\":[],\"count\":0,\"more\":false}}}},{{\"txn\":{{\"revision\":7,\"succeeded\":false,\"results\":[]}}}}]}}",
        "{\"revision\":7}",
        "{\"revision\":7,\"lease\":7,\"ttl\":60}",
        "{\"lease\":7,\"granted_ttl\":60,\"ttl\":30,\"keys\":[{\"key\":\"a\"}]}",
        "{\"leases\":[1,2,3]}",
        "{\"name\":\"1\",\"id\":\"00aa\",\"cluster\":\"00cc\",\"cluster_name\":\"1\",\"role\":\"leader\",\"term\":3,\"leader_id\":\"1\",\"commit_index\":1,\"applied_index\":1,\"last_index\":1,\"revision\":1,\"compact_revision\":0,\"members\":3,\"version\":\"0.1.0\",\"health\":\"ok\",\"waiting\":[]}",
        "{\"cluster\":\"00cc\",\"members\":[{\"id\":\"00aa\",\"name\":\"1\",\"peer_address\":\"a:1\",\"client_address\":\"a:2\",\"is_learner\":false,\"has_started\":true,\"is_leader\":true}]}",
        $"data: {{\"revision\":7,\"events\":[{{\"type\":\"put\",\"kv\":{KeyValue},\"previous\":{KeyValue}}},{{\"type\":\"delete\",\"kv\":{KeyValue}}}]}}\n\nevent: error\ndata: {{\"error\":\"x\",\"code\":\"compacted\"}}\n\n",
        "{\"status\":\"ok\",\"member_id\":\"00aa\",\"changed\":true,\"cluster\":\"00cc\",\"members\":[{\"id\":\"00aa\",\"name\":\"1\",\"node_id\":4,\"peer_address\":\"a:1\",\"client_address\":\"a:2\",\"is_learner\":true,\"has_started\":false,\"is_leader\":false,\"promotion\":\"manual\",\"replaces\":\"00bb\"}]}",
        "{\"status\":\"ok\",\"leader_id\":\"2\"}",
        "{\"error\":\"no\",\"code\":\"unavailable\",\"detail\":\"x\",\"leader_id\":\"1\"}",
    ];

    public override string Name => "client";

    public override int Share => 8;

    public override IReadOnlyList<string> Words { get; } =
        ["null", "[null]", "{}", "[]", "\"\"", "-1", "1.5", "9223372036854775808", "true", "\"put\":", "\"get\":", "\"keys\":", "\"kv\":null", "\"results\":null", "\n", "\n\n", "data:", "event: error\n", "data: null\n\n", "\"\\ud800\"", "\"value_base64\":\"_\""];

    public override byte[] Example(Random random)
    {
        var call = random.Next(Calls);
        return [(byte)call, (byte)random.Next(statuses.Length), .. Encoding.UTF8.GetBytes(examples[random.Next(4) == 0 ? random.Next(examples.Length) : Math.Min(call, examples.Length - 1)])];
    }

    public override void Parse(byte[] input)
    {
        if (input.Length < 2)
            return;
        using var http = new HttpClient(new Answering(statuses[input[1] % statuses.Length], input[2..]));
        var call = Call(new RestEndpoint(http, new Uri("http://localhost:2379")), input[0] % Calls);
        Require(call.IsCompleted, "the call waits for an answer that is there");
        call.GetAwaiter().GetResult();
    }

    public override bool IsDeclared(Exception exception) => exception is LutraException;

    private static Task Call(RestEndpoint server, int call)
    {
        var key = "a"u8.ToArray();
        return call switch
        {
            0 => server.PutAsync(new PutOperation(key, key)).AsTask(),
            1 => server.DeleteAsync(new DeleteOperation(KeyRange.Single(key))).AsTask(),
            2 => server.RangeAsync(new RangeOperation(KeyRange.Single(key))).AsTask(),
            3 => server.RangeAsync(new RangeOperation(KeyRange.All)).AsTask(),
            4 => server.TransactAsync(new TransactionOperation([], [], [])).AsTask(),
            5 => server.CompactAsync(new Revision(1)).AsTask(),
            6 => server.GrantLeaseAsync(60).AsTask(),
            7 => server.LeaseAsync(7, withKeys: true).AsTask(),
            8 => server.LeasesAsync().AsTask(),
            9 => server.StatusAsync().AsTask(),
            10 => server.MembersAsync().AsTask(),
            12 => server.ChangeMembersAsync(new RemoveMember("4")).AsTask(),
            13 => server.MoveLeaderAsync("2").AsTask(),
            14 => DrainAsync(server.SnapshotAsync()),
            11 => DrainAsync(server.WatchAsync(new WatchOperation(KeyRange.All))),
            _ => server.KeepAliveAsync(7).AsTask(),
        };
    }

    private static async Task DrainAsync(IAsyncEnumerable<WatchBatch> batches)
    {
        await foreach (var batch in batches)
            Require(!batch.Events.IsDefault, "a batch without a list");
    }

    private static async Task DrainAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        await foreach (var piece in pieces)
            Require(!piece.IsEmpty, "a piece of nothing");
    }

    private sealed class Answering(HttpStatusCode status, byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
            response.Headers.TryAddWithoutValidation(LutraHeaders.Revision, "7");
            return Task.FromResult(response);
        }
    }
}
