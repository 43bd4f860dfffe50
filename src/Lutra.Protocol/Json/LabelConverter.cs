using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>A node's label: a JSON number where it is a plain positive integer, else a string. Readers take both.</summary>
public sealed class LabelConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetUInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Null => null,
        _ => throw new JsonException("A label is an integer or a string."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (IsInteger(value, out var number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value);
    }

    private static bool IsInteger(string label, out ulong number) =>
        ulong.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number.ToString(CultureInfo.InvariantCulture) == label;
}
