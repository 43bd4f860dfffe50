using System.Buffers.Binary;
using Lutra.Storage.Files;

namespace Lutra.Storage.Bolt;

/// <summary>
/// Walks a tree of a bbolt file from its first key to its last. What cannot be (keys out of order, a page in itself, places outside the page) ends it with a
/// <see cref="DamagedFileException"/>; it never goes round in circles, and holds a page of each level in memory.
/// </summary>
public sealed class BoltCursor
{
    /// <summary>As in bbolt.</summary>
    public const int KeyBytesMax = 32_768;

    // Of a tree that branches in two everywhere this is more than any disk holds.
    private const int DepthMax = 40;

    private const uint PlainFlag = 0, BucketFlag = 1;

    private readonly BoltFile file;
    private readonly List<Level> levels = [];
    private byte[] lastKey = [];
    private int lastKeyBytes = -1;
    private int depth;
    private (int At, int Length) key, value;
    private ulong pagesLeft;

    public BoltCursor(BoltFile file, BoltTree tree)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.file = file;
        // A tree has each page once at most.
        pagesLeft = file.PageCount;
        if (tree.Root != 0)
            Descend(tree.Root);
        else if (tree != BoltTree.Empty)
            Enter(BoltPage.Read(tree.Page.Span), tree.Page, offset: 0);
    }

    /// <summary>Whether what stands here is a bucket, of which the value tells the place.</summary>
    public bool IsBucket { get; private set; }

    /// <summary>Holds until the next move, as the value does.</summary>
    public ReadOnlySpan<byte> Key => levels[depth - 1].Bytes.Span.Slice(key.At, key.Length);

    public ReadOnlyMemory<byte> Value => levels[depth - 1].Bytes.Slice(value.At, value.Length);

    /// <summary>Of all pages of the file those that this walk has read.</summary>
    public ulong PagesRead => file.PageCount - pagesLeft;

    /// <summary>Where the page begins on which it stands: for messages.</summary>
    public long PageOffsetBytes => depth > 0 ? levels[depth - 1].Offset : 0;

    /// <exception cref="DamagedFileException">The file is not what was written.</exception>
    public bool Next()
    {
        while (depth > 0)
        {
            var level = levels[depth - 1];
            if (level.Next == level.Count)
            {
                depth--;
                continue;
            }
            var element = BoltPage.HeaderBytes + (level.Next++ * BoltPage.ElementBytes);
            if (level.IsLeaf)
            {
                ReadElement(level, element);
                return true;
            }
            Descend(BinaryPrimitives.ReadUInt64LittleEndian(level.Bytes.Span[(element + 8)..]));
        }
        return false;
    }

    private void ReadElement(Level level, int element)
    {
        var bytes = level.Bytes.Span;
        var fields = bytes[element..];
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(fields);
        if (flags is not (PlainFlag or BucketFlag))
            throw Damaged(level, $"an element has the flags {flags:x}, which are not known");
        IsBucket = flags == BucketFlag;
        long place = BinaryPrimitives.ReadUInt32LittleEndian(fields[4..]);
        long keyBytes = BinaryPrimitives.ReadUInt32LittleEndian(fields[8..]);
        long valueBytes = BinaryPrimitives.ReadUInt32LittleEndian(fields[12..]);
        if (keyBytes is 0 or > KeyBytesMax)
            throw Damaged(level, $"a key cannot have {keyBytes} bytes");
        if (element + place + keyBytes + valueBytes > bytes.Length)
            throw Damaged(level, "an element lies outside its page");
        key = ((int)(element + place), (int)keyBytes);
        value = (key.At + key.Length, (int)valueBytes);
        if (lastKeyBytes >= 0 && Key.SequenceCompareTo(lastKey.AsSpan(0, lastKeyBytes)) <= 0)
            throw Damaged(level, "its keys are not in order");
        if (lastKey.Length < key.Length)
            lastKey = new byte[key.Length * 2];
        Key.CopyTo(lastKey);
        lastKeyBytes = key.Length;
    }

    private void Descend(ulong number)
    {
        if (depth == DepthMax)
            throw file.Damaged(PageOffsetBytes, $"its pages lie more than {DepthMax} deep in one another");
        if (levels.Count == depth)
            levels.Add(new Level());
        var level = levels[depth];
        var (page, bytes) = file.ReadPage(number, ref level.Buffer);
        if (page.Overflow + 1UL > pagesLeft)
            throw file.Damaged(PageOffsetBytes, "a page is reached more than once");
        pagesLeft -= page.Overflow + 1UL;
        Enter(page, bytes, (long)number * file.PageSizeBytes);
    }

    private void Enter(BoltPage page, ReadOnlyMemory<byte> bytes, long offset)
    {
        if (levels.Count == depth)
            levels.Add(new Level());
        var level = levels[depth++];
        (level.Bytes, level.Offset, level.Next, level.Count, level.IsLeaf) = (bytes, offset, 0, page.Count, page.Kind == BoltPageKind.Leaf);
        if (page.Kind is not (BoltPageKind.Leaf or BoltPageKind.Branch))
            throw Damaged(level, $"a page of a tree is of kind {(int)page.Kind:x}");
        if (BoltPage.HeaderBytes + ((long)page.Count * BoltPage.ElementBytes) > bytes.Length)
            throw Damaged(level, $"a page has no room for the {page.Count} elements that it counts");
        if (!level.IsLeaf && page.Count == 0)
            throw Damaged(level, "a page that branches has no branches");
    }

    private DamagedFileException Damaged(Level level, string reason) => file.Damaged(level.Offset, reason);

    /// <summary>A page on the way from the root.</summary>
    private sealed class Level
    {
        public byte[] Buffer = [];

        public ReadOnlyMemory<byte> Bytes { get; set; }

        public long Offset { get; set; }

        public int Next { get; set; }

        public int Count { get; set; }

        public bool IsLeaf { get; set; }
    }
}
