using Lutra.Keyspace.Alarms;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Quota;

/// <summary>
/// Raises alarms, looks at the list of them through any node, and takes them back. It rests when none is raised; one that comes after all because nobody knew what
/// became of it is taken back as an operator would who sees it.
/// </summary>
internal sealed class AlarmClient(WorkloadSetting setting, AlarmBook book, Action<string> violated) : SequentialClient(setting, "alarms")
{
    private const int OpenMax = 2;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    private bool foundNone;
    private bool isSweeping;

    protected override bool MayRest => foundNone;

    // What it asks may be asked again without harm.
    protected override TimeSpan NoAnswerAfter => patience;

    protected override void Act(SimulatedNode node)
    {
        if (IsStopped)
            Clear(node);
        else if (book.Open is { Count: > 0 } open && (open.Count == OpenMax || Random.Next(3) > 0))
            Choose(node, open[Random.Next(open.Count)]);
        else
            Raise(node);
    }

    private void Choose(SimulatedNode node, RaisedAlarm alarm)
    {
        if (Random.Next(2) == 0)
            TakeBack(node, alarm);
        else
            Look(node, _ => AgainAfter(Random.LogUniform(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1))));
    }

    private void Raise(SimulatedNode node)
    {
        var alarm = book.Raise(Random.Next(3) == 0 ? AlarmKind.Corrupt : AlarmKind.NoSpace);
        Write(node, new AlarmCommand(alarm.Alarm, Raises: true), ending =>
        {
            if (ending.IsDone)
                alarm.Raised();
            else if (ending.IsUnknown)
                alarm.MayCome();
            else
                alarm.Refused();
            AgainAfter(Random.LogUniform(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2)));
        });
    }

    private void TakeBack(SimulatedNode node, RaisedAlarm alarm)
    {
        alarm.TakeBack();
        Write(node, new AlarmCommand(alarm.Alarm, Raises: false), ending =>
        {
            if (ending.Result is AlarmResult done)
                TakenBack(alarm, done);
            AgainAfter(book.Open.Count == 0 ? Random.LogUniform(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(8)) : TimeSpan.FromMilliseconds(Random.Next(100)));
        });
    }

    private void TakenBack(RaisedAlarm alarm, AlarmResult done)
    {
        // An earlier try may have taken it back, without an answer.
        if (!done.IsThere && alarm.TakenBackAsked == 1 && alarm.RaisedAt is not null)
            violated($"P2: {alarm.Alarm} was raised at {alarm.RaisedAt}, and is not there any more when it is taken back (at {Now})");
        alarm.TakenBack();
    }

    // As a node's door does it: a linearizable read's place in line first, then what is there.
    private void Look(SimulatedNode node, Action<IReadOnlyList<Alarm>?> then)
    {
        var asked = Now;
        Read(node, new RangeOperation(KeyRange.Single("quota"u8.ToArray())), ending =>
        {
            var listed = ending.IsDone && node.Loop?.Replica is { } replica ? replica.Keyspace.Alarms.All : default;
            if (!listed.IsDefault && book.Check(listed, asked) is { } wrong)
                violated($"P1: of the alarms of node {node.Label}: {wrong} (at {Now})");
            then(listed.IsDefault ? null : listed);
        });
    }

    private void Clear(SimulatedNode node) => Look(node, listed =>
    {
        if (listed is { Count: > 0 })
        {
            Remove(node, listed[0], Again);
            return;
        }

        foundNone = listed is not null;
        if (foundNone && !isSweeping)
        {
            isSweeping = true;
            Sweep();
        }

        Again();
    });

    private void Remove(SimulatedNode node, Alarm alarm, Action then)
    {
        foreach (var known in book.Open)
            known.TakeBack();
        Write(node, new AlarmCommand(alarm, Raises: false), _ => then());
    }

    private void Sweep() => Setting.Scheduler.After(patience, () =>
    {
        if (Setting.Cluster.Leader is { Loop.Replica.Keyspace.Alarms.All: [var late, ..] } leader)
            leader.Requests.Write(new AlarmCommand(late, Raises: false), null, _ => { });
        Sweep();
    });
}
