using System.IO.Pipelines;
using System.Text;
using Google.Protobuf;
using Lutra.Server.Auth;
using Lutra.Server.Etcd;
using Lutra.Server.Etcd.Gateway;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// A request to etcd's JSON gateway, as <see cref="RestTarget"/> has it: answered by a face without a node, so that everything up to the call itself is done; then
/// a stream's body as the messages of one, which such a face does not look at. A message of a stream that was read and is written as JSON must read as the same.
/// </summary>
internal sealed class GatewayTarget : FuzzTarget
{
    private const int MessageBytesMax = 128 * 1024;
    private const int MessagesMax = 50;

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private readonly UnforeseenFailures failures = new();
    private readonly EtcdGateway gateway;

    public GatewayTarget() =>
        gateway = new EtcdGateway(new EtcdFace(() => null, new Doorkeeper(new AuthOptions()), new EtcdFaceOptions(), false, CancellationToken.None), failures);

    public override string Name => "etcd.gateway";

    // Most of its time goes into the requests that stand around the parser.
    public override int Share => 6;

    public override IReadOnlyList<string> Words { get; } =
    [
        "\n", "\n\n", "\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e400", "1.5", "\"9223372036854775808\"", "\\ud800", "\\u0000", "\"key\"", "\"range_end\"", "\"rangeEnd\"",
        "\"success\"", "\"request_txn\"", "\"requestRange\"", "\"request_put\"", "\"compare\"", "\"create_request\"", "{}", "\"ID\"", "\"TTL\"", "\"AAA=\"", "\"A\"", "\"DESCEND\"", "\"@type\"",
        "/v3/kv/range", "/v3alpha/", "Authorization: a.1", "Grpc-Timeout: 1S", "Grpc-Metadata-token: x", "Origin: http://x",
    ];

    public override byte[] Example(Random random)
    {
        var route = GatewayRoute.All[random.Next(GatewayRoute.All.Count)];
        var draw = new ProtoDraw(random);
        var messages = Enumerable.Range(0, route.Method.IsClientStreaming ? random.Next(4) : 1).Select(_ => Formatter.Format(draw.Message(route.Method.InputType)));
        return Encoding.UTF8.GetBytes($"POST /v3{route.Path}\nGrpc-Timeout: 5S\n\n{string.Join('\n', messages)}");
    }

    public override void Parse(byte[] input)
    {
        var http = Bed(() => RequestText.ToHttp(input));
        if (http is null)
            return;
        var path = Bed(() => PathOf(http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget));
        http.Request.Path = path;
        if (!EtcdGateway.Serves(http.Request))
            return;
        var answer = gateway.HandleAsync(http);
        Require(answer.IsCompleted, "the request has no end");
        answer.GetAwaiter().GetResult();
        if (failures.Take() is { } failure)
            throw new InvalidDataException("The request failed in a way that nobody foresaw.", failure);
        Require(http.Response.StatusCode is >= 200 and < 500 or 501 or 503, $"the answer is {http.Response.StatusCode}");
        if (GatewayRoute.All.FirstOrDefault(route => path.EndsWith(route.Path, StringComparison.Ordinal)) is { } known)
            ReadMessages(known, input);
    }

    public override bool IsDeclared(Exception exception) => exception is GrpcException;

    private void ReadMessages(GatewayRoute route, byte[] input)
    {
        var body = input.AsSpan().IndexOf("\n\n"u8);
        if (body < 0 || !route.Method.IsClientStreaming)
            return;
        var reader = Bed(() => PipeReader.Create(new MemoryStream(input, body + 2, input.Length - body - 2), new StreamPipeReaderOptions(bufferSize: 1024, minimumReadSize: 1)));
        var requests = new GatewayRequests(reader, route.Method.InputType, MessageBytesMax);
        // What one leaves behind is gone when the next is read.
        for (var count = 0; count < MessagesMax && Next(requests.ReadAsync(CancellationToken.None)); count++)
        {
            Require(
                Bed(() =>
                {
                    var read = route.Method.InputType.Parser.ParseFrom(requests.Message.Span);
                    var again = GatewayJson.Parse(route.Method.InputType, GatewayJson.Format(route.Method.InputType, requests.Message.Span));
                    return read.Equals(route.Method.InputType.Parser.ParseFrom(again));
                }),
                "a message that was read is written as another");
        }
    }

    private static bool Next(ValueTask<bool> read)
    {
        Require(read.IsCompleted, "it waits for a body that has ended");
        return read.Result;
    }

    private static string PathOf(string target) => Uri.UnescapeDataString(target.Split('?')[0]);
}
