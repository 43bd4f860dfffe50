using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Storage.Log;

/// <summary>What the log tells its node, from whichever thread finished the write.</summary>
/// <param name="HardStatePersisted">This hard state is durable.</param>
/// <param name="Persisted">The log is durable up to this position.</param>
/// <param name="Failed">A write or sync failed: nothing may be promised any more, the node stops.</param>
/// <param name="StartMoved">The log was cut or reset: it now begins after this position.</param>
public sealed record LogEvents(
    Action<HardState> HardStatePersisted, Action<LogPosition> Persisted, Action<DiskException> Failed, Action<LogPosition> StartMoved);
