using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;
using Lutra.Simulation.Workloads.Quota;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Opens a session and puts into a key of that session's own, step by step: the key's version says how often that was done. Every step is tried again, through
/// one node after another, until the client is told that it is done: it is done once (I13, pitfall C01), and whoever asks again for one of the last 256 is told
/// the same. Some sessions are short and end in between, some are closed, and none of those does anything any more.
/// </summary>
internal sealed class SessionClient(WorkloadSetting setting, int number, Action<string> violated)
    : SequentialClient(setting, $"session client {number}"), IWorkloadClient
{
    public const string Title = "sessions";

    private const ulong Window = 256;

    private static readonly TimeSpan ttlMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ttlMax = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan longRest = TimeSpan.FromSeconds(6);

    // A leader looks for sessions whose time is over every ten heartbeats.
    private static readonly TimeSpan lookedForWithin = TimeSpan.FromSeconds(1.6);

    // Clocks are read in whole milliseconds.
    private static readonly TimeSpan error = TimeSpan.FromMilliseconds(2);

    private readonly List<SessionCount> counts = [];
    private SessionCount? count;

    /// <summary>Reads what every session has counted, through each of <paramref name="nodes"/>.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) =>
        ThroughEach(nodes, (node, then) => Check(node, 0, () => WaitUntilEnded(node, then)));

    protected override void Act(SimulatedNode node)
    {
        var ended = counts.LastOrDefault(each => each.IsEnded);
        if (ended is not null && Random.Next(30) == 0)
            Disturb(node, ended);
        else if (count is null)
            Open(node);
        else if (count.Answers.Count > 0 && Random.Next(8) == 0)
            Repeat(node, count);
        else if (Random.Next(120) == 0)
            Close(node, count);
        else if (count.Ttl < longRest && Random.Next(30) == 0)
            Rest(count);
        else
            Step(node, count);
    }

    private void Open(SimulatedNode node)
    {
        var session = (ulong)Random.NextInt64(1, long.MaxValue);
        var ttl = Random.LogUniform(ttlMin, ttlMax);
        var asked = Now;
        Write(node, new OpenSessionCommand(session, (long)ttl.TotalMilliseconds), ending =>
        {
            // It has no result beyond having been done.
            if (ending.Error is null)
                counts.Add(count = new SessionCount(session, ttl) { UsedAt = asked, AskedAt = asked });
            Again();
        });
    }

    // The same step until it is known to be done: whatever was said before, another try is no second one. Numbers may be left out.
    private void Step(SimulatedNode node, SessionCount counting)
    {
        if (counting.Sequence == 0)
        {
            counting.Sequence = counting.Highest + (Random.Next(6) == 0 ? (ulong)Random.Next(1, 200) : 1);
            counting.Asked++;
        }

        var (sequence, asked) = (counting.Sequence, Now);
        counting.AskedAt = asked;
        Write(node, StepOf(counting, sequence), ending =>
        {
            if (ending.Result is PutResult done)
            {
                counting.Answers.Add((sequence, Describe(done)));
                (counting.Highest, counting.Sequence, counting.UsedAt) = (sequence, 0, asked);
                counting.Done++;
            }
            else if (ending.Error is LutraError.SessionExpired)
            {
                if (MustLive(counting))
                    violated($"I13: {counting} was used at {counting.UsedAt}, may rest for {counting.Ttl}, and is over at {Now}: {ending.Message}");
                (counting.IsEnded, count) = (true, null);
            }
            else if (AlarmBook.IsOfAlarm(ending))
            {
                // An answer like any other: it is kept, and the step is done under another number.
                (counting.Highest, counting.Sequence, counting.UsedAt) = (sequence, 0, asked);
            }

            Again();
        }, counting.Session, sequence);
    }

    // Until about when the leader finds the session idle: the next step and the session's end come at the same time.
    private void Rest(SessionCount counting)
    {
        var until = counting.UsedAt + counting.Ttl + (lookedForWithin * Random.NextDouble());
        AgainAfter(until > Now ? until - Now : TimeSpan.Zero);
    }

    // What was done long ago is not done again, and the last ones are answered as they were.
    private void Repeat(SimulatedNode node, SessionCount counting)
    {
        var (sequence, answer) = counting.Answers[Random.Next(counting.Answers.Count)];
        var highest = counting.Sequence == 0 ? counting.Highest : counting.Sequence;
        var asked = counting.AskedAt = Now;
        Write(node, StepOf(counting, sequence), ending =>
        {
            if (ending.Result is PutResult again)
            {
                counting.UsedAt = asked;
                if (Describe(again) != answer)
                    violated($"I13: step {sequence} of {counting} was answered {answer}, and on node {node.Label} {Describe(again)} (at {Now})");
                if (sequence + Window <= counting.Highest)
                    violated($"I13: step {sequence} of {counting} is behind the last {Window}, up to {counting.Highest}, and node {node.Label} answered it (at {Now})");
            }
            else if (ending.Error == LutraError.SessionExpired && sequence + Window > highest && MustLive(counting))
            {
                violated($"I13: step {sequence} of {counting}, which is at {highest}, was refused by node {node.Label}: {ending.Message} (at {Now})");
            }

            Again();
        }, counting.Session, sequence);
    }

    // Where clocks run as time does.
    private bool MustLive(SessionCount counting) => Setting.ClockRateMax == 1 && Now - counting.UsedAt < counting.Ttl - error;

    private void Close(SimulatedNode node, SessionCount counting) => Write(node, new CloseSessionCommand(counting.Session), ending =>
    {
        count = null;
        counting.IsEnded = ending.Error is null;
        Again();
    });

    // Over is over: its number opens no other session, and nothing is done under it. (After a day it is forgotten, and a clock may jump that far.)
    private void Disturb(SimulatedNode node, SessionCount ended)
    {
        void Judge(Ending ending)
        {
            if (ending.Error is null && Setting.ClockRateMax == 1)
                violated($"I13: {ended} was over, and is not through node {node.Label} (at {Now})");
            Again();
        }

        var next = ended.Highest + Window;
        if (Random.Next(2) == 0)
            Write(node, new OpenSessionCommand(ended.Session, (long)ttlMax.TotalMilliseconds), Judge);
        else
            Write(node, StepOf(ended, next), Judge, ended.Session, next);
    }

    private static WriteCommand StepOf(SessionCount counting, ulong sequence) =>
        new(new PutOperation(counting.Key, Encoding.UTF8.GetBytes($"{sequence}"), ReturnPrevious: true));

    private static string Describe(PutResult done) =>
        $"revision {done.Revision} over {(done.Previous is { } was ? $"version {was.Version}, {Encoding.UTF8.GetString(was.Value.Span)}" : "nothing")}";

    private void Check(SimulatedNode node, int at, Action then)
    {
        if (at == counts.Count)
        {
            then();
            return;
        }

        var checkedCount = counts[at];
        Read(node, new RangeOperation(KeyRange.Single(checkedCount.Key)), ending =>
        {
            if (ending.Result is RangeResult found)
                Compare(checkedCount, found.KeyValues.IsEmpty ? 0 : (ulong)found.KeyValues[0].Version, node);
            Check(node, at + 1, then);
        });
    }

    // Nobody uses them any more: those whose time is over must end. To ask for the end of what was never used disturbs none. (A clock that jumped may put it off for long.)
    private void WaitUntilEnded(SimulatedNode node, Action then)
    {
        var over = counts.FirstOrDefault(each => !each.IsEnded && each.AskedAt + each.Ttl < Now);
        if (over is null || Setting.ClockRateMax > 1)
        {
            then();
            return;
        }

        Write(node, new CloseSessionCommand(over.Session, LastUsedMillis: 0), ending =>
        {
            over.IsEnded = ending.Error is null;
            // A node that was removed meanwhile answers nothing any more.
            if (node.Loop is null)
                then();
            else
                Setting.Scheduler.After(TimeSpan.FromMilliseconds(200), () => WaitUntilEnded(node, then));
        });
    }

    private void Compare(SessionCount known, ulong version, SimulatedNode node)
    {
        if (version < known.Done || version > known.Asked)
            violated($"I13: under {known} {known.Done} steps were done and {known.Asked} asked for, and node {node.Label} counts {version}");
    }
}
