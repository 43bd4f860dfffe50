using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Quota;

/// <summary>
/// What is known of the alarms that were raised by hand: each has a number of its own, so that one that comes late, when nobody knows of it any more, is told from the rest.
/// </summary>
internal sealed class AlarmBook(Func<TimeSpan> now)
{
    private readonly List<RaisedAlarm> all = [];

    /// <summary>The alarms that were not taken back yet, as far as is known.</summary>
    public IReadOnlyList<RaisedAlarm> Open => [.. all.Where(each => each.TakenBackAt is null)];

    /// <summary>An alarm stands in the way of this request, for as long as it is raised.</summary>
    public static bool IsOfAlarm(Ending ending) => ending.Message?.StartsWith("The alarm ", StringComparison.Ordinal) == true;

    /// <summary>Somebody asks for a new one: from now on it may be raised.</summary>
    public RaisedAlarm Raise(AlarmKind kind)
    {
        var raised = new RaisedAlarm(new Alarm((ulong)all.Count + 1, kind), now);
        all.Add(raised);
        return raised;
    }

    /// <summary>From before <paramref name="since"/> until now an alarm of this kind was raised, for certain.</summary>
    public bool WasRaised(AlarmKind kind, TimeSpan since) => all.Exists(each => each.Alarm.Kind == kind && each.WasRaised(since));

    /// <summary>At some time from <paramref name="since"/> until now an alarm of this kind may have been raised.</summary>
    public bool MayHaveBeenRaised(AlarmKind kind, TimeSpan since) => all.Exists(each => each.Alarm.Kind == kind && each.MayHaveBeenRaised(since));

    /// <summary>What is wrong with a list of alarms that was asked for at <paramref name="since"/>; null: nothing.</summary>
    public string? Check(IReadOnlyCollection<Alarm> listed, TimeSpan since)
    {
        foreach (var each in all)
        {
            if (each.WasRaised(since) && !listed.Contains(each.Alarm))
                return $"{each.Alarm} is not in the list, though it is raised since {each.RaisedAt}";
            if (!each.MayHaveBeenRaised(since) && listed.Contains(each.Alarm))
                return $"{each.Alarm} is in the list, though it was taken back, or refused, at {each.TakenBackAt}";
        }

        return listed.Any(alarm => all.TrueForAll(each => each.Alarm != alarm)) ? $"an alarm is in the list that nobody raised: {string.Join(", ", listed)}" : null;
    }
}
