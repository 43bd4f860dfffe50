using System.Buffers;
using System.Buffers.Binary;
using Lutra.Keyspace.Auth;
using Lutra.Storage.Bolt;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>
/// A pinned state as the file that etcd would hold of the same history: all its buckets, those empty of which etcd makes its own when it restores. Written in small
/// steps, and the same each time, so that it can be measured first.
/// </summary>
internal sealed class EtcdImage : IDisposable
{
    private readonly KeyspaceView view;
    private readonly BoltPages pages;
    private readonly EtcdImageSize? measured;
    private readonly IEnumerator<long> steps;
    private readonly ByteWriter key = new();
    private readonly ByteWriter value = new();
    private long records;
    private ulong root;

    /// <param name="view">Outlasts this.</param>
    /// <param name="target">Takes the bytes; null: they are only counted.</param>
    /// <param name="measured">What counting came to; of who counts null.</param>
    public EtcdImage(KeyspaceView view, IBufferWriter<byte>? target, EtcdImageSize? measured)
    {
        this.view = view;
        this.measured = measured;
        pages = new BoltPages(target);
        steps = Write().GetEnumerator();
    }

    /// <summary>Whole once <see cref="Step"/> has returned false.</summary>
    public EtcdImageSize Size => new(root, pages.Count);

    public long LengthBytes => pages.LengthBytes;

    /// <summary>Adds a record; false after the last.</summary>
    public bool Step() => steps.MoveNext();

    public void Dispose() => steps.Dispose();

    private IEnumerable<long> Write()
    {
        if (measured is { } size)
            pages.WriteMetas(size.Root, size.PageCount);
        var top = new BoltTreeWriter(pages);
        WriteAlarms(top);
        WriteAuth(top);
        top.AddBucket(EtcdBuckets.Cluster, new BoltTreeWriter(pages).EndBucket());

        var keys = new BoltTreeWriter(pages);
        foreach (var step in Keys(keys))
            yield return step;
        top.AddBucket(EtcdBuckets.Key, keys.EndBucket());

        var leases = new BoltTreeWriter(pages);
        foreach (var step in Leases(leases))
            yield return step;
        top.AddBucket(EtcdBuckets.Lease, leases.EndBucket());

        top.AddBucket(EtcdBuckets.Members, new BoltTreeWriter(pages).EndBucket());
        top.AddBucket(EtcdBuckets.MembersRemoved, new BoltTreeWriter(pages).EndBucket());
        var meta = new BoltTreeWriter(pages);
        WriteMeta(meta);
        top.AddBucket(EtcdBuckets.Meta, meta.EndBucket());
        root = top.End();
    }

    private IEnumerable<long> Keys(BoltTreeWriter tree)
    {
        using var order = view.OpenRevisionOrder();
        while (order.MoveNext())
        {
            key.Clear();
            value.Clear();
            EtcdRecord.Write(key, value, order.Key, order.Version);
            tree.Add(key.Written, value.Written);
            yield return ++records;
        }
    }

    private IEnumerable<long> Leases(BoltTreeWriter tree)
    {
        const int atOnce = 1000;
        for (var after = 0L; view.Leases(after, atOnce) is { Count: > 0 } leases; after = leases[^1].Lease)
        {
            foreach (var lease in leases)
            {
                key.Clear();
                value.Clear();
                key.UInt64BigEndian((ulong)lease.Lease);
                EtcdLease.Write(value, lease);
                tree.Add(key.Written, value.Written);
                yield return ++records;
            }
        }
    }

    // A tree is written in the order of its keys' bytes.
    private void WriteAlarms(BoltTreeWriter top)
    {
        var records = new List<byte[]>();
        foreach (var alarm in view.Alarms.All)
        {
            key.Clear();
            EtcdAlarm.Write(key, alarm);
            records.Add(key.Written.ToArray());
        }
        records.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        var alarms = new BoltTreeWriter(pages);
        foreach (var record in records)
            alarms.Add(record, []);
        top.AddBucket(EtcdBuckets.Alarm, alarms.EndBucket());
    }

    // Users and roles are few enough to be in memory.
    private void WriteAuth(BoltTreeWriter top)
    {
        var state = view.Auth;
        var sum = new BoltTreeWriter(pages);
        if (!ReferenceEquals(state, AuthState.Initial))
        {
            Span<byte> revision = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64BigEndian(revision, state.Revision);
            sum.Add(EtcdBuckets.AuthEnabled, [state.IsEnabled ? (byte)1 : (byte)0]);
            sum.Add(EtcdBuckets.AuthRevision, revision);
        }
        top.AddBucket(EtcdBuckets.Auth, sum.EndBucket());

        var roles = new BoltTreeWriter(pages);
        foreach (var role in state.Roles.Values)
        {
            value.Clear();
            EtcdRole.Write(value, role);
            roles.Add(AuthRecords.ToBytes(role.Name), value.Written);
        }
        top.AddBucket(EtcdBuckets.AuthRoles, roles.EndBucket());

        var users = new BoltTreeWriter(pages);
        foreach (var user in state.Users.Values)
        {
            value.Clear();
            EtcdUser.Write(value, user);
            users.Add(AuthRecords.ToBytes(user.Name), value.Written);
        }
        top.AddBucket(EtcdBuckets.AuthUsers, users.EndBucket());
    }

    private void WriteMeta(BoltTreeWriter tree)
    {
        Span<byte> index = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(index, Math.Max(1, view.Applied.Index.Value));
        tree.Add(EtcdBuckets.ConsistentIndex, index);
        if (view.CompactRevision.Value <= 0)
            return;
        Span<byte> floor = stackalloc byte[EtcdRevision.PutSizeBytes];
        new EtcdRevision(view.CompactRevision.Value, 0, IsTombstone: false).Write(floor);
        tree.Add(EtcdBuckets.FinishedCompactRevision, floor);
        tree.Add(EtcdBuckets.ScheduledCompactRevision, floor);
    }
}

/// <param name="Root">The page at which the tree of buckets begins.</param>
internal readonly record struct EtcdImageSize(ulong Root, ulong PageCount);
