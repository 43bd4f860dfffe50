using System.Text;

namespace Lutra;

/// <summary>The everyday calls, with text for keys and values (UTF-8).</summary>
public static class LutraClientExtensions
{
    public static ValueTask<PutResult> PutAsync(
        this ILutraClient client, string key, string value, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        client.PutAsync(new PutOperation(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value)), options, cancellationToken);

    /// <summary>The key's newest version, or null if there is none.</summary>
    public static ValueTask<KeyValue?> GetAsync(
        this ILutraClient client, string key, ReadOptions options = default, CancellationToken cancellationToken = default) =>
        client.GetAsync(Encoding.UTF8.GetBytes(key), options, cancellationToken);

    /// <inheritdoc cref="GetAsync(ILutraClient, string, ReadOptions, CancellationToken)"/>
    public static async ValueTask<KeyValue?> GetAsync(
        this ILutraClient client, ReadOnlyMemory<byte> key, ReadOptions options = default, CancellationToken cancellationToken = default)
    {
        var found = await client.RangeAsync(new RangeOperation(KeyRange.Single(key)), options, cancellationToken);
        return found.KeyValues.IsEmpty ? null : found.KeyValues[0];
    }

    /// <summary>Deletes one key; true if it was there.</summary>
    public static async ValueTask<bool> DeleteAsync(
        this ILutraClient client, string key, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        var result = await client.DeleteAsync(new DeleteOperation(KeyRange.Single(Encoding.UTF8.GetBytes(key))), options, cancellationToken);
        return result.Deleted > 0;
    }
}
