using System.Collections.Immutable;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Has some keys for itself, and does with them all that the store offers: puts with and without leases, deletions of ranges, transactions under every kind of
/// compare, reads with limits, orders and old revisions, counts. As nobody else writes them it knows every answer beforehand, to the last revision.
/// Where it does not know whether something was done it leaves these keys and goes on with others.
/// </summary>
internal sealed class RangeClient(WorkloadSetting setting, int number, Action<string> violated) : SequentialClient(setting, $"range client {number}"), IWorkloadClient
{
    public const string Title = "ranges";

    private const int Keys = 40;
    private const int RememberedMax = 30;
    private const long FirstLease = 1_000_000_000_000;
    private const long LeasesPerClient = 1_000_000;
    private const long TtlSeconds = 3600;

    private static readonly CompareTarget[] targets = Enum.GetValues<CompareTarget>();
    private static readonly CompareResult[] results = Enum.GetValues<CompareResult>();
    private static readonly SortTarget[] sorts = Enum.GetValues<SortTarget>();

    private readonly List<(long Revision, ImmutableSortedDictionary<string, KeyValue> Keys)> remembered = [];
    private OwnKeys own = new();
    private int places;
    private long leases;
    private long lease;

    /// <summary>Reads all of it through each of <paramref name="nodes"/>.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) =>
        ThroughEach(nodes, (node, then) => Look(node, new RangeOperation(Everything), () => Look(node, new RangeOperation(Everything, CountOnly: true), then)));

    protected override void Act(SimulatedNode node)
    {
        switch (Random.Next(12))
        {
            case < 5:
                Do(node, DrawPut(Random.Next(Keys)));
                break;
            case 5:
                Do(node, new DeleteOperation(DrawRange(), Random.Next(2) == 0));
                break;
            case < 8:
                Do(node, DrawTransaction());
                break;
            case 8:
                ChangeLease(node);
                break;
            default:
                Look(node, DrawRead(), Again);
                break;
        }
    }

    private KeyRange Everything => KeyRange.Prefix(Encoding.UTF8.GetBytes($"ranges/{number:D2}/{places:D4}/"));

    private void Do(SimulatedNode node, Operation operation) => Write(node, new WriteCommand(operation), ending =>
    {
        if (ending.IsUnknown)
            GoElsewhere();
        else if (ending.Result is { } answer)
        {
            if (own.Done(operation, answer) is { } wrong)
                violated($"P1: {wrong}: the answer to {operation.GetType().Name} of range client {number} through node {node.Label} (at {Now})");
            Remember();
        }

        Again();
    });

    private void Look(SimulatedNode node, RangeOperation range, Action then)
    {
        var keys = range.Revision.Value == 0 ? own.Now : remembered.First(each => each.Revision == range.Revision.Value).Keys;
        Read(node, range, ending =>
        {
            if (ending.Result is RangeResult answer && OwnKeys.Read(keys, range, answer) is { } wrong)
                violated($"P1: {wrong}: range client {number} read {range.Range} at revision {range.Revision} through node {node.Label} (at {Now})");
            then();
        });
    }

    // The old lease ends, with its keys, and another begins.
    private void ChangeLease(SimulatedNode node)
    {
        if (lease == 0)
        {
            var wanted = FirstLease + (number * LeasesPerClient) + ++leases;
            Write(node, new GrantLeaseCommand(wanted, TtlSeconds), ending =>
            {
                lease = ending.IsDone ? wanted : 0;
                Again();
            });
            return;
        }

        var ended = lease;
        Write(node, new RevokeLeaseCommand(ended), ending =>
        {
            if (ending.IsUnknown)
                GoElsewhere();
            else if (ending.Result is RevokeLeaseResult done)
            {
                own.Revoked(ended, done.Revision.Value);
                lease = 0;
                Remember();
            }

            Again();
        });
    }

    private void GoElsewhere()
    {
        places++;
        (own, lease) = (new OwnKeys(), 0);
        remembered.Clear();
    }

    private void Remember()
    {
        if (own.Newest == 0 || (remembered.Count > 0 && remembered[^1].Revision == own.Newest))
            return;
        remembered.Add((own.Newest, own.Now));
        if (remembered.Count > RememberedMax)
            remembered.RemoveAt(0);
    }

    private PutOperation DrawPut(int key)
    {
        var value = new byte[Random.Next(60)];
        Random.NextBytes(value);
        return new PutOperation(KeyOf(key), value, Random.Next(3) == 0 ? lease : 0, Random.Next(2) == 0);
    }

    private KeyRange DrawRange()
    {
        var (one, other) = (Random.Next(Keys), Random.Next(Keys));
        return Random.Next(4) switch
        {
            0 => KeyRange.Single(KeyOf(one)),
            1 => Everything,
            _ => new KeyRange(KeyOf(Math.Min(one, other)), KeyOf(Math.Max(one, other) + 1)),
        };
    }

    private RangeOperation DrawRead() => new(
        Random.Next(2) == 0 ? Everything : DrawRange(),
        Limit: Random.Next(2) * Random.Next(1, 10),
        Revision: new Revision(remembered.Count > 0 && Random.Next(3) == 0 ? remembered[Random.Next(remembered.Count)].Revision : 0),
        Sort: sorts[Random.Next(sorts.Length)],
        Descending: Random.Next(2) == 0,
        KeysOnly: Random.Next(3) == 0,
        CountOnly: Random.Next(3) == 0,
        MinModRevision: new Revision(remembered.Count > 0 && Random.Next(4) == 0 ? remembered[Random.Next(remembered.Count)].Revision : 0));

    private TransactionOperation DrawTransaction() => new([.. Enumerable.Range(0, Random.Next(1, 3)).Select(_ => DrawCompare())], DrawBranch(), DrawBranch());

    // Each key once, as the rules of the store demand.
    private ImmutableArray<Operation> DrawBranch()
    {
        var first = Random.Next(Keys - 3);
        return [
            DrawPut(first),
            Random.Next(2) == 0 ? DrawPut(first + 1) : new DeleteOperation(KeyRange.Single(KeyOf(first + 1)), Random.Next(2) == 0),
            new RangeOperation(DrawRange(), CountOnly: Random.Next(2) == 0),
        ];
    }

    // About what is there, so that each result is likely.
    private Compare DrawCompare()
    {
        var range = Random.Next(4) == 0 ? DrawRange() : KeyRange.Single(KeyOf(Random.Next(Keys)));
        var target = targets[Random.Next(targets.Length)];
        var like = own.Now.IsEmpty ? null : own.Now.Values.ElementAt(Random.Next(own.Now.Count));
        if (like is not null && Random.Next(2) == 0)
            range = KeyRange.Single(like.Key);
        var there = target switch
        {
            CompareTarget.Version => like?.Version ?? 0,
            CompareTarget.CreateRevision => like?.CreateRevision.Value ?? 0,
            CompareTarget.ModRevision => like?.ModRevision.Value ?? 0,
            CompareTarget.Lease => like?.Lease ?? 0,
            _ => 0,
        };
        return new Compare(range, target, results[Random.Next(results.Length)], target == CompareTarget.Value ? 0 : Math.Max(0, there + Random.Next(-1, 2)), target == CompareTarget.Value ? like?.Value ?? default : default);
    }

    private byte[] KeyOf(int key) => Encoding.UTF8.GetBytes($"ranges/{number:D2}/{places:D4}/{key:D2}");
}
