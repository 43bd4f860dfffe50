namespace Lutra.Server.Compaction;

/// <summary>
/// When to compact, and up to where: etcd's rules. By time: what was the newest revision a period ago, after a period first and then every period, but at least every hour; by
/// number: every five minutes. Pure: it is told the time.
/// </summary>
internal sealed class CompactionSchedule(AutoCompactionOptions options, DateTimeOffset start, long startRevision)
{
    private const int SamplesOfInterval = 10;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenRevisions = TimeSpan.FromMinutes(5);

    private readonly Queue<(DateTimeOffset At, long Revision)> samples = new([(start, startRevision)]);
    private DateTimeOffset next = start + (options.Period ?? BetweenRevisions);

    /// <summary>How often it wants to be asked.</summary>
    public TimeSpan Look => options.Period is null ? BetweenRevisions : Interval / SamplesOfInterval;

    private TimeSpan Interval => options.Period is not { } period ? BetweenRevisions : period < Hour ? period : Hour;

    /// <summary>The store is at <paramref name="revision"/>. Up to where it is to be compacted now; 0: not now.</summary>
    public long Ask(DateTimeOffset now, long revision)
    {
        var upTo = options.Period is { } period ? RevisionAt(now - period, now, revision) : revision - options.Revisions;
        if (now < next)
            return 0;
        next = now + Interval;
        return Math.Max(upTo, 0);
    }

    // The newest that was there then; samples before it are of no more use.
    private long RevisionAt(DateTimeOffset then, DateTimeOffset now, long revision)
    {
        samples.Enqueue((now, revision));
        var found = 0L;
        while (samples.TryPeek(out var oldest) && oldest.At <= then)
        {
            found = oldest.Revision;
            if (samples.Count > 1 && samples.ElementAt(1).At > then)
                break;
            samples.Dequeue();
        }

        return found;
    }
}
