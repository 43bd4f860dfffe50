using Lutra.Raft;

namespace Lutra.Node.Peers.Links;

/// <summary>
/// In what order waiting frames go out: all of an earlier lane before any of a later one, in order within a lane. So a table transfer or a burst of
/// writes never holds up heartbeats, votes and replies (pitfall F04).
/// </summary>
internal enum Lane
{
    /// <summary>Small, and somebody waits for it.</summary>
    Urgent,

    /// <summary>Entries and the commands that become entries: in one lane, so that appends stay in order.</summary>
    Log,

    /// <summary>The bytes of tables.</summary>
    Bulk,
}

internal static class Lanes
{
    public const int Count = 3;

    public static Lane Of(PeerFrame frame) => frame switch
    {
        TransferChunkFrame => Lane.Bulk,
        ProposeFrame or RaftFrame { Message: AppendRequest } => Lane.Log,
        _ => Lane.Urgent,
    };
}
