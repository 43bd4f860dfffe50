using Lutra.Storage.Scheduling;

namespace Lutra.Node.Restore;

/// <summary>Nothing steps: tables and log that are opened with it are only read. What is put stays in memory.</summary>
internal sealed class StillScheduler : IScheduler
{
    public void Ready(IStage stage)
    {
        // Said above.
    }
}
