namespace Lutra.Raft;

/// <summary>The arithmetic of majorities, with no node around it.</summary>
internal static class Majority
{
    /// <summary>How many of <paramref name="voters"/> are more than half of them.</summary>
    public static int Of(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The largest number that more than half of <paramref name="values"/> have reached; 0 of none, because nobody decides nothing.
    /// Sorts the span: voters are few, so by insertion.
    /// </summary>
    public static ulong Reached(Span<ulong> values)
    {
        for (var i = 1; i < values.Length; i++)
        {
            var value = values[i];
            var at = i;
            for (; at > 0 && values[at - 1] > value; at--)
                values[at] = values[at - 1];
            values[at] = value;
        }

        return values.IsEmpty ? 0 : values[values.Length - Of(values.Length)];
    }

    /// <summary>
    /// What both halves of a joint configuration have reached (Raft paper, section 6; pitfall M03). An empty
    /// <paramref name="outgoing"/> half means that there is no joint phase.
    /// </summary>
    public static ulong ReachedJointly(Span<ulong> incoming, Span<ulong> outgoing) =>
        outgoing.IsEmpty ? Reached(incoming) : Math.Min(Reached(incoming), Reached(outgoing));
}
