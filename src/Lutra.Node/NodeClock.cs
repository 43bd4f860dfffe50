namespace Lutra.Node;

/// <summary>
/// The two times of a node: a monotonic one for every wait, and the wall clock, which only stamps commands (pitfall E18).
/// </summary>
public sealed class NodeClock(TimeProvider time)
{
    private readonly long startTimestamp = time.GetTimestamp();

    /// <summary>For what is measured more finely than in milliseconds.</summary>
    public TimeProvider Time => time;

    /// <summary>Milliseconds since the node's start; never goes back.</summary>
    public long NowMillis => (long)time.GetElapsedTime(startTimestamp).TotalMilliseconds;

    /// <summary>Unix time in milliseconds; may jump.</summary>
    public long WallMillis => time.GetUtcNow().ToUnixTimeMilliseconds();
}
