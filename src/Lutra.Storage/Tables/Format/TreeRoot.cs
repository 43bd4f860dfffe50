using System.Buffers.Binary;

namespace Lutra.Storage.Tables;

/// <summary>Where a tree of blocks begins: its root (12 bytes), u32 index levels; little-endian. All zeros: there is no tree.</summary>
/// <param name="Block">The index block from which every entry is reached.</param>
/// <param name="IndexLevels">How many index blocks lie on the way to an entry: 1 where the root points at the blocks of entries.</param>
internal readonly record struct TreeRoot(BlockHandle Block, int IndexLevels)
{
    public const int SizeBytes = BlockHandle.SizeBytes + sizeof(int);

    /// <summary>An index block points at two blocks or more, except the root of a small tree: a real one is never this deep.</summary>
    public const int IndexLevelsMax = 40;

    public bool IsPlausible => IndexLevels is >= 1 and <= IndexLevelsMax;

    public void Write(Span<byte> target)
    {
        Block.Write(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[BlockHandle.SizeBytes..], IndexLevels);
    }

    public static TreeRoot Read(ReadOnlySpan<byte> source) =>
        new(BlockHandle.Read(source), BinaryPrimitives.ReadInt32LittleEndian(source[BlockHandle.SizeBytes..]));
}
