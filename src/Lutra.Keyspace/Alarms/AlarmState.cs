using System.Collections.Immutable;
using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Alarms;

/// <summary>
/// The alarms that were raised by hand, and what they refuse, decided where an entry is applied: the same on every node. One state, never changed, for any thread.
/// </summary>
public sealed class AlarmState
{
    public static readonly AlarmState None = new([]);

    private AlarmState(ImmutableArray<Alarm> all)
    {
        All = all;
        IsFull = all.Any(alarm => alarm.Kind == AlarmKind.NoSpace);
        IsCorrupt = all.Any(alarm => alarm.Kind == AlarmKind.Corrupt);
    }

    /// <summary>In the order of their kinds, then of their members.</summary>
    public ImmutableArray<Alarm> All { get; }

    public bool IsFull { get; }

    public bool IsCorrupt { get; }

    /// <summary>Null where the alarms let a command be done, else why not.</summary>
    public Refusal? Check(Command command)
    {
        if (All.IsEmpty)
            return null;
        if (IsCorrupt && Changes(command))
        {
            return new Refusal(
                LutraError.Corrupt, "The alarm CORRUPT is raised: what the members hold may differ, and nothing is changed until it is taken back. Nothing was done.");
        }

        return IsFull && Growth.Needs(command)
            ? new Refusal(LutraError.NoSpace, "The alarm NOSPACE is raised: nothing that needs room is done until it is taken back. Nothing was done; reads and deletes go on.")
            : null;
    }

    internal AlarmState With(in Alarm alarm)
    {
        var place = PlaceOf(alarm);
        return place >= 0 ? this : new AlarmState(All.Insert(~place, alarm));
    }

    internal AlarmState Without(in Alarm alarm)
    {
        var place = PlaceOf(alarm);
        return place < 0 ? this : new AlarmState(All.RemoveAt(place));
    }

    internal static int Compare(Alarm left, Alarm right) => (left.Kind, left.Member).CompareTo((right.Kind, right.Member));

    private int PlaceOf(in Alarm alarm) => All.BinarySearch(alarm, Comparer<Alarm>.Create(Compare));

    // etcd's rule: only transactions of nothing but reads go on, and one within another counts as a change.
    private static bool Changes(Command command) => command switch
    {
        WriteCommand { Operation: RangeOperation } => false,
        WriteCommand { Operation: TransactionOperation transaction } => !(HasOnlyReads(transaction.Then) && HasOnlyReads(transaction.Else)),
        WriteCommand or CompactCommand or GrantLeaseCommand or RevokeLeaseCommand => true,
        _ => false,
    };

    private static bool HasOnlyReads(ImmutableArray<Operation> operations) => operations.All(operation => operation is RangeOperation);
}
