using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lutra.Cli.Transfer;

/// <summary>
/// A key and its value as one line of JSON: <c>{"key":"a","value":"b"}</c>, with <c>key_base64</c> and <c>value_base64</c> where the bytes are not UTF-8.
/// </summary>
internal static class KeyLine
{
    /// <summary>A line longer than this holds no request that a server takes.</summary>
    public const int LengthMax = 8 * 1024 * 1024;

    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(KeyValue found)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Written))
        {
            json.WriteStartObject();
            Write(json, "key", found.Key.Span);
            Write(json, "value", found.Value.Span);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <exception cref="FormatException">The line is none; says why.</exception>
    public static PutOperation Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("it is no JSON object");
            byte[]? key = null, value = null;
            foreach (var property in json.RootElement.EnumerateObject())
            {
                switch (property.Name)
                {
                    case "key" or "key_base64":
                        key = key is null ? Bytes(property) : throw new FormatException("it has two keys");
                        break;
                    case "value" or "value_base64":
                        value = value is null ? Bytes(property) : throw new FormatException("it has two values");
                        break;
                }
            }

            return new PutOperation(key ?? throw new FormatException("it has no \"key\""), value ?? throw new FormatException("it has no \"value\""));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // A name with half a surrogate pair passes as JSON, and shows when it is read.
            throw new FormatException("it is no JSON");
        }
    }

    private static void Write(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            json.WriteString(name, bytes);
        else
            json.WriteBase64String($"{name}_base64", bytes);
    }

    private static byte[] Bytes(JsonProperty property)
    {
        if (property.Value.ValueKind != JsonValueKind.String)
            throw new FormatException($"\"{property.Name}\" is no text");
        try
        {
            return property.Name.EndsWith("_base64", StringComparison.Ordinal) ? property.Value.GetBytesFromBase64() : Encoding.UTF8.GetBytes(property.Value.GetString()!);
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException)
        {
            throw new FormatException($"\"{property.Name}\" cannot be read as {(property.Name.EndsWith("_base64", StringComparison.Ordinal) ? "base64" : "UTF-8")}");
        }
    }
}
