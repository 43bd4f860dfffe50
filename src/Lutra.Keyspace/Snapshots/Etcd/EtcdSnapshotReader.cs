using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Storage.Bolt;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// Reads a snapshot of etcd's, or its database itself, from the first record to the last: leases, then versions of keys in the order in which they were made. Every
/// byte may be hostile: a <see cref="DamagedFileException"/> names the place. What is well-formed and more than a keyspace takes is a <see cref="LutraException"/>.
/// </summary>
internal sealed class EtcdSnapshotReader : IDisposable
{
    // etcd has ten.
    private const int BucketsMax = 1000;

    // etcd has two.
    private const int SumRecordsMax = 1000;

    private readonly BoltFile file;
    private readonly IncrementalHash digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedDictionary<string, BoltTree> buckets = new(StringComparer.Ordinal);
    private readonly string path;
    private BoltCursor cursor;
    private bool isAtKeys;
    private EtcdRevision last = new(0, -1, IsTombstone: false);
    private ulong pagesBefore;

    /// <param name="file">Belongs to the caller.</param>
    public EtcdSnapshotReader(IFile file)
    {
        path = file.Path;
        this.file = BoltFile.Open(file);
        ReadBuckets();
        ReadMeta();
        Alarms = ReadAlarms();
        Auth = ReadAuth();
        cursor = Open(EtcdBuckets.Lease);
    }

    /// <summary>The oldest revision that can be read; none where nothing was compacted.</summary>
    public Revision CompactRevision { get; private set; }

    /// <summary>The last entry of etcd's log that it contains.</summary>
    public ulong AppliedIndex { get; private set; }

    /// <summary>Those that have an effect.</summary>
    public AlarmState Alarms { get; }

    /// <summary>Users, roles, and whether they are asked for.</summary>
    public AuthState Auth { get; }

    /// <summary>The revision as far as it was read; at the end that of the store.</summary>
    public Revision Revision { get; private set; } = new(1);

    /// <summary>What stands here is a lease, and no version of a key.</summary>
    public bool IsLease => !isAtKeys;

    public GrantedLease Lease { get; private set; }

    /// <summary>Holds until the next move, as the version does.</summary>
    public ReadOnlyMemory<byte> Key { get; private set; }

    public KeyVersion Version { get; private set; }

    /// <summary>Records read so far, from 0 to 1 of all; roughly.</summary>
    public double Progress => (double)(pagesBefore + cursor.PagesRead) / file.PageCount;

    /// <summary>Of all that was read: the same each time, while nobody changes the file.</summary>
    public ImmutableArray<byte> Digest => [.. digest.GetCurrentHash()];

    public bool Next()
    {
        while (true)
        {
            if (!cursor.Next())
            {
                if (isAtKeys)
                    return false;
                isAtKeys = true;
                pagesBefore += cursor.PagesRead;
                cursor = Open(EtcdBuckets.Key);
                continue;
            }
            digest.AppendData(cursor.Key);
            digest.AppendData(cursor.Value.Span);
            if (Read())
                return true;
        }
    }

    public void Dispose() => digest.Dispose();

    private bool Read()
    {
        try
        {
            if (cursor.IsBucket)
                throw new FormatException("a bucket lies where a record must be");
            return isAtKeys ? ReadVersion() : ReadLease();
        }
        catch (FormatException damage)
        {
            throw Damaged(damage.Message);
        }
    }

    private bool ReadLease()
    {
        Lease = EtcdLease.Read(cursor.Key, cursor.Value);
        if (Lease.TtlSeconds > KeyspaceLimits.LeaseTtlSecondsMax)
            throw new FormatException($"lease {Lease.Lease:x} lives longer than a lease can");
        return true;
    }

    private bool ReadVersion()
    {
        var revision = EtcdRevision.Read(cursor.Key);
        if ((revision.Main, revision.Sub).CompareTo((last.Main, last.Sub)) <= 0)
            throw new FormatException($"revision {revision.Main} has change {revision.Sub} twice");
        last = revision;
        Revision = new Revision(Math.Max(Revision.Value, revision.Main));
        if (EtcdRecord.Read(revision, cursor.Value) is not { } found)
            return false;
        (Key, Version) = found;
        RequireRoom();
        return true;
    }

    private void RequireRoom()
    {
        if (Key.Length > KeyspaceLimits.KeyBytesMax)
            throw TooLarge($"a key of {Key.Length} bytes", KeyspaceLimits.KeyBytesMax);
        if (Version.Value.Length > LutraLimits.RequestSizeBytesMax)
            throw TooLarge($"a value of {Version.Value.Length} bytes", LutraLimits.RequestSizeBytesMax);
    }

