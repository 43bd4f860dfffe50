using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Quota;

/// <summary>What all clients of the workload know together: the quota, the alarms, and what may be in the store that nobody counts.</summary>
internal sealed class QuotaBook(WorkloadSetting setting, int clients, Action<string> violated)
{
    private const int ValueBytesLargest = 30_000;

    private long uncountedBytes;

    public AlarmBook Alarms { get; } = new(() => setting.Scheduler.Now);

    /// <summary>0: there is none.</summary>
    public long QuotaBytes => setting.Cluster.Nodes[0].Options.QuotaBytes;

    /// <summary>So that what all clients have under way at once is a small part of the quota.</summary>
    public int ValueBytesMax => (int)Math.Clamp(QuotaBytes / (4 * clients), 1, ValueBytesLargest);

    /// <summary>Nobody knows whether a value of this length was written.</summary>
    public void MayBeThere(int valueBytes) => uncountedBytes += valueBytes;

    /// <summary>
    /// A leader counts what it has applied and what it has taken since its last tick; what is on its way from then is not counted, one write of each client at most and
    /// those of which nobody knows.
    /// </summary>
    public void CheckBytesThere(long bytes, string where)
    {
        var most = QuotaBytes + (2L * clients * ValueBytesMax) + uncountedBytes;
        if (QuotaBytes > 0 && bytes > most)
            violated($"P7: the quota is {QuotaBytes} bytes, and values of {bytes} bytes are there, {where}");
    }

    /// <summary>How a request ended that was asked for at <paramref name="asked"/>.</summary>
    /// <param name="needs">What it needs of the store.</param>
    /// <param name="what">For people.</param>
    public void Judge(Ending ending, Need needs, TimeSpan asked, string what)
    {
        if (ending.IsDone)
        {
            if (needs == Need.Room && Alarms.WasRaised(AlarmKind.NoSpace, asked))
                violated($"P2: {what} was done, though the alarm NOSPACE is raised");
            if (needs != Need.Nothing && Alarms.WasRaised(AlarmKind.Corrupt, asked))
                violated($"P2: {what} was done, though the alarm CORRUPT is raised");
        }
        else if (IsOfQuota(ending) && needs != Need.Room)
            violated($"P7: {what} needs no room, and was refused for want of it: {ending.Message}");
        else if (AlarmBook.IsOfAlarm(ending) && AlarmThatRefuses(ending, needs) is var kind && (kind is null || !Alarms.MayHaveBeenRaised(kind.Value, asked)))
            violated($"P7: {what} was refused by an alarm that does not concern it, or was taken back: {ending.Error}: {ending.Message}");
    }

    /// <summary>The leader refused it for its quota.</summary>
    public static bool IsOfQuota(Ending ending) => ending.Error == LutraError.NoSpace && ending.Message?.Contains("quota", StringComparison.Ordinal) == true;

    private static AlarmKind? AlarmThatRefuses(Ending ending, Need needs) => ending.Error switch
    {
        LutraError.NoSpace when needs == Need.Room => AlarmKind.NoSpace,
        LutraError.Corrupt when needs != Need.Nothing => AlarmKind.Corrupt,
        _ => null,
    };
}
