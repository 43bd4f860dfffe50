using System.Buffers;
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
            return ParseStrictly(shape, json);
        }
        catch (GrpcException)
        {
            if (LooseBase64.Repair(shape, json, DepthMax) is not { } repaired)
                throw;
            return ParseStrictly(shape, repaired);
        }
    }

    private static byte[] ParseStrictly(MessageDescriptor shape, string json)
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

    /// <summary>Without a space, as etcd's: scripts cut values out of it by their looks.</summary>
    public static string Format(MessageDescriptor shape, ReadOnlySpan<byte> message) => WithoutSpaces(Formatter.Format(shape.Parser.ParseFrom(message)));

    private static string WithoutSpaces(string json)
    {
        var kept = ArrayPool<char>.Shared.Rent(json.Length);
        var (length, isText) = (0, false);
        for (var at = 0; at < json.Length; at++)
        {
            var letter = json[at];
            if (letter == ' ' && !isText)
                continue;
            kept[length++] = letter;
            if (letter == '"')
                isText = !isText;
            else if (letter == '\\')
                kept[length++] = json[++at];
        }

        var dense = new string(kept, 0, length);
        ArrayPool<char>.Shared.Return(kept);
        return dense;
    }
}
