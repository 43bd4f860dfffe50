using Google.Protobuf;
using Google.Protobuf.Reflection;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd.Gateway;

/// <summary>
/// Protobuf as JSON, in etcd's way: names as they stand in the .proto files, numbers of 64 bits as text, bytes as base64, and nothing where there is the default:
/// Patroni takes a time to live that is there for one that is not over. What comes in may use either spelling of a name, and names that nobody knows.
/// </summary>
internal static class GatewayJson
{
    // Nested transactions go deeper than the parser's own limit of 100: two levels for each.
    private const int DepthMax = 300;
    private const int ReasonMax = 300;

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly JsonParser Parser = new(new JsonParser.Settings(DepthMax).WithIgnoreUnknownFields(true));

    /// <summary>JSON to a message's bytes. No text at all stands for an empty message.</summary>
    public static byte[] Parse(MessageDescriptor shape, string json)
    {
        try
        {
            return string.IsNullOrWhiteSpace(json) ? [] : Parser.Parse(json, shape).ToByteArray();
        }
        catch (Exception malformed) when (malformed is InvalidJsonException or InvalidProtocolBufferException or FormatException or OverflowException)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"the body is no {shape.Name} in JSON: {Shown(malformed.Message)}");
        }
    }

    // It may quote what was sent.
    private static string Shown(string reason) => reason.Length <= ReasonMax ? reason : $"{reason[..ReasonMax]}...";

    public static string Format(MessageDescriptor shape, ReadOnlySpan<byte> message) => Formatter.Format(shape.Parser.ParseFrom(message));
}
