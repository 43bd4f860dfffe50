using Lutra.Storage.Files;

namespace Lutra.Storage.Bolt;

/// <summary>
/// A bbolt file to be read, of whose bytes every one may be hostile: a <see cref="DamagedFileException"/> names the place. Free lists, free pages and what follows the
/// last page are passed over. Who reads has nobody who writes beside him.
/// </summary>
public sealed class BoltFile
{
    /// <summary>No page with all that follows it is longer: a reader allocates no more than this on the word of a file.</summary>
    internal const int PageBytesMax = 128 * 1024 * 1024;

    // Where pages branch, several of them are in memory at a time, and bbolt keeps them small.
    private const int BranchBytesMax = 4 * 1024 * 1024;

    private readonly IFile file;
    private readonly BoltMeta meta;

    private BoltFile(IFile file, BoltMeta meta) => (this.file, this.meta) = (file, meta);

    public int PageSizeBytes => meta.PageSizeBytes;

    /// <summary>The pages of the file, used or not.</summary>
    public ulong PageCount => meta.PageCount;

    /// <summary>Up to the last page; the file may be longer.</summary>
    public long ImageBytes => (long)meta.PageCount * meta.PageSizeBytes;

    /// <summary>The tree of buckets.</summary>
    public BoltTree Top => new(meta.Root, default);

    internal string Path => file.Path;

    /// <summary>Whether a file begins as bbolt's do: what it holds may be damaged still.</summary>
    public static bool Recognises(IFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Newest(file) is not null;
    }

    /// <param name="file">Belongs to the caller.</param>
    /// <exception cref="DamagedFileException">It is no bbolt file, or is cut off.</exception>
    public static BoltFile Open(IFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (Newest(file) is not { } meta)
            throw new DamagedFileException(file.Path, 0, "this is no database of etcd's: neither of its first two pages describes it");
        if (meta.PageCount > (ulong)(file.Length / meta.PageSizeBytes))
        {
            throw new DamagedFileException(
                file.Path, file.Length, $"the database has {meta.PageCount} pages of {meta.PageSizeBytes} bytes and the file ends before: it was cut off, so copy it again from where it is whole");
        }
        return new BoltFile(file, meta);
    }

    /// <summary>
    /// Reads a page and all that follows it into <paramref name="buffer"/>, which grows where it must.
    /// </summary>
    internal (BoltPage Page, ReadOnlyMemory<byte> Bytes) ReadPage(ulong number, ref byte[] buffer)
    {
        if (number < 2 || number >= PageCount)
            throw Damaged(0, $"it points to page {number} of {PageCount}");
        var offset = (long)number * PageSizeBytes;
        Span<byte> head = stackalloc byte[BoltPage.HeaderBytes];
        ReadExactly(head, offset);
        var page = BoltPage.Read(head);
        if (page.Number != number)
            throw Damaged(offset, $"page {number} says that it is page {page.Number}");
        if (page.Overflow >= PageCount - number)
            throw Damaged(offset, $"page {number} goes on behind the end of the database");
        var lengthBytes = (page.Overflow + 1L) * PageSizeBytes;
        var lengthBytesMax = page.Kind == BoltPageKind.Branch ? BranchBytesMax : PageBytesMax;
        if (lengthBytes > lengthBytesMax)
            throw Damaged(offset, $"page {number} has {lengthBytes} bytes; the most that are read are {lengthBytesMax}");
        if (buffer.Length < lengthBytes)
            buffer = new byte[lengthBytes];
        ReadExactly(buffer.AsSpan(0, (int)lengthBytes), offset);
        return (page, buffer.AsMemory(0, (int)lengthBytes));
    }

    internal DamagedFileException Damaged(long offset, string reason) => new(file.Path, offset, reason);

    private void ReadExactly(Span<byte> target, long offset)
    {
        if (file.Read(target, offset) < target.Length)
            throw Damaged(file.Length, "the file ends too early");
    }

    /// <summary>Of two pages that describe the file the one that was written last and is whole. A broken first page does not tell where the second is.</summary>
    private static BoltMeta? Newest(IFile file)
    {
        if (MetaAt(file, 0) is { } first)
            return MetaAt(file, first.PageSizeBytes) is { } second && second.PageSizeBytes == first.PageSizeBytes && second.Transaction > first.Transaction ? second : first;
        for (var pageSizeBytes = BoltMeta.PageSizeBytesMin; pageSizeBytes <= BoltMeta.PageSizeBytesMax; pageSizeBytes *= 2)
        {
            if (MetaAt(file, pageSizeBytes) is { } found && found.PageSizeBytes == pageSizeBytes)
                return found;
        }
        return null;
    }

    private static BoltMeta? MetaAt(IFile file, long offset)
    {
        Span<byte> bytes = stackalloc byte[BoltMeta.SizeBytes];
        return BoltMeta.Read(bytes[..file.Read(bytes, offset)]);
    }
}
