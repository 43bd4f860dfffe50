using System.Buffers.Binary;

namespace Lutra.Storage.Bolt;

/// <summary>A tree of a bbolt file: where it begins, or the one page that it is.</summary>
public readonly record struct BoltTree
{
    private const int HeaderBytes = 2 * sizeof(ulong);

    /// <summary>One without a page: nothing is in it.</summary>
    public static BoltTree Empty => default;

    internal BoltTree(ulong root, ReadOnlyMemory<byte> page) => (Root, Page) = (root, page);

    /// <summary>0: it is <see cref="Page"/> alone.</summary>
    internal ulong Root { get; }

    internal ReadOnlyMemory<byte> Page { get; }

    /// <summary>From what stands for a bucket in the tree of buckets; a copy of it, where it is there whole.</summary>
    /// <exception cref="FormatException">It is no bucket.</exception>
    public static BoltTree OfBucket(ReadOnlySpan<byte> value)
    {
        if (value.Length < HeaderBytes)
            throw new FormatException("a bucket has no beginning");
        var root = BinaryPrimitives.ReadUInt64LittleEndian(value);
        if (root != 0)
            return new BoltTree(root, default);
        if (value.Length < HeaderBytes + BoltPage.HeaderBytes)
            throw new FormatException("a bucket is neither on a page nor in its place");
        return new BoltTree(0, value[HeaderBytes..].ToArray());
    }
}
