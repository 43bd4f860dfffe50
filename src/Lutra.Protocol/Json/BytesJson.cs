using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Lutra.Protocol;

/// <summary>
/// Bytes in JSON. Valid UTF-8 is a string under its name (<c>"key":"otter"</c>); anything else is base64 under the name with <c>_base64</c> behind it
/// (<c>"key_base64":"/w=="</c>). Readers take either for any bytes.
/// </summary>
public static class BytesJson
{
    /// <summary>Whether the bytes go as text.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes);

    /// <summary>Writes one member, under the first name or the second.</summary>
    public static void Write(Utf8JsonWriter writer, JsonEncodedText textName, JsonEncodedText base64Name, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            writer.WriteString(textName, bytes);
        else
            writer.WriteBase64String(base64Name, bytes);
    }

    /// <summary>The bytes of the string that the reader stands on, unescaped. Throws <see cref="JsonException"/> where it is no string, or no Unicode.</summary>
    public static byte[] ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("A string was expected.");

        // Escapes only ever shrink, so the raw length is enough for what comes out.
        var rawLength = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(rawLength, 1));
        try
        {
            var length = reader.CopyString(buffer);
            return buffer.AsSpan(0, length).ToArray();
        }
        catch (InvalidOperationException broken)
        {
            throw new JsonException("A string holds half a surrogate pair or bytes that are not UTF-8: send such bytes as base64.", broken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The bytes of the base64 string that the reader stands on. Throws <see cref="JsonException"/> where it is none.</summary>
    public static byte[] ReadBase64(ref Utf8JsonReader reader)
    {
        try
        {
            if (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes))
                return bytes;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or no UTF-8: no base64 either.
        }

        throw new JsonException("A base64 string was expected.");
    }
}
