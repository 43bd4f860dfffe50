namespace Lutra.Simulation.Scheduling;

/// <summary>When an event runs: by time, among equals as the seed drew it, then in the order in which they were queued.</summary>
internal readonly record struct EventKey(long AtTicks, uint TieBreak, ulong Sequence) : IComparable<EventKey>
{
    // Written out because a third of a run's queue work was spent in the comparison of tuples.
    public int CompareTo(EventKey other)
    {
        if (AtTicks != other.AtTicks)
            return AtTicks < other.AtTicks ? -1 : 1;
        if (TieBreak != other.TieBreak)
            return TieBreak < other.TieBreak ? -1 : 1;
        return Sequence.CompareTo(other.Sequence);
    }
}
