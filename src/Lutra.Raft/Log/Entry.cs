namespace Lutra.Raft;

/// <summary>What an entry carries. The numbers are on disk and on the wire; 0 is never valid.</summary>
public enum EntryKind : byte
{
    /// <summary>A leader's first entry of its term: lets it commit what came before (Raft paper, section 8; pitfall L02).</summary>
    Empty = 1,

    /// <summary>Bytes for the state machine.</summary>
    Command = 2,

    /// <summary>A <see cref="Configuration"/>, in force as soon as it is appended (pitfall M05).</summary>
    Configuration = 3,
}

/// <summary>One entry of the replicated log. The payload is never changed after it was made.</summary>
public readonly record struct Entry(LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Payload)
{
    /// <summary>What an entry costs beside its payload, in bytes: used by every limit that counts bytes.</summary>
    public const int OverheadBytes = 32;

    public LogPosition Position => new(Index, Term);

    public int SizeBytes => OverheadBytes + Payload.Length;
}
