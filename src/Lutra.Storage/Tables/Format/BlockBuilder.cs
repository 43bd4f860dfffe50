using System.Buffers.Binary;

namespace Lutra.Storage.Tables;

/// <summary>Collects the entries of one <see cref="Block"/>. Used again for the next.</summary>
internal sealed class BlockBuilder
{
    private readonly List<int> places = [];
    private byte[] bytes = new byte[1024];
    private int length;

    public int Count => places.Count;

    public ReadOnlySpan<byte> LastKey =>
        bytes.AsSpan(places[^1] + Block.EntryHeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(places[^1])));

    public ulong LastVersion => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(places[^1] + 8));

    /// <summary>How long the block would be with one more entry of this size.</summary>
    public long SizeWith(int keyBytes, int valueBytes) =>
        (long)length + Block.EntryHeaderBytes + keyBytes + valueBytes + ((Count + 1) * sizeof(int)) + Block.TrailerBytes;

    public void Add(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        Reserve(Block.EntryHeaderBytes + key.Length + value.Length);
        places.Add(length);
        var target = bytes.AsSpan(length);
        BinaryPrimitives.WriteInt32LittleEndian(target, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], value.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], version);
        key.CopyTo(target[Block.EntryHeaderBytes..]);
        value.CopyTo(target[(Block.EntryHeaderBytes + key.Length)..]);
        length += Block.EntryHeaderBytes + key.Length + value.Length;
    }

    /// <summary>The finished block as it lies at <paramref name="fileOffset"/>; holds until the next call.</summary>
    public ReadOnlySpan<byte> Finish(long fileOffset)
    {
        Reserve((Count * sizeof(int)) + Block.TrailerBytes);
        foreach (var place in places)
            AppendInt(place);
        AppendInt(Count);
        length += BlockChecksum.SizeBytes;
        BlockChecksum.Seal(bytes.AsSpan(0, length), fileOffset);
        return bytes.AsSpan(0, length);
    }

    public void Clear()
    {
        places.Clear();
        length = 0;
    }

    private void AppendInt(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(length), value);
        length += sizeof(int);
    }

    private void Reserve(int more)
    {
        if (bytes.Length - length < more)
            Array.Resize(ref bytes, Math.Max(checked(length + more), bytes.Length * 2));
    }
}
