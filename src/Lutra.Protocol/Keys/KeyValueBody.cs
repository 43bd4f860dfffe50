using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>
/// One version of a key:
/// <c>{"key":"name","value":"otter","revision":7,"create_revision":5,"version":2,"lease":0,"exists":true}</c>, where
/// <c>key_base64</c> and <c>value_base64</c> stand for bytes that are not UTF-8. <c>revision</c> is the one that wrote this version.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct KeyValueBody(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, long Revision, long CreateRevision, long Version, long Lease)
{
    private static readonly JsonEncodedText KeyName = JsonEncodedText.Encode("key");
    private static readonly JsonEncodedText KeyBase64Name = JsonEncodedText.Encode("key_base64");
    private static readonly JsonEncodedText ValueName = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText ValueBase64Name = JsonEncodedText.Encode("value_base64");
    private static readonly JsonEncodedText RevisionName = JsonEncodedText.Encode("revision");
    private static readonly JsonEncodedText CreateRevisionName = JsonEncodedText.Encode("create_revision");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText LeaseName = JsonEncodedText.Encode("lease");
    private static readonly JsonEncodedText ExistsName = JsonEncodedText.Encode("exists");

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        BytesJson.Write(writer, KeyName, KeyBase64Name, Key.Span);
        BytesJson.Write(writer, ValueName, ValueBase64Name, Value.Span);
        writer.WriteNumber(RevisionName, Revision);
        writer.WriteNumber(CreateRevisionName, CreateRevision);
        writer.WriteNumber(VersionName, Version);
        writer.WriteNumber(LeaseName, Lease);
        writer.WriteBoolean(ExistsName, Version > 0);
        writer.WriteEndObject();
    }

    /// <summary>Reads the object that the reader stands on the start of. Members it does not know are passed over.</summary>
    public static KeyValueBody Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        var body = default(KeyValueBody);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "key": body = body with { Key = BytesJson.ReadText(ref reader) }; break;
                case "key_base64": body = body with { Key = BytesJson.ReadBase64(ref reader) }; break;
                case "value": body = body with { Value = BytesJson.ReadText(ref reader) }; break;
                case "value_base64": body = body with { Value = BytesJson.ReadBase64(ref reader) }; break;
                case "revision": body = body with { Revision = reader.GetInt64() }; break;
                case "create_revision": body = body with { CreateRevision = reader.GetInt64() }; break;
                case "version": body = body with { Version = reader.GetInt64() }; break;
                case "lease": body = body with { Lease = reader.GetInt64() }; break;
                default: reader.Skip(); break;
            }
        }

        return body;
    }

    internal sealed class Converter : JsonConverter<KeyValueBody>
    {
        public override KeyValueBody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            KeyValueBody.Read(ref reader);

        public override void Write(Utf8JsonWriter writer, KeyValueBody value, JsonSerializerOptions options) => value.Write(writer);
    }
}
