using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Node.Loop;

/// <summary>
/// Notices a disk that takes writes and does not end them (pitfall D10). Heartbeats do not wait for the disk, so without this a leader that can promise nothing
/// any more would be followed for ever: it hands leadership over after an election timeout, gives it up after a second one, and after 20 s the node stops. A
/// full disk is no stuck one: it answers. Counts ticks, so that a process that was paused does not blame the disk. Loop only.
/// </summary>
/// <param name="isFull">The log waits for room.</param>
internal sealed class StuckDiskWatch(RaftNode raft, LutraNodeOptions options, string location, Func<bool> isFull, Action<Exception> failed)
{
    private HardState? hardStateUnderWay;
    private int ticksWithoutAnswer;

    /// <summary>This hard state was given to the disk.</summary>
    public void Asked(HardState? hardState) => hardStateUnderWay = hardState ?? hardStateUnderWay;

    public void HardStatePersisted(HardState hardState)
    {
        if (hardStateUnderWay == hardState)
            hardStateUnderWay = null;
        Answered();
    }

    /// <summary>Something became durable.</summary>
    public void Answered() => ticksWithoutAnswer = 0;

    public void Tick()
    {
        var waits = hardStateUnderWay is not null || raft.Durable < raft.Last.Index;
        ticksWithoutAnswer = waits && !isFull() ? ticksWithoutAnswer + 1 : 0;
        if (raft.Role == RoleName.Leader && raft.Configuration.Voters.Count > 1)
            LoseLeadership();
        if ((long)ticksWithoutAnswer * options.HeartbeatIntervalMillis < options.Tuning.StuckDiskStopsAfterMillis)
            return;
        Marks.StuckDiskStopsNode.Hit();
        failed(new DiskStuckException(location, "write to the log", options.Tuning.StuckDiskStopsAfterMillis / 1000));
    }

    private void LoseLeadership()
    {
        if (ticksWithoutAnswer >= 2 * options.ElectionTicks)
        {
            Marks.StuckDiskEndsLeadership.Hit();
            raft.GiveUpLeadership();
        }
        else if (ticksWithoutAnswer == options.ElectionTicks)
        {
            Marks.StuckDiskHandsOver.Hit();
            raft.TransferLeadership(null);
        }
    }
}
