namespace Lutra.Raft;

/// <summary>
/// Counts ticks without a sign of a leader. Every wait is drawn anew from [electionTicks, 2 × electionTicks), from this node's own
/// stream (pitfall E14).
/// </summary>
internal sealed class ElectionTimer
{
    private readonly int electionTicks;
    private readonly Random random;
    private int elapsedTicks;
    private int limitTicks;

    public ElectionTimer(int electionTicks, Random random)
    {
        this.electionTicks = electionTicks;
        this.random = random;
        Redraw();
    }

    /// <summary>One tick more. True: the wait is over.</summary>
    public bool Tick() => ++elapsedTicks >= limitTicks;

    /// <summary>A leader was heard, or a vote given (pitfall E10).</summary>
    public void Reset() => elapsedTicks = 0;

    /// <summary>A new attempt begins.</summary>
    public void Redraw()
    {
        elapsedTicks = 0;
        limitTicks = random.Next(electionTicks, 2 * electionTicks);
    }
}
