using System.Globalization;
using System.Text;
using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Workloads.Quota;

namespace Lutra.Simulation.Workloads.Ranges;

/// <summary>
/// Has some keys for itself, and does with them all that the store offers: puts that bring or keep value and lease, deletions of ranges, transactions in
/// transactions under every kind of compare, reads with limits, orders, filters and old revisions, counts; some of it again under its idempotency key. As nobody
/// else writes these keys it knows every answer and every refusal beforehand, to the last revision. Where it does not know whether something was done it leaves
/// these keys and goes on with others.
/// </summary>
internal sealed class RangeClient(WorkloadSetting setting, int number, Action<string> violated)
    : SequentialClient(setting, $"range client {number}"), IWorkloadClient
{
    public const string Title = "ranges";

    private const long FirstLease = 1_000_000_000_000;
    private const long LeasesPerClient = 1_000_000;
    private const long TtlSeconds = 3600;
    private const int RepeatableMax = 20;

    private readonly List<(string Key, Operation Operation, string Answer)> repeatable = [];
    private OwnKeys own = new();
    private int places;
    private long leases;
    private long lease;
    private int idempotencyKeys;

    /// <summary>Reads all of it through each of <paramref name="nodes"/>.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, (node, then) =>
        Look(node, new RangeOperation(Everything), () => Look(node, new RangeOperation(Everything, CountOnly: true), () => LookAtLease(node, then))));

    protected override void Act(SimulatedNode node)
    {
        var draw = new RangeDraw(Random, Place, own, lease);
        switch (Random.Next(16))
        {
            case < 5:
                Do(node, draw.Put());
                break;
            case 5:
                Do(node, draw.Delete());
                break;
            case < 9:
                Do(node, draw.Transaction());
                break;
            case 9:
                ChangeLease(node);
                break;
            case 10:
                LookAtLease(node, Again);
                break;
            case 11 when repeatable.Count > 0:
                Repeat(node, repeatable[Random.Next(repeatable.Count)]);
                break;
            default:
                Look(node, draw.Read(), Again);
                break;
        }
    }

    private byte[] Place => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"ranges/{number:D2}/{places:D4}/"));

    private KeyRange Everything => KeyRange.Prefix(Place);

    private void Do(SimulatedNode node, Operation operation)
    {
        var key = Random.Next(4) == 0 ? string.Create(CultureInfo.InvariantCulture, $"ranges {number} {++idempotencyKeys}") : null;
        Write(node, new WriteCommand(operation), ending =>
        {
            if (ending.IsUnknown)
                GoElsewhere();
            else if (IsRight(node, ending, OwnRefusals.Of(own, operation), operation) && ending.Result is { } answer)
                Did(node, operation, answer, key);
            Again();
        }, idempotencyKey: key);
    }

    private void Did(SimulatedNode node, Operation operation, OperationResult answer, string? key)
    {
        if (own.Done(operation, answer) is { } wrong)
            violated($"P1: {wrong}: the answer to range client {number}, {OperationText.Of(operation)}, through node {node.Label} (at {Now})");
        if (key is null)
            return;
        repeatable.Add((key, operation, AnswerText.Of(answer)));
        if (repeatable.Count > RepeatableMax)
            repeatable.RemoveAt(0);
    }

    // Whatever was done since, a repeat is answered as the first was; and what is none is refused.
    private void Repeat(SimulatedNode node, (string Key, Operation Operation, string Answer) first)
    {
        var isSame = Random.Next(3) > 0;
        var operation = isSame ? first.Operation : new PutOperation(Everything.From, "another"u8.ToArray());
        Write(node, new WriteCommand(operation), ending =>
        {
            IsRight(node, ending, isSame ? null : LutraError.IdempotencyKeyReused, operation);
            if (isSame && ending.Result is { } answer && AnswerText.Of(answer) != first.Answer)
                violated($"I13: under idempotency key '{first.Key}' node {node.Label} answered {AnswerText.Of(answer)}, and before {first.Answer} (at {Now})");
            Again();
        }, idempotencyKey: first.Key);
    }

    private void Look(SimulatedNode node, RangeOperation range, Action then)
    {
        var isOfTheFuture = range.Revision == OwnKeys.Future;
        var keys = isOfTheFuture ? own.Now : own.At(range.Revision);
        Read(node, range, ending =>
        {
            if (IsRight(node, ending, isOfTheFuture ? LutraError.FutureRevision : null, range)
                && ending.Result is RangeResult answer && own.Read(keys, range, answer) is { } wrong)
                violated($"P1: {wrong}: the answer to range client {number}, {OperationText.Of(range)}, through node {node.Label} (at {Now})");
            then();
        });
    }

    // After a read the node is up to date, and what it shows of the lease is as it must be.
    private void LookAtLease(SimulatedNode node, Action then) => Read(node, new RangeOperation(Everything, CountOnly: true), ending =>
    {
        if (ending.IsDone && lease != 0 && node.Loop?.Replica is { } replica)
            Compare(replica.Keyspace, node);
        then();
    });

    private void Compare(KeyspaceStore keyspace, SimulatedNode node)
    {
        try
        {
            using var view = keyspace.Pin();
            var (hang, should) = (string.Join(", ", view.KeysOfLease(lease).Select(key => OwnKeys.Text(key))), string.Join(", ", own.KeysOf(lease)));
            if (view.Lease(lease)?.TtlSeconds != TtlSeconds || hang != should)
                violated($"P1: on lease {lease}, {view.Lease(lease)}, hang {hang} on node {node.Label}, and it should be {should} (at {Now})");
        }
        catch (IOException)
        {
            // A damaged disk: the node says so to whoever reads there.
        }
    }

    // The old lease ends, with its keys, and another begins. What is there is not granted again, and what has ended does not end again.
    private void ChangeLease(SimulatedNode node)
    {
        var isOdd = Random.Next(4) == 0;
        if (lease == 0 == isOdd)
        {
            var ended = isOdd ? long.MaxValue : lease;
            Write(node, new RevokeLeaseCommand(ended), ending => LeaseChanged(node, ending, isOdd ? LutraError.LeaseNotFound : null, revision =>
            {
                own.Revoked(ended, revision);
                lease = 0;
            }));
            return;
        }

        var wanted = isOdd ? lease : FirstLease + (number * LeasesPerClient) + ++leases;
        Write(node, new GrantLeaseCommand(wanted, TtlSeconds), ending => LeaseChanged(node, ending, isOdd ? LutraError.LeaseExists : null, _ =>
        {
            lease = wanted;
            own.Granted(wanted);
        }));
    }

    private void LeaseChanged(SimulatedNode node, Ending ending, LutraError? refusal, Action<long> done)
    {
        if (ending.IsUnknown)
            GoElsewhere();
        else if (IsRight(node, ending, refusal) && ending.Result is { } answer)
            done(answer.Revision.Value);
        Again();
    }

    private void GoElsewhere()
    {
        places++;
        (own, lease) = (new OwnKeys(), 0);
    }

    // Not only what is answered must be right: nothing may be refused but for the state of the cluster, or as it must be.
    private bool IsRight(SimulatedNode node, Ending ending, LutraError? refusal, Operation? asked = null)
    {
        var isOfTheCluster = ending.Error is LutraError.Unavailable or LutraError.Overloaded or LutraError.Stopped or LutraError.NoSpace
            or LutraError.OutcomeUnknown or LutraError.UserRequired || AlarmBook.IsOfAlarm(ending);
        var isCompacted = ending.Error == LutraError.Compacted && asked is not null && IsCompacted(node, OwnRefusals.OldestRead(own, asked));
        if (isOfTheCluster || isCompacted || ending.Error == refusal)
            return true;
        var was = ending.Error is { } error ? $"refused as {error} ({ending.Message})" : "done";
        var due = refusal is { } must ? $"to be refused as {must}" : "to be done";
        var what = asked is null ? "a change of a lease" : OperationText.Of(asked);
        violated($"P1: what range client {number} asked was {was} by node {node.Label}, and it was {due}: {what} (at {Now})");
        return false;
    }

    private static bool IsCompacted(SimulatedNode node, long revision) => revision < (node.Loop?.Replica?.Keyspace.CompactRevision.Value ?? long.MaxValue);
}