    private LutraException TooLarge(string what, int bytesMax) =>
        new(LutraError.TooLarge, $"Revision {Version.ModRevision} cannot be restored: it has {what}, and Lutra takes {bytesMax}. Delete the key in etcd, compact, and save again.");

    private void ReadBuckets()
    {
        cursor = new BoltCursor(file, file.Top);
        try
        {
            while (cursor.Next())
            {
                if (!cursor.IsBucket)
                    throw new FormatException("what lies in the tree of buckets is none");
                if (buckets.Count == BucketsMax)
                    throw new FormatException($"it has more than {BucketsMax} buckets");
                buckets.Add(Convert.ToHexString(cursor.Key), BoltTree.OfBucket(cursor.Value.Span));
            }
        }
        catch (FormatException damage)
        {
            throw Damaged(damage.Message);
        }
        if (!buckets.ContainsKey(Convert.ToHexString(EtcdBuckets.Key)))
            throw new DamagedFileException(path, 0, "it is a database of bbolt, and no bucket of it is etcd's");
        pagesBefore += cursor.PagesRead;
    }

    private void ReadMeta()
    {
        var (finished, scheduled) = (0L, 0L);
        cursor = Open(EtcdBuckets.Meta);
        try
        {
            while (cursor.Next())
            {
                if (cursor.Key.SequenceEqual(EtcdBuckets.ConsistentIndex) && cursor.Value.Length == sizeof(ulong))
                    AppliedIndex = BinaryPrimitives.ReadUInt64BigEndian(cursor.Value.Span);
                else if (cursor.Key.SequenceEqual(EtcdBuckets.FinishedCompactRevision))
                    finished = EtcdRevision.Read(cursor.Value.Span).Main;
                else if (cursor.Key.SequenceEqual(EtcdBuckets.ScheduledCompactRevision))
                    scheduled = EtcdRevision.Read(cursor.Value.Span).Main;
            }
        }
        catch (FormatException damage)
        {
            throw Damaged(damage.Message);
        }
        pagesBefore += cursor.PagesRead;

        // One that is scheduled is made before anybody reads.
        CompactRevision = new Revision(Math.Max(finished, scheduled));
        Revision = new Revision(Math.Max(1, CompactRevision.Value));
    }

    private AlarmState ReadAlarms()
    {
        try
        {
            return EtcdAlarm.ReadAll(Small([.. EtcdBuckets.Alarm], EtcdAlarm.RecordsMax).Select(each => each.Key));
        }
        catch (FormatException damage)
        {
            throw Damaged(damage.Message);
        }
    }

    private AuthState ReadAuth()
    {
        var (isEnabled, revision) = (false, 0UL);
        foreach (var (key, value) in Small([.. EtcdBuckets.Auth], SumRecordsMax))
        {
            if (key.AsSpan().SequenceEqual(EtcdBuckets.AuthEnabled))
                isEnabled = value.Span is [1];
            else if (key.AsSpan().SequenceEqual(EtcdBuckets.AuthRevision) && value.Length == sizeof(ulong))
                revision = BinaryPrimitives.ReadUInt64BigEndian(value.Span);
        }
        try
        {
            var users = Small([.. EtcdBuckets.AuthUsers], KeyspaceLimits.UsersMax).Select(each => EtcdUser.Read(each.Key, each.Value)).ToList();
            var roles = Small([.. EtcdBuckets.AuthRoles], KeyspaceLimits.RolesMax).Select(each => EtcdRole.Read(each.Key, each.Value)).ToList();
            return !isEnabled && revision <= 1 && users.Count == 0 && roles.Count == 0 ? AuthState.Initial : AuthState.Create(isEnabled, revision, users, roles);
        }
        catch (FormatException damage)
        {
            throw Damaged(damage.Message);
        }
    }

    /// <summary>All of a bucket that has no more than so many records. What is yielded holds until the next.</summary>
    private IEnumerable<(byte[] Key, ReadOnlyMemory<byte> Value)> Small(byte[] bucket, int countMax)
    {
        cursor = Open(bucket);
        for (var count = 0; cursor.Next(); count++)
        {
            if (cursor.IsBucket || count == countMax)
                throw Damaged($"a bucket holds another, or more than {countMax} records");
            digest.AppendData(cursor.Key);
            digest.AppendData(cursor.Value.Span);
            yield return (cursor.Key.ToArray(), cursor.Value);
        }
        pagesBefore += cursor.PagesRead;
    }

    // A bucket that is not there is empty.
    private BoltCursor Open(ReadOnlySpan<byte> bucket) =>
        new(file, buckets.TryGetValue(Convert.ToHexString(bucket), out var tree) ? tree : BoltTree.Empty);

    private DamagedFileException Damaged(string reason) => new(path, cursor.PageOffsetBytes, reason);
}
