using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Storage.Log.Slots;

/// <summary>The hard state (pitfalls E01, D12). Value: u64 term, u64 node voted for (0: none).</summary>
internal static class HardStateFile
{
    public const string Path = "log/hard-state";

    public const int ValueBytes = 16;

    public static ReadOnlySpan<byte> Magic => "LUTRAHST"u8;

    public static void Write(Span<byte> value, HardState state)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(value, state.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(value[8..], state.Vote?.Value ?? 0);
    }

    public static HardState Read(ReadOnlySpan<byte> value) => new(
        new Term(BinaryPrimitives.ReadUInt64LittleEndian(value)),
        BinaryPrimitives.ReadUInt64LittleEndian(value[8..]) is var vote and not 0 ? new NodeId(vote) : null);

    public static SlotFile Create(IFiles files, LogIdentity identity)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        Write(value, default);
        return SlotFile.Create(files, Path, Magic, identity, value);
    }

    public static SlotFile Open(IFiles files, LogIdentity identity) => SlotFile.Open(files, Path, Magic, identity, ValueBytes);
}
