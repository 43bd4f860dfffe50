using System.Buffers.Binary;
using System.Security.Cryptography;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// The first half of a SHA-256 over every live entry in table order (lengths, key, version, value). What a merge may have dropped on one
/// node and not on another is left out, by the merge's own rule over everything. The state's own version is left out too: it says how often
/// this node published.
/// </summary>
internal static class StateHash
{
    private const int BatchBytes = 64 * 1024;

    public static UInt128 Of(TableView tables)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var alive = new KeyspaceMergePass(includesOldest: true);
        var batch = new ByteWriter(BatchBytes * 2);
        using var cursor = tables.OpenCursor();
        for (var found = cursor.Seek([], ulong.MaxValue); found; found = cursor.Next())
        {
            if (!alive.Keep(cursor.Key, cursor.Version, cursor.Value.Span))
                continue;
            batch.Bytes(cursor.Key);
            batch.Varint(cursor.Key.SequenceEqual(TableKeys.State) ? 0 : cursor.Version);
            batch.Bytes(cursor.Value.Span);
            if (batch.Written.Length < BatchBytes)
                continue;
            hash.AppendData(batch.Written);
            batch.Clear();
        }

        hash.AppendData(batch.Written);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
