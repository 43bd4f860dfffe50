using Lutra.Raft;
using Lutra.Storage.Log;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Loop;

/// <summary>Reads entries back that memory no longer holds, for followers that are behind: the loop does not wait for the disk.</summary>
internal sealed class LogReader(ReplicatedLog log, IScheduler scheduler, Action<NodeId, LogIndex, IReadOnlyList<Entry>> read) : IStage
{
    private readonly Lock gate = new();
    private readonly Queue<EntriesWanted> queue = new();

    public string Name => "log reader";

    public StageKind Kind => StageKind.Background;

    public void Submit(EntriesWanted wanted)
    {
        lock (gate)
            queue.Enqueue(wanted);
        scheduler.Ready(this);
    }

    public bool Step()
    {
        EntriesWanted wanted;
        lock (gate)
        {
            if (!queue.TryDequeue(out wanted))
                return false;
        }

        read(wanted.Follower, wanted.First, log.Read(wanted.First, wanted.Last, wanted.BytesMax));
        return true;
    }
}
