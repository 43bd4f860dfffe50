using System.Globalization;

namespace Lutra.Raft;

/// <summary>A member as clients see it: given once when it is added, never used again.</summary>
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    public static bool operator <(MemberId left, MemberId right) => left.Value < right.Value;

    public static bool operator >(MemberId left, MemberId right) => left.Value > right.Value;

    public static bool operator <=(MemberId left, MemberId right) => left.Value <= right.Value;

    public static bool operator >=(MemberId left, MemberId right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>What a member counts for. The numbers are on disk and on the wire; 0 is never valid.</summary>
public enum MemberRole : byte
{
    /// <summary>Counts in every majority.</summary>
    Voter = 1,

    /// <summary>Receives the log and counts in none.</summary>
    Learner = 2,

    /// <summary>A voter of the outgoing half of a joint configuration only: gone when the joint phase ends.</summary>
    Leaving = 3,
}

/// <summary>
/// An entry of the configuration. <see cref="Node"/> is null until the member has answered once: until then it is not counted and
/// not sent to. Label and addresses are data that the core carries and never reads.
/// </summary>
public sealed record Member(MemberId Id, NodeId? Node, string Label, string PeerAddress, string ClientAddress, MemberRole Role)
{
    /// <summary>Of a learner: it is to become a voter as soon as it has caught up. The core carries this too and acts on none of it.</summary>
    public bool AutoPromote { get; init; }

    /// <summary>Of such a learner: the member that goes in the step in which this one becomes a voter.</summary>
    public MemberId? Replaces { get; init; }
}
