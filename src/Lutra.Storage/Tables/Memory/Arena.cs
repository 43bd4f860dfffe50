using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lutra.Storage.Tables;

/// <summary>
/// Memory that is only ever added to: chunks of bytes, addressed by 32-bit references, so that a memtable costs the garbage collector a
/// few arrays however many entries it holds. One writer; whoever got a reference through an acquiring read may read what it names.
/// </summary>
/// <remarks>A reference is a chunk number (15 bits) and an offset in units of 8 bytes (17 bits). 0 names nothing.</remarks>
internal sealed class Arena
{
    private const int ChunkBytesMax = 1 << 20;
    private const int FirstChunkBytes = 1 << 16;
    private const int OffsetBits = 17;
    private const int ChunksMax = 1 << (32 - OffsetBits);

    private byte[][] chunks = [GC.AllocateUninitializedArray<byte>(FirstChunkBytes)];
    private int chunkCount = 1;
    private int current;

    // The first 8 bytes stay unused, so that no reference is 0.
    private int usedInCurrent = 8;

    public long AllocatedBytes { get; private set; } = FirstChunkBytes;

    /// <summary>Room for <paramref name="sizeBytes"/> contiguous bytes, 8-byte aligned, not cleared.</summary>
    public uint Allocate(int sizeBytes)
    {
        var size = checked(sizeBytes + 7) & ~7;
        if (size > chunks[current].Length - usedInCurrent)
        {
            // What is large gets a chunk of its own, and the current one goes on being filled.
            if (size > ChunkBytesMax / 4)
                return (uint)AddChunk(size) << OffsetBits;
            current = AddChunk(Math.Max(size, Math.Min(ChunkBytesMax, chunks[current].Length * 2)));
            usedInCurrent = 0;
        }
        var reference = ((uint)current << OffsetBits) | ((uint)usedInCurrent >> 3);
        usedInCurrent += size;
        return reference;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte At(uint reference) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(chunks[reference >> OffsetBits]), OffsetOf(reference));

    public ReadOnlyMemory<byte> Memory(uint reference, int skipBytes, int lengthBytes) =>
        new(chunks[reference >> OffsetBits], OffsetOf(reference) + skipBytes, lengthBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int OffsetOf(uint reference) => (int)(reference & ((1u << OffsetBits) - 1)) << 3;

    private int AddChunk(int sizeBytes)
    {
        if (chunkCount == ChunksMax)
            throw new InvalidOperationException($"An arena holds at most {ChunksMax} chunks: a flush is long overdue.");
        var chunk = GC.AllocateUninitializedArray<byte>(sizeBytes);
        if (chunkCount == chunks.Length)
        {
            var grown = new byte[chunkCount * 2][];
            chunks.CopyTo(grown, 0);
            grown[chunkCount] = chunk;
            // A reader sees either array: it holds references only to chunks that are in both.
            Volatile.Write(ref chunks, grown);
        }
        else
        {
            chunks[chunkCount] = chunk;
        }
        AllocatedBytes += sizeBytes;
        return chunkCount++;
    }
}
