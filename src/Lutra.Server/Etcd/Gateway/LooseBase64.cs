using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Lutra.Server.Etcd.Gateway;

/// <summary>
/// Bytes without padding, or in the letters of URLs: etcd takes them from 3.6 on. Only looked for where a body could not be read otherwise.
/// </summary>
internal static class LooseBase64
{
    /// <summary>The body with every field of bytes in the usual letters and padded; null where nothing had to be changed, or it is no JSON.</summary>
    public static string? Repair(MessageDescriptor shape, string json, int depthMax)
    {
        try
        {
            var body = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = depthMax }) as JsonObject;
            return body is not null && Repair(shape, body) ? body.ToJsonString(new JsonSerializerOptions { MaxDepth = depthMax }) : null;
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException or InvalidOperationException)
        {
            return null; // A name that comes twice is found late.
        }
    }

    private static bool Repair(MessageDescriptor shape, JsonObject message)
    {
        var changed = false;
        foreach (var field in shape.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.Bytes or FieldType.Message))
                continue;
            changed |= RepairField(field, message, field.Name);
            if (field.JsonName != field.Name)
                changed |= RepairField(field, message, field.JsonName);
        }

        return changed;
    }

    private static bool RepairField(FieldDescriptor field, JsonObject message, string name)
    {
        switch (message[name])
        {
            case JsonArray several:
                var changed = false;
                for (var at = 0; at < several.Count; at++)
                {
                    if (several[at] is JsonObject inner && field.FieldType == FieldType.Message)
                        changed |= Repair(field.MessageType, inner);
                    else if (several[at] is JsonValue value && Repaired(field, value) is { } one)
                        (several[at], changed) = (one, true);
                }

                return changed;
            case JsonObject inner when field.FieldType == FieldType.Message:
                return Repair(field.MessageType, inner);
            case JsonValue value when Repaired(field, value) is { } one:
                message[name] = one;
                return true;
            default:
                return false;
        }
    }

    private static string? Repaired(FieldDescriptor field, JsonValue value)
    {
        if (field.FieldType != FieldType.Bytes || !value.TryGetValue<string>(out var text))
            return null;
        var usual = text.Replace('-', '+').Replace('_', '/');
        usual = usual.PadRight((usual.Length + 3) / 4 * 4, '=');
        return usual == text ? null : usual;
    }
}
