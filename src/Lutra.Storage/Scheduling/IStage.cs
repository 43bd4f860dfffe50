namespace Lutra.Storage.Scheduling;

/// <summary>Where a stage may run.</summary>
public enum StageKind
{
    /// <summary>Never waits: the loop, the applier.</summary>
    Prompt,

    /// <summary>Waits for the log's disk, on a thread of its own: the log writer.</summary>
    LogWriter,

    /// <summary>Long work in bounded pieces, which may wait for the disk: flush, merge, table transfer.</summary>
    Background,
}

/// <summary>A piece of the node that works in bounded steps, one thread at a time, and never waits for another stage.</summary>
public interface IStage
{
    string Name { get; }

    StageKind Kind { get; }

    /// <summary>Does a bounded amount of work; true where there is more to do at once. An exception ends the node (pitfall X05).</summary>
    bool Step();
}

/// <summary>Decides when, and on which thread, a stage steps: threads and the pool in a server, an event queue in the simulator.</summary>
public interface IScheduler
{
    /// <summary>
    /// There is work for <paramref name="stage"/>: step it until it returns false. From any thread, at any time; a call while it runs
    /// makes it step once more.
    /// </summary>
    void Ready(IStage stage);

    /// <summary>
    /// As <see cref="Ready"/>, from a caller that holds no lock and has nothing else to do: the stage may step on its thread, which saves waking another.
    /// </summary>
    void Offer(IStage stage) => Ready(stage);
}
