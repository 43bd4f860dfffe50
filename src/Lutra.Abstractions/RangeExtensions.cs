using System.Runtime.CompilerServices;
using System.Text;

namespace Lutra;

/// <summary>Many keys, one after the other.</summary>
public static class RangeExtensions
{
    private const int KeysPerPage = 500;

    /// <summary>
    /// All keys with a prefix, in their order and as of one revision, however many there are: they are read in pages as they are walked through. Throws
    /// <see cref="LutraException"/> (<see cref="LutraError.Compacted"/>) where that takes so long that the revision is compacted away.
    /// </summary>
    public static IAsyncEnumerable<KeyValue> ListAsync(this ILutraClient client, string prefix, ReadOptions options = default, CancellationToken cancellationToken = default) =>
        client.ListAsync(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)), options, cancellationToken);

    /// <inheritdoc cref="ListAsync(ILutraClient, string, ReadOptions, CancellationToken)"/>
    public static async IAsyncEnumerable<KeyValue> ListAsync(
        this ILutraClient client, KeyRange range, ReadOptions options = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var page = new RangeOperation(range, KeysPerPage);
        while (true)
        {
            var found = await client.RangeAsync(page, options, cancellationToken).ConfigureAwait(false);
            foreach (var one in found.KeyValues)
                yield return one;
            if (!found.More || found.KeyValues.IsEmpty)
                yield break;

            // The first key that can be behind the last one.
            var next = (byte[])[.. found.KeyValues[^1].Key.Span, 0];
            page = page with { Range = range with { From = next }, Revision = page.Revision.Value > 0 ? page.Revision : found.Revision };
        }
    }

    /// <summary>Follows all keys with a prefix: see <see cref="ILutraClient.WatchAsync"/>.</summary>
    public static IAsyncEnumerable<WatchBatch> WatchAsync(this ILutraClient client, string prefix, CancellationToken cancellationToken = default) =>
        client.WatchAsync(new WatchOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix))), cancellationToken);
}
