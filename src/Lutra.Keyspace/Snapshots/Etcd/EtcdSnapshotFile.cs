using System.Collections.Immutable;
using System.Security.Cryptography;
using Lutra.Keyspace.Auth;
using Lutra.Storage.Bolt;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>A snapshot file of etcd's: the image of its database and the SHA-256 of that; or the database itself, as a member's folder has it, which has no hash.</summary>
public static class EtcdSnapshotFile
{
    // The length of an image is a multiple of this, so that it tells whether a hash follows.
    private const int ImageStepBytes = 512;

    private const int ReadBytes = 64 * 1024;

    /// <summary>Whether a file begins like etcd's, be it whole or not.</summary>
    public static bool Recognises(IFile file) => BoltFile.Recognises(file);

    /// <summary>Reads a file from end to end, every record of it: when this returns it can be restored.</summary>
    /// <param name="skipHashCheck">Take a file without a hash, or with a wrong one.</param>
    /// <param name="progress">How far it is, from 0 to 1.</param>
    /// <exception cref="DamagedFileException">The file is not whole.</exception>
    /// <exception cref="LutraException">It has no hash, or holds more than a keyspace takes.</exception>
    public static EtcdSnapshotContents Check(IFile file, bool skipHashCheck, Action<double> progress)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(progress);

        // Before its hash: what is cut off is said to be that.
        using (new EtcdSnapshotReader(file))
        {
        }
        var hasHash = file.Length % ImageStepBytes == SHA256.HashSizeInBytes;
        if (!hasHash && !skipHashCheck)
        {
            throw new LutraException(
                LutraError.InvalidArgument,
                $"{file.Path} has no hash at its end, as 'etcdctl snapshot save' writes it: it was cut off, or it is a copy of a member's member/snap/db. If it is such a copy, made while etcd did not run, say --skip-hash-check.");
        }
        var imageBytes = file.Length - (hasHash ? SHA256.HashSizeInBytes : 0);
        var hash = HashOf(file, imageBytes, progress);
        if (hasHash && !skipHashCheck)
            RequireHash(file, imageBytes, hash);
        return Count(file, hash, progress);
    }

    private static EtcdSnapshotContents Count(IFile file, ImmutableArray<byte> hash, Action<double> progress)
    {
        var (leases, records) = (0L, 0L);
        using var reader = new EtcdSnapshotReader(file);
        while (reader.Next())
        {
            if (reader.IsLease)
                leases++;
            else if (++records % 10_000 == 0)
                progress((1 + reader.Progress) / 2);
        }
        progress(1);
        return new EtcdSnapshotContents(file.Length, hash, reader.Digest, reader.Revision, reader.CompactRevision, reader.AppliedIndex, records, leases, reader.Auth);
    }

    private static ImmutableArray<byte> HashOf(IFile file, long lengthBytes, Action<double> progress)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ReadBytes];
        for (var at = 0L; at < lengthBytes;)
        {
            var read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, lengthBytes - at)), at);
            if (read == 0)
                throw new DamagedFileException(file.Path, at, "the file became shorter while it was read");
            hash.AppendData(buffer.AsSpan(0, read));
            at += read;
            progress((double)at / lengthBytes / 2);
        }
        return [.. hash.GetHashAndReset()];
    }

    private static void RequireHash(IFile file, long imageBytes, ImmutableArray<byte> hash)
    {
        var said = new byte[SHA256.HashSizeInBytes];
        if (file.Read(said, imageBytes) < said.Length || !hash.AsSpan().SequenceEqual(said))
            throw new DamagedFileException(file.Path, imageBytes, "its SHA-256 is not that of its bytes: copy it again from where it is whole");
    }
}

/// <summary>What a snapshot of etcd's holds.</summary>
/// <param name="LengthBytes">Of the file.</param>
/// <param name="Sha256">Of the file without the hash at its end.</param>
/// <param name="Digest">Of its records.</param>
/// <param name="CompactRevision">None where nothing was compacted.</param>
/// <param name="AppliedIndex">The last entry of etcd's log that it contains.</param>
/// <param name="Versions">Of keys, deletions among them.</param>
/// <param name="Auth">Users, roles, and whether they are asked for.</param>
public sealed record EtcdSnapshotContents(
    long LengthBytes, ImmutableArray<byte> Sha256, ImmutableArray<byte> Digest, Revision Revision, Revision CompactRevision, ulong AppliedIndex, long Versions, long Leases,
    AuthState Auth);
