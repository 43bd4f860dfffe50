using System.Buffers;

namespace Lutra.Storage.Bolt;

/// <summary>
/// The pages of a bbolt file in the order of their numbers. Pages 0 and 1, which lead the file, name its root and its length: so a file that is written from front to
/// back is made twice, first to be measured, with nobody who takes the bytes.
/// </summary>
/// <param name="target">Takes the bytes; null: they are only counted.</param>
public sealed class BoltPages(IBufferWriter<byte>? target)
{
    public const int PageSizeBytes = 4096;

    private const ulong MetaCount = 2;

    /// <summary>How many pages there are so far, with those of the metas.</summary>
    public ulong Count { get; private set; } = MetaCount;

    /// <summary>How long the file is so far.</summary>
    public long LengthBytes => checked((long)Count * PageSizeBytes);

    /// <summary>The first two pages.</summary>
    /// <param name="root">The page at which the tree of buckets begins, as measured.</param>
    /// <param name="pageCount">The number of pages at the end, as measured.</param>
    public void WriteMetas(ulong root, ulong pageCount)
    {
        for (var number = 0UL; number < MetaCount; number++)
        {
            // etcd's own files hold the same in both, the second as of the transaction before.
            var page = Zeroed(PageSizeBytes);
            new BoltMeta(PageSizeBytes, root, pageCount, Transaction: 3 - number).Write(page, number);
            target!.Advance(page.Length);
        }
    }

    /// <summary>Writes a page, and as many behind it as its elements take; returns its number.</summary>
    internal ulong Write(BoltPageBuilder page)
    {
        var number = Count;
        var pages = (page.SizeBytes + PageSizeBytes - 1) / PageSizeBytes;
        Count += (ulong)pages;
        if (target is null)
            return number;
        var bytes = Zeroed(pages * PageSizeBytes);
        page.Write(bytes, number, (uint)(pages - 1));
        target.Advance(bytes.Length);
        return number;
    }

    private Span<byte> Zeroed(int count)
    {
        var span = target!.GetSpan(count)[..count];
        span.Clear();
        return span;
    }
}
