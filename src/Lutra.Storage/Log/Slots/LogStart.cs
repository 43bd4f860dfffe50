using System.Buffers.Binary;
using Lutra.Raft;

namespace Lutra.Storage.Log.Slots;

/// <summary>
/// Where the log begins: in which segment, at which byte of it the first entry that counts lies (0: at its first record), after which
/// position, and how many batches there were before. Changing it is what cuts or resets the log, in one step (pitfalls S01, S02): segments
/// with lower numbers hold nothing any more. Value of the file: the five numbers as u64.
/// </summary>
internal readonly record struct LogStart(ulong Segment, long FirstOffset, LogPosition Position, ulong Batches)
{
    public const string Path = "log/start";

    /// <summary>The file before it is complete: the log exists once it has its own name.</summary>
    public const string UnfinishedPath = "log/start.tmp";

    public const int ValueBytes = 40;

    public static ReadOnlySpan<byte> Magic => "LUTRASTA"u8;

    public static LogStart OfNewLog => new(1, 0, LogPosition.Zero, 0);

    public void Write(Span<byte> value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(value, Segment);
        BinaryPrimitives.WriteInt64LittleEndian(value[8..], FirstOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(value[16..], Position.Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(value[24..], Position.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(value[32..], Batches);
    }

    public static LogStart Read(ReadOnlySpan<byte> value) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(value),
        BinaryPrimitives.ReadInt64LittleEndian(value[8..]),
        new LogPosition(
            new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(value[16..])), new Term(BinaryPrimitives.ReadUInt64LittleEndian(value[24..]))),
        BinaryPrimitives.ReadUInt64LittleEndian(value[32..]));
}
