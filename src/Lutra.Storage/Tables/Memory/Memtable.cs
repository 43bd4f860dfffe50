using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>
/// The newest entries, in memory: a skip list in an arena. One writer, any number of readers at the same time without a lock: an entry
/// is written whole before the link that leads to it, and never changed.
/// </summary>
/// <remarks>
/// A node: u64 version, u32 sequence, i32 height, i32 key length, i32 value length, u32 link for each level, key, value. The sequence
/// counts the puts into this memtable; a reader that sees the first n puts passes over nodes from n on. A (key, version) put twice is two
/// nodes, the later one first, so that a reader that sees both finds the later one and one that sees less finds what it saw before.
/// </remarks>
internal sealed class Memtable
{
    private const int HeightMax = 12;
    private const int SequenceAt = 8;
    private const int HeightAt = 12;
    private const int KeyLengthAt = 16;
    private const int ValueLengthAt = 20;
    private const int LinksAt = 24;

    private readonly Arena arena = new();
    private readonly uint head;
    private int levels = 1;

    // Heights need no secret and no luck: the same puts make the same list in every run.
    private uint heightState = 0x9E3779B9;

    public Memtable()
    {
        head = arena.Allocate(LinksAt + (HeightMax * sizeof(uint)));
        ref var node = ref arena.At(head);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref node, HeightAt), HeightMax);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref node, KeyLengthAt), 0);
        for (var level = 0; level < HeightMax; level++)
            Link(ref node, level) = 0;
    }

    /// <summary>Puts so far; writer only.</summary>
    public uint Count { get; private set; }

    /// <summary>Memory taken by entries; writer only.</summary>
    public long EntryBytes { get; private set; }

    /// <summary>
    /// The log position up to which this memtable (with all that is older) holds everything; set before it is handed to the flush.
    /// </summary>
    public LogPosition Applied { get; set; }

    public void Put(ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        var height = NextHeight();
        var size = LinksAt + (height * sizeof(uint)) + key.Length + value.Length;
        Span<uint> before = stackalloc uint[HeightMax];
        before.Fill(head);
        Search(key, version, before, out _);

        var reference = arena.Allocate(size);
        ref var node = ref arena.At(reference);
        Unsafe.WriteUnaligned(ref node, version);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref node, SequenceAt), Count);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref node, HeightAt), height);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref node, KeyLengthAt), key.Length);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref node, ValueLengthAt), value.Length);
        var keyAt = LinksAt + (height * sizeof(uint));
        key.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref node, keyAt), key.Length));
        value.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref node, keyAt + key.Length), value.Length));
        for (var level = 0; level < height; level++)
            Link(ref node, level) = Link(ref arena.At(before[level]), level);

        // The lowest level first: who finds the node on a higher one can go on from it below.
        for (var level = 0; level < height; level++)
            Volatile.Write(ref Link(ref arena.At(before[level]), level), reference);
        if (height > levels)
            Volatile.Write(ref levels, height);
        Count++;
        EntryBytes += size;
    }

    /// <summary>The newest version at or below <paramref name="versionMax"/> among the first <paramref name="visible"/> puts.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, ulong versionMax, uint visible, out ulong version, out ReadOnlyMemory<byte> value)
    {
        for (var node = FirstFrom(key, versionMax); node != 0; node = After(node))
        {
            if (!KeyOf(node).SequenceEqual(key))
                break;
            if (SequenceOf(node) >= visible)
                continue;
            version = VersionOf(node);
            value = ValueOf(node);
            return true;
        }
        version = 0;
        value = default;
        return false;
    }

    /// <summary>The first node at or after this place; 0 for none.</summary>
    public uint FirstFrom(ReadOnlySpan<byte> key, ulong version)
    {
        Search(key, version, [], out var first);
        return first;
    }

    /// <summary>The last node before this place; the head, which holds no entry, where there is none.</summary>
    public uint LastBefore(ReadOnlySpan<byte> key, ulong version) => Search(key, version, [], out _);

    public uint After(uint node) => After(node, 0);

    /// <summary>
    /// The first node of the next key; 0 for none. As high over the versions of this one as the links reach: who is put meanwhile under the same key lies before
    /// <paramref name="node"/>.
    /// </summary>
    public uint AfterKey(uint node)
    {
        var key = KeyOf(node);
        uint next = 0;
        for (var level = HeightOf(node) - 1; level >= 0;)
        {
            next = After(node, level);
            if (next != 0 && KeyOf(next).SequenceEqual(key))
                (node, level) = (next, HeightOf(next) - 1);
            else
                level--;
        }
        return next;
    }

    public bool IsHead(uint node) => node == head;

    public ReadOnlySpan<byte> KeyOf(uint node)
    {
        ref var start = ref arena.At(node);
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref start, KeyAt(ref start)), Int(ref start, KeyLengthAt));
    }

    public ulong VersionOf(uint node) => Unsafe.ReadUnaligned<ulong>(ref arena.At(node));

    public uint SequenceOf(uint node) => (uint)Int(ref arena.At(node), SequenceAt);

    public ReadOnlyMemory<byte> ValueOf(uint node)
    {
        ref var start = ref arena.At(node);
        return arena.Memory(node, KeyAt(ref start) + Int(ref start, KeyLengthAt), Int(ref start, ValueLengthAt));
    }

    private int HeightOf(uint node) => Int(ref arena.At(node), HeightAt);

    /// <summary>
    /// Returns the last node before this place and gives the first at or after it. <paramref name="before"/>, where not empty, gets the
    /// last node before it on each level.
    /// </summary>
    private uint Search(ReadOnlySpan<byte> key, ulong version, Span<uint> before, out uint first)
    {
        // Known to lie at or after the place (0 is the end). It must be a node that was compared, never one read again: the writer may have
        // linked another in between.
        first = 0;
        var node = head;
        for (var level = Volatile.Read(ref levels) - 1; level >= 0; level--)
        {
            var next = After(node, level);
            while (next != first && Compare(next, key, version) < 0)
            {
                node = next;
                next = After(node, level);
            }
            first = next;
            if (!before.IsEmpty)
                before[level] = node;
        }
        return node;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint After(uint node, int level) => Volatile.Read(ref Link(ref arena.At(node), level));

    private int Compare(uint node, ReadOnlySpan<byte> key, ulong version)
    {
        ref var start = ref arena.At(node);
        var nodeKey = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref start, KeyAt(ref start)), Int(ref start, KeyLengthAt));
        return EntryOrder.Compare(nodeKey, Unsafe.ReadUnaligned<ulong>(ref start), key, version);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref uint Link(ref byte node, int level) =>
        ref Unsafe.As<byte, uint>(ref Unsafe.Add(ref node, LinksAt + (level * sizeof(uint))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Int(ref byte node, int at) => Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref node, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int KeyAt(ref byte node) => LinksAt + (Int(ref node, HeightAt) * sizeof(uint));

    /// <summary>One level more with probability 1/4.</summary>
    private int NextHeight()
    {
        heightState ^= heightState << 13;
        heightState ^= heightState >> 17;
        heightState ^= heightState << 5;
        var height = 1;
        for (var bits = heightState; (bits & 3) == 0 && height < HeightMax; bits >>= 2)
            height++;
        return height;
    }
}
