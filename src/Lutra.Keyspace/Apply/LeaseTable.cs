using Lutra.Keyspace.Commands;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>Leases and the keys that are attached to them, in the tables. When a lease is over is not decided here: its leader says so in the log.</summary>
internal sealed class LeaseTable(TableStore tables)
{
    private const byte Attached = 1, Detached = 2;

    private readonly ByteWriter tableKey = new();
    private readonly ByteWriter value = new();

    /// <summary>What became of leases since somebody last took it: for the leader's clock.</summary>
    public List<LeaseChange> Changes { get; } = [];

    public static bool IsAttached(ReadOnlySpan<byte> value) => value is [Attached];

    public static bool IsDetached(ReadOnlySpan<byte> value) => value is [Detached];

    public LeaseRecord? Find(long lease)
    {
        Span<byte> key = stackalloc byte[TableKeys.LeaseBytes];
        TableKeys.WriteLease(key, lease);
        return tables.TryGet(key, ulong.MaxValue, out _, out var bytes) ? LeaseRecord.Read(bytes) : null;
    }

    public Outcome Grant(GrantLeaseCommand command, ref StateRecord state, ulong index)
    {
        if (Find(command.Lease) is not null)
            return Outcome.Refused(LutraError.LeaseExists, $"There is a lease {command.Lease} already.");
        if (state.Leases >= KeyspaceLimits.LeasesMax)
            return Outcome.Refused(LutraError.Overloaded, $"There are {state.Leases} leases, and no more than {KeyspaceLimits.LeasesMax} may be.");
        Put(command.Lease, new LeaseRecord(command.TtlSeconds, RemainingSeconds: 0), index);
        state = state with { Leases = state.Leases + 1 };
        return new Outcome(new GrantLeaseResult(new Revision(state.Revision), command.Lease, command.TtlSeconds), null);
    }

    /// <summary>Ends a lease and deletes its keys; <paramref name="keys"/> has begun on the state before.</summary>
    /// <param name="term">The entry's.</param>
    public Outcome Revoke(RevokeLeaseCommand command, UserKeys keys, ref StateRecord state, ulong index, ulong term)
    {
        if (command.Term is { } found && found != term)
            return Outcome.Refused(LutraError.InvalidArgument, $"Lease {command.Lease} was found expired in term {found}, which is over.");
        if (Find(command.Lease) is null)
            return Outcome.Refused(LutraError.LeaseNotFound, $"There is no lease {command.Lease}.");
        using (var view = keys.Pin())
        {
            foreach (var key in LeaseReader.KeysOf(view, command.Lease))
                keys.Delete(key, command.Lease);
        }

        Span<byte> own = stackalloc byte[TableKeys.LeaseBytes];
        TableKeys.WriteLease(own, command.Lease);
        tables.Put(own, index, LeaseRecord.EndedRecord);
        Changes.Add(new LeaseChange(command.Lease, null));
        state = state with { Leases = state.Leases - 1, Revision = keys.Revision, Keys = state.Keys + keys.KeysAdded };
        return new Outcome(new RevokeLeaseResult(new Revision(state.Revision)), null);
    }

    /// <summary>Writes down what leases have left; one that has ended meanwhile is passed over.</summary>
    public Outcome Checkpoint(CheckpointLeasesCommand command, in StateRecord state, ulong index, ulong term)
    {
        if (command.Term != term)
            return Outcome.Refused(LutraError.InvalidArgument, $"What leases had left in term {command.Term} is void in term {term}.");
        foreach (var (lease, seconds) in command.Leases)
        {
            if (Find(lease) is { } record)
                Put(lease, record with { RemainingSeconds = Math.Min(seconds, record.TtlSeconds) }, index);
        }

        return new Outcome(new CheckpointLeasesResult(new Revision(state.Revision)), null);
    }

    /// <summary>The leader of <paramref name="term"/> found a lease over, and it was not to be ended yet.</summary>
    public void EndRefused(long lease, ulong term) => Changes.Add(new LeaseChange(lease, null, EndRefusedIn: term));

    /// <summary>A lease that was granted elsewhere.</summary>
    public void Import(in GrantedLease lease, ulong index) => Put(lease.Lease, new LeaseRecord(lease.TtlSeconds, lease.RemainingSeconds), index);

    public void Attach(long lease, ReadOnlySpan<byte> key, ulong index) => tables.Put(KeyOf(lease, key), index, [Attached]);

    public void Detach(long lease, ReadOnlySpan<byte> key, ulong index) => tables.Put(KeyOf(lease, key), index, [Detached]);

    private void Put(long lease, in LeaseRecord record, ulong index)
    {
        Span<byte> key = stackalloc byte[TableKeys.LeaseBytes];
        TableKeys.WriteLease(key, lease);
        value.Clear();
        record.Write(value);
        tables.Put(key, index, value.Written);
        Changes.Add(new LeaseChange(lease, new GrantedLease(lease, record.TtlSeconds, record.RemainingSeconds)));
    }

    private ReadOnlySpan<byte> KeyOf(long lease, ReadOnlySpan<byte> key)
    {
        Span<byte> head = stackalloc byte[TableKeys.LeaseBytes];
        TableKeys.WriteLeaseKeys(head, lease);
        tableKey.Clear();
        tableKey.Raw(head);
        tableKey.Raw(key);
        return tableKey.Written;
    }
}
