using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Node.Leases;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>Takes a lock, keeps it alive, writes under it, stands still for longer than its lease lives, and gives the lock up or just forgets it.</summary>
internal sealed class LockClient(WorkloadSetting setting, int number, LockWorkload workload) : SequentialClient(setting, $"lock client {number}")
{
    private const int LeasesPerClient = 1_000_000;

    private int leases;
    private Held? held;

    /// <summary>Waits until every lock is free, as each of <paramref name="nodes"/> sees it.</summary>
    public void WaitUntilFree(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, WaitUntilFree);

    protected override void Act(SimulatedNode node)
    {
        if (held is not { } mine)
            Grant(node);
        else
            Use(node, mine);
    }

    private void WaitUntilFree(SimulatedNode node, Action then) => Read(node, new RangeOperation(LockWorkload.AllLocks, CountOnly: true), ending =>
    {
        // A node that was removed meanwhile answers nothing any more.
        if (ending.Result is RangeResult { Count: 0 } || node.Loop is null)
            then();
        else
            Setting.Scheduler.After(TimeSpan.FromMilliseconds(200), () => WaitUntilFree(node, then));
    });

    private void Grant(SimulatedNode node)
    {
        var lease = ((long)number * LeasesPerClient) + ++leases;
        var ttlSeconds = Random.Next(1, 9);
        var asked = Now;
        Write(node, new GrantLeaseCommand(lease, ttlSeconds), ending =>
        {
            // Where it is not known whether it was granted nobody will renew it, and it ends.
            if (ending.IsDone)
                Take(node, new Held(Random.Next(workload.Locks), lease, ttlSeconds, asked));
            else
                Pause();
        });
    }

    private void Take(SimulatedNode node, Held wanted)
    {
        var key = KeyRange.Single(LockWorkload.KeyOf(wanted.Which));
        var asked = Now;
        var take = new TransactionOperation([new Compare(key, CompareTarget.CreateRevision, CompareResult.Equal)], [new PutOperation(key.From, IdOf(wanted), wanted.Lease)], []);
        Write(node, new WriteCommand(take), ending =>
        {
            if (ending.Result is TransactionResult { Succeeded: true } done)
                Has(wanted, done.Revision.Value, asked);
            else if (ending.IsUnknown)
                Look(node, wanted, key, asked);
            else
                Pause();
        });
    }

    // Perhaps it has the lock and does not know.
    private void Look(SimulatedNode node, Held wanted, KeyRange key, TimeSpan asked) => Read(node, new RangeOperation(key), ending =>
    {
        if (ending.Result is RangeResult { KeyValues: [var found] } && found.Value.Span.SequenceEqual(IdOf(wanted)))
            Has(wanted, found.CreateRevision.Value, asked);
        else
            Pause();
    });

    private void Has(Held wanted, long token, TimeSpan asked)
    {
        held = wanted with { Token = token };
        workload.Taken(wanted.Which, token, asked, $"client {number}");
        workload.Renewed(wanted.Which, token, wanted.GrantAsked, wanted.TtlSeconds);
        Pause();
    }

    private void Use(SimulatedNode node, Held mine)
    {
        switch (Random.Next(16))
        {
            case 0:
                GiveUp(node, mine);
                break;
            case 1:
                // It just forgets: the lease ends by itself.
                held = null;
                Pause();
                break;
            case < 4:
                StandStill(mine, 2);
                break;
            case 4:
                AskWhatIsLeft(node, mine);
                break;
            case < 11:
                Renew(node, mine);
                break;
            default:
                WriteUnder(node, mine);
                break;
        }
    }

    private void Renew(SimulatedNode node, Held mine)
    {
        var asked = Now;
        Ask(node, new LeaseQuestion(mine.Lease, Renews: true), answer =>
        {
            if (answer.Error is null)
                workload.Renewed(mine.Which, mine.Token, asked, answer.TtlSeconds);
            else if (answer.Error == LutraError.LeaseNotFound)
                Lost(mine);

            // For nearly as long as the lease must live: if it ends too soon, this is when.
            if (answer.Error is null && Random.Next(3) == 0)
                StandStill(mine, 1);
            else
                Pause();
        });
    }

    // That keeps nothing alive.
    private void AskWhatIsLeft(SimulatedNode node, Held mine) => Ask(node, new LeaseQuestion(mine.Lease, Renews: false), answer =>
    {
        if (answer.Error is null)
            workload.Left(mine.Which, mine.Token, answer.RemainingSeconds, answer.TtlSeconds);
        else if (answer.Error == LutraError.LeaseNotFound)
            Lost(mine);
        Pause();
    });

    private void StandStill(Held mine, double lifetimesMax) => AgainAfter(TimeSpan.FromSeconds(lifetimesMax * mine.TtlSeconds * Random.NextDouble()));

    private void WriteUnder(SimulatedNode node, Held mine)
    {
        var guarded = new PutOperation(LockWorkload.GuardedBy(mine.Which), IdOf(mine));
        Write(node, new WriteCommand(new TransactionOperation([IsMine(mine)], [guarded], [])), ending =>
        {
            if (ending.Result is TransactionResult { Succeeded: true } done)
                workload.Written(mine.Which, mine.Token, done.Revision.Value);
            else if (ending.Result is TransactionResult)
                Lost(mine);
            Pause();
        });
    }

    private void GiveUp(SimulatedNode node, Held mine)
    {
        held = null;
        workload.GivenUp(mine.Which, mine.Token);
        Command giveUp = Random.Next(2) == 0
            ? new RevokeLeaseCommand(mine.Lease)
            : new WriteCommand(new TransactionOperation([IsMine(mine)], [new DeleteOperation(KeyRange.Single(LockWorkload.KeyOf(mine.Which)))], []));
        Write(node, giveUp, _ => Pause());
    }

    private void Lost(Held mine)
    {
        held = null;
        workload.FoundGone(mine.Which, mine.Token);
    }

    private static Compare IsMine(Held mine) =>
        new(KeyRange.Single(LockWorkload.KeyOf(mine.Which)), CompareTarget.CreateRevision, CompareResult.Equal, mine.Token);

    private static byte[] IdOf(Held held) => Encoding.UTF8.GetBytes(held.Lease.ToString(CultureInfo.InvariantCulture));

    private void Pause() => AgainAfter(TimeSpan.FromMilliseconds(Random.Next(20, 300)));

    private sealed record Held(int Which, long Lease, long TtlSeconds, TimeSpan GrantAsked)
    {
        public long Token { get; init; }
    }
}
