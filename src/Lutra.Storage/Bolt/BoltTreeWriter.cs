using System.Buffers.Binary;

namespace Lutra.Storage.Bolt;

/// <summary>
/// Writes one tree of a bbolt file from keys that are given in order: a page of each level is open at a time, and goes out as soon as it is full, so that a tree of
/// any size takes the memory of a few pages.
/// </summary>
public sealed class BoltTreeWriter(BoltPages pages)
{
    private const int BucketHeaderBytes = 2 * sizeof(ulong);

    // As bbolt does it: what fits a quarter of a page lies in the tree of buckets itself.
    private const int InlineBytesMax = BoltPages.PageSizeBytes / 4;

    // A page that branches has two ways at least.
    private const int BranchesMin = 2;

    private readonly BoltPageBuilder leaf = new(isLeaf: true);
    private readonly List<BoltPageBuilder> branches = [];

    /// <summary>Adds a key that is greater than all before it.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Add(key, value, isBucket: false);

    /// <summary>Adds a bucket, as <see cref="EndBucket"/> describes it.</summary>
    public void AddBucket(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bucket) => Add(name, bucket, isBucket: true);

    /// <summary>After the last key: the page at which the tree begins.</summary>
    public ulong End()
    {
        if (branches.Count == 0)
            return pages.Write(leaf);
        Send(leaf, 0);
        for (var level = 0; ; level++)
        {
            if (level == branches.Count - 1)
                return pages.Write(branches[level]);
            Send(branches[level], level + 1);
        }
    }

    /// <summary>After the last key: what stands for the tree in the tree of buckets. u64 root page, u64 0; a small one follows itself, with root 0.</summary>
    public byte[] EndBucket()
    {
        var isInline = branches.Count == 0 && leaf.SizeBytes <= InlineBytesMax;
        var bucket = new byte[BucketHeaderBytes + (isInline ? leaf.SizeBytes : 0)];
        if (isInline)
            leaf.Write(bucket.AsSpan(BucketHeaderBytes), number: 0, overflow: 0);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(bucket, End());
        return bucket;
    }

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isBucket)
    {
        if (leaf.Count > 0 && leaf.SizeWith(key.Length, value.Length) > BoltPages.PageSizeBytes)
            Send(leaf, 0);
        leaf.AddToLeaf(key, value, isBucket);
    }

    /// <summary>A page is full: it is written, and the level above learns where.</summary>
    private void Send(BoltPageBuilder page, int parentLevel)
    {
        var number = pages.Write(page);
        if (parentLevel == branches.Count)
            branches.Add(new BoltPageBuilder(isLeaf: false));
        var parent = branches[parentLevel];
        var key = page.FirstKey;
        if (parent.Count > BranchesMin && parent.SizeWith(key.Length, 0) > BoltPages.PageSizeBytes)
        {
            // The last way moves to the next page, which then has two at its end, whatever follows.
            var (lastKey, lastChild) = parent.TakeLastOfBranch();
            Send(parent, parentLevel + 1);
            parent.AddToBranch(lastKey, lastChild);
        }
        parent.AddToBranch(key, number);
        page.Clear();
    }
}
