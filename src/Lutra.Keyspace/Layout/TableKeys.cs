using System.Buffers.Binary;

namespace Lutra.Keyspace;

/// <summary>
/// How the keys of the tables are made: a byte for the space, then the space's own key. The order of the spaces matters:
/// <see cref="Small"/> lies before all others, so that whoever walks the tables has read the state before he meets anything that it judges.
/// </summary>
internal static class TableKeys
{
    /// <summary>Single records: the state, the configuration. Version: log index.</summary>
    public const byte Small = 0x01;

    /// <summary>Sessions, each before its answers. Version: log index.</summary>
    public const byte Sessions = 0x02;

    /// <summary>Idempotency keys. Version: log index.</summary>
    public const byte Idempotency = 0x03;

    /// <summary>Leases. Version: log index.</summary>
    public const byte Leases = 0x04;

    /// <summary>The keys that are attached to each lease. Version: log index.</summary>
    public const byte LeaseKeys = 0x05;

    /// <summary>Users who log in, by their names in UTF-8. Version: log index.</summary>
    public const byte Users = 0x06;

    /// <summary>Roles, by their names in UTF-8. Version: log index.</summary>
    public const byte Roles = 0x07;

    /// <summary>The users' keys. Version: revision.</summary>
    public const byte User = 0x10;

    /// <summary>The thin index (revision, sub) → key. Version: revision.</summary>
    public const byte Revisions = 0x20;

    public static ReadOnlySpan<byte> State => [Small, 1];

    public static ReadOnlySpan<byte> Configuration => [Small, 2];

    /// <summary>What users and roles come to; not there before the first change of them.</summary>
    public static ReadOnlySpan<byte> Auth => [Small, 3];

    /// <summary>The alarms that were raised by hand; not there before the first.</summary>
    public static ReadOnlySpan<byte> Alarms => [Small, 4];

    /// <summary>u8 space, u64 session; big-endian, as in every key, so that the order of bytes is the order of numbers.</summary>
    public const int SessionBytes = 1 + sizeof(ulong);

    /// <summary>A session's key, then u64 sequence.</summary>
    public const int AnswerBytes = SessionBytes + sizeof(ulong);

    /// <summary>u8 space, u64 lease; in <see cref="LeaseKeys"/> the attached key follows.</summary>
    public const int LeaseBytes = 1 + sizeof(long);

    /// <summary>u8 space, u64 revision, u32 sub.</summary>
    public const int RevisionBytes = 1 + sizeof(ulong) + sizeof(uint);

    public static void WriteSession(Span<byte> target, ulong session)
    {
        target[0] = Sessions;
        BinaryPrimitives.WriteUInt64BigEndian(target[1..], session);
    }

    public static void WriteAnswer(Span<byte> target, ulong session, ulong sequence)
    {
        WriteSession(target, session);
        BinaryPrimitives.WriteUInt64BigEndian(target[SessionBytes..], sequence);
    }

    public static void WriteRevision(Span<byte> target, long revision, uint sub)
    {
        target[0] = Revisions;
        BinaryPrimitives.WriteUInt64BigEndian(target[1..], (ulong)revision);
        BinaryPrimitives.WriteUInt32BigEndian(target[(1 + sizeof(ulong))..], sub);
    }

    public static void WriteLease(Span<byte> target, long lease)
    {
        target[0] = Leases;
        BinaryPrimitives.WriteInt64BigEndian(target[1..], lease);
    }

    public static void WriteLeaseKeys(Span<byte> target, long lease)
    {
        target[0] = LeaseKeys;
        BinaryPrimitives.WriteInt64BigEndian(target[1..], lease);
    }

    public static long ReadLease(ReadOnlySpan<byte> tableKey) => BinaryPrimitives.ReadInt64BigEndian(tableKey[1..]);

    public static long ReadRevision(ReadOnlySpan<byte> tableKey) => BinaryPrimitives.ReadInt64BigEndian(tableKey[1..]);

    public static ulong ReadSession(ReadOnlySpan<byte> tableKey) => BinaryPrimitives.ReadUInt64BigEndian(tableKey[1..]);

    public static ulong ReadSequence(ReadOnlySpan<byte> tableKey) => BinaryPrimitives.ReadUInt64BigEndian(tableKey[SessionBytes..]);
}
