using Lutra.Storage.Log;

namespace Lutra.Node.Loop;

/// <summary>
/// Whether the disk has room for more log. A full disk shows when the log asks for its next segment, long before it could fail a sync; what is
/// left by then is kept for what a full node still must write: terms, configurations, the empty entry of a new leader. Loop only.
/// </summary>
internal sealed class DiskRoom(ReplicatedLog log, string location)
{
    private const long ReserveBytes = 1024 * 1024;

    // What is on its way when a leader stops taking writes must fit into its followers' logs, or nothing after it could be committed: they go deeper.
    private const long FollowerReserveBytes = 64 * 1024;

    /// <summary>What the refusal of a write says.</summary>
    public string Refusal => $"No room on the disk of {location}. Nothing was done; reads go on, and writes will when there is room.";

    /// <summary>A table could not be written for want of room.</summary>
    public bool TablesOutOfSpace { get; set; }

    /// <summary>A request of the size that any node must take may be refused: the node should not lead any more, if another has more room. Smaller ones may still fit.</summary>
    public bool IsShort => !HasRoomFor(LutraLimits.RequestSizeBytesMax);

    /// <summary>Whether a leader may take a write.</summary>
    public bool HasRoomFor(long bytes) => !TablesOutOfSpace && (!log.IsFull || log.RoomBytes - bytes >= ReserveBytes);

    /// <summary>Whether a follower may take entries from its leader: into its log, whatever its tables lack.</summary>
    public bool CanFollowWith(long bytes) => !log.IsFull || log.RoomBytes - bytes >= FollowerReserveBytes;

    /// <summary>Asks the file system again, where it had no room for the log; at every tick. Without it a node stays full until its log is cut.</summary>
    public void Retry() => log.RetryRoom();
}
