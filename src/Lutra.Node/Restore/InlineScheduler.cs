using Lutra.Storage.Scheduling;

namespace Lutra.Node.Restore;

/// <summary>Stages step when they are told to, on the caller's thread: for tools, which wait for the disk.</summary>
internal sealed class InlineScheduler : IScheduler
{
    private readonly Queue<IStage> ready = [];

    public void Ready(IStage stage)
    {
        if (!ready.Contains(stage))
            ready.Enqueue(stage);
    }

    /// <summary>Until nobody has anything to do.</summary>
    public void Run()
    {
        while (ready.TryDequeue(out var stage))
        {
            while (stage.Step())
            {
                // On.
            }
        }
    }
}
