using System.Collections.Immutable;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Leases;
using Lutra.Node.Loop;

namespace Lutra.Node.Hosting;

/// <summary>Where requests about leases of this process enter the node.</summary>
internal sealed class LeaseDoor(NodeLoop loop, NodeClock clock, LutraNodeOptions options, WriteDoor writes, ReadDoor reads, DamageGuard damage)
{
    private const int ListedAtOnce = 10_000;
    private const int DrawsMax = 16;

    // Of 52 bits: JSON readers that know no larger integers see them right.
    private const long DrawnBelow = 1L << 52;

    private readonly Completions completions = new();
    private readonly SystemRandom random = new();

    /// <summary>The shortest time to live: a holder must be able to outlive an election, as in etcd.</summary>
    private long TtlSecondsMin => ((3L * options.ElectionTimeoutMillis / 2) + 999) / 1000;

    public async ValueTask<GrantLeaseResult> GrantAsync(long ttlSeconds, long lease, Caller caller, CancellationToken cancellationToken)
    {
        var ttl = ttlSeconds < 1 ? ttlSeconds : Math.Max(ttlSeconds, TtlSecondsMin);
        for (var draw = 1; ; draw++)
        {
            var number = lease != 0 ? lease : random.NextInt64(1, DrawnBelow);
            try
            {
                return (GrantLeaseResult)await writes.Write(new GrantLeaseCommand(number, ttl), default, caller).AsTask().WaitAsync(cancellationToken);
            }
            catch (LutraException taken) when (taken.Error == LutraError.LeaseExists && lease == 0 && draw < DrawsMax)
            {
                // The number that was drawn is taken: another one.
            }
        }
    }

    public async ValueTask<RevokeLeaseResult> RevokeAsync(long lease, Caller caller, CancellationToken cancellationToken) =>
        (RevokeLeaseResult)await writes.Write(new RevokeLeaseCommand(lease), default, caller).AsTask().WaitAsync(cancellationToken);

    public async ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken)
    {
        var left = await AskAsync(new LeaseQuestion(lease, Renews: true), cancellationToken);
        return new LeaseStatus(lease, left.TtlSeconds, left.RemainingSeconds, []);
    }

    public async ValueTask<LeaseStatus> StatusAsync(long lease, bool withKeys, CancellationToken cancellationToken)
    {
        var left = await AskAsync(new LeaseQuestion(lease, Renews: false), cancellationToken);
        if (!withKeys)
            return new LeaseStatus(lease, left.TtlSeconds, left.RemainingSeconds, []);
        await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
        using var view = loop.Replica!.Keyspace.Pin();
        return new LeaseStatus(lease, left.TtlSeconds, left.RemainingSeconds, [.. damage.Read((view, lease), static asked => asked.view.KeysOfLease(asked.lease).ToArray())]);
    }

    public async ValueTask<ImmutableArray<long>> ListAsync(CancellationToken cancellationToken)
    {
        await reads.UpToDate().AsTask().WaitAsync(cancellationToken);
        using var view = loop.Replica!.Keyspace.Pin();
        var leases = ImmutableArray.CreateBuilder<long>();
        while (true)
        {
            var page = damage.Read((view, after: leases.Count > 0 ? leases[^1] : 0), static asked => asked.view.Leases(asked.after, ListedAtOnce));
            foreach (var lease in page)
                leases.Add(lease.Lease);
            if (page.Count < ListedAtOnce)
                return leases.DrainToImmutable();
        }
    }

    private async ValueTask<LeaseAnswer> AskAsync(LeaseQuestion question, CancellationToken cancellationToken)
    {
        var asked = new AwaitedQuestion(question, clock.NowMillis + options.RequestTimeoutMillis, completions);
        loop.Post(asked);
        var answer = await asked.Answer.WaitAsync(cancellationToken);
        return answer.Error is { } error ? throw NodeRefusal.Of(loop, error, answer.Message ?? "") : answer;
    }

    private sealed class AwaitedQuestion : ClientLeaseQuestion, ICompletion
    {
        private readonly TaskCompletionSource<LeaseAnswer> source = new();
        private readonly Completions completions;
        private LeaseAnswer answer;

        public AwaitedQuestion(LeaseQuestion question, long deadlineMillis, Completions completions)
        {
            (Question, DeadlineMillis) = (question, deadlineMillis);
            this.completions = completions;
        }

        public Task<LeaseAnswer> Answer => source.Task;

        public override void Answered(LeaseAnswer answer)
        {
            this.answer = answer;
            completions.Add(this);
        }

        public void Run() => source.TrySetResult(answer);
    }
}
