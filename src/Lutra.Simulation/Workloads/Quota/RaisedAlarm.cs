namespace Lutra.Simulation.Workloads.Quota;

/// <summary>What is known of one alarm. It was just asked for, at the time of its making.</summary>
internal sealed class RaisedAlarm(Alarm alarm, Func<TimeSpan> now)
{
    private bool mayComeLate;

    public Alarm Alarm => alarm;

    /// <summary>When it was known to be raised; null: it never was.</summary>
    public TimeSpan? RaisedAt { get; private set; }

    /// <summary>When it was known to be taken back, or refused; null: not yet.</summary>
    public TimeSpan? TakenBackAt { get; private set; }

    /// <summary>How often its end was asked for.</summary>
    public int TakenBackAsked { get; private set; }

    public void Raised() => RaisedAt = now();

    public void Refused() => TakenBackAt = now();

    /// <summary>Nobody knows whether it is raised, and it may yet come.</summary>
    public void MayCome() => mayComeLate = true;

    /// <summary>Somebody asks for its end.</summary>
    public void TakeBack() => TakenBackAsked++;

    public void TakenBack() => TakenBackAt = now();

    public bool WasRaised(TimeSpan since) => RaisedAt < since && TakenBackAsked == 0;

    public bool MayHaveBeenRaised(TimeSpan since) => mayComeLate || !(TakenBackAt < since);
}
