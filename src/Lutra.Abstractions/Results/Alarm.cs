namespace Lutra;

/// <summary>What an alarm warns of. The numbers are etcd's, and stand in the log.</summary>
public enum AlarmKind
{
    /// <summary>A member has no room: what needs some is refused.</summary>
    NoSpace = 1,

    /// <summary>What members hold may differ: nothing is changed.</summary>
    Corrupt = 2,
}

/// <summary>An alarm that somebody raised by hand. It holds for the whole cluster until it is taken back.</summary>
/// <param name="Member">The number of the member that it is about, as given by who raised it: any number, and 0 for none.</param>
public readonly record struct Alarm(ulong Member, AlarmKind Kind);
