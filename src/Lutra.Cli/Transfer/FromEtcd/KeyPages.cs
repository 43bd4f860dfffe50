using System.Runtime.CompilerServices;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>Keys and values of a range in their order, all as of one revision, read a page at a time: a page takes about as much memory as the next.</summary>
internal static class KeyPages
{
    private const long PageBytes = 2 * 1024 * 1024;
    private const int KeysFirst = 50, KeysMax = 5000;

    /// <param name="ask">Reads a page.</param>
    public static async IAsyncEnumerable<KeyValue> ReadAsync(
        Func<RangeOperation, Task<RangeResult>> ask, KeyRange range, Revision revision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limit = (long)KeysFirst;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RangeResult page;
            try
            {
                page = await ask(new RangeOperation(range, limit, revision));
            }
            catch (LutraException tooLarge) when (tooLarge.Error == LutraError.TooLarge && limit > 1)
            {
                limit = Math.Max(1, limit / 8);
                continue;
            }

            var bytes = 0L;
            foreach (var found in page.KeyValues)
            {
                bytes += found.Key.Length + found.Value.Length;
                yield return found;
            }

            if (!page.More || page.KeyValues.IsEmpty)
                yield break;
            range = range with { From = (byte[])[.. page.KeyValues[^1].Key.Span, 0] };
            limit = bytes > PageBytes ? Math.Max(1, limit / 2) : bytes < PageBytes / 2 ? Math.Min(KeysMax, limit * 2) : limit;
        }
    }
}
