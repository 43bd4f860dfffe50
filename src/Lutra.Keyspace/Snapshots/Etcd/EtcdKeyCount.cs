using System.Buffers.Binary;
using System.Security.Cryptography;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// Counts the keys that are there in a snapshot of etcd's, which holds versions. Where there are many the file is read several times, each time for a part of the keys:
/// so it takes no more memory, however large the file is.
/// </summary>
public static class EtcdKeyCount
{
    private const long VersionsAtOnce = 2_000_000;

    /// <param name="contents">Of a file that was checked.</param>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    public static long Of(IFile file, EtcdSnapshotContents contents, Action<double> progress)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(progress);
        var parts = 1 + (ulong)(contents.Versions / VersionsAtOnce);
        var keys = 0L;
        for (var part = 0UL; part < parts; part++)
        {
            keys += CountPart(file, part, parts);
            progress((double)(part + 1) / parts);
        }
        return keys;
    }

    private static long CountPart(IFile file, ulong part, ulong parts)
    {
        var there = new HashSet<UInt128>();
        using var reader = new EtcdSnapshotReader(file);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        while (reader.Next())
        {
            if (reader.IsLease)
                continue;
            SHA256.HashData(reader.Key.Span, hash);
            if (BinaryPrimitives.ReadUInt64LittleEndian(hash[^sizeof(ulong)..]) % parts != part)
                continue;
            if (reader.Version.IsTombstone)
                there.Remove(BinaryPrimitives.ReadUInt128LittleEndian(hash));
            else
                there.Add(BinaryPrimitives.ReadUInt128LittleEndian(hash));
        }
        return there.Count;
    }
}
