using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lutra;

/// <summary>Values as text and as JSON.</summary>
public static class ValueExtensions
{
    /// <summary>The key as text (UTF-8).</summary>
    public static string KeyText(this KeyValue found) => Encoding.UTF8.GetString(found.Key.Span);

    /// <summary>The value as text (UTF-8).</summary>
    public static string Text(this KeyValue found) => Encoding.UTF8.GetString(found.Value.Span);

    /// <summary>The value, read as JSON. Throws <see cref="JsonException"/> where it is none of this type, or null.</summary>
    /// <param name="type">How the type is written, from a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    public static T Json<T>(this KeyValue found, JsonTypeInfo<T> type)
        where T : notnull =>
        JsonSerializer.Deserialize(found.Value.Span, type) is { } value ? value : throw new JsonException($"The value of '{found.KeyText()}' is null.");

    /// <summary>Writes a value as JSON.</summary>
    public static ValueTask<PutResult> PutJsonAsync<T>(
        this ILutraClient client, string key, T value, JsonTypeInfo<T> type, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        client.PutAsync(new PutOperation(Encoding.UTF8.GetBytes(key), JsonSerializer.SerializeToUtf8Bytes(value, type)), options, cancellationToken);

    /// <summary>Reads a value as JSON; null where there is no such key.</summary>
    public static async ValueTask<T?> GetJsonAsync<T>(
        this ILutraClient client, string key, JsonTypeInfo<T> type, ReadOptions options = default, CancellationToken cancellationToken = default)
        where T : class =>
        (await client.GetAsync(key, options, cancellationToken).ConfigureAwait(false))?.Json(type);
}
