using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Quota;

/// <summary>
/// Writes until it is refused for want of room, then reads, deletes, ends leases and compacts, which must go on, until there is room again. At the end it gives up all
/// that it has, so that the store cannot stay full.
/// </summary>
internal sealed class QuotaClient(WorkloadSetting setting, int number, QuotaBook book, Action<string> violated) : SequentialClient(setting, $"quota client {number}")
{
    private const long FirstLease = 2_000_000_000_000;
    private const long LeasesPerClient = 1_000_000;
    private const long TtlSeconds = 3600;

    private static readonly TimeSpan patienceAtTheEnd = TimeSpan.FromSeconds(2);

    private readonly KeyFates fates = new();
    private readonly List<int> leased = [];
    private long leases;
    private long lease;
    // Its end was asked for, and may yet come.
    private bool mayEnd;
    private bool isFull;
    private int givenUp;
    private long compactAt;

    /// <summary>How often it was told that the quota is reached.</summary>
    public int TimesFull { get; private set; }

    /// <summary>How often it could write again after that.</summary>
    public int TimesRoomAgain { get; private set; }

    protected override bool MayRest => givenUp == 3;

    protected override TimeSpan NoAnswerAfter => IsStopped ? patienceAtTheEnd : base.NoAnswerAfter;

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, Look);

    protected override void Act(SimulatedNode node)
    {
        if (IsStopped)
            GiveUpAll(node);
        else if (isFull)
            ActWhereFull(node);
        else
            ActWhereThereIsRoom(node);
    }

    private void ActWhereThereIsRoom(SimulatedNode node)
    {
        switch (Random.Next(20))
        {
            case < 13:
                Put(node);
                break;
            case 13 when lease == 0:
                Grant(node);
                break;
            case 14:
                LookAtAll(node);
                break;
            case 15:
                // Not so much that the store would never be full.
                Delete(node, fates.First, Math.Min(fates.First + 1, fates.Next), _ => Again());
                break;
            case 16:
                Compact(node, _ => Again());
                break;
            case 17:
                EndLease(node, _ => Again());
                break;
            default:
                Look(node, Again);
                break;
        }
    }

    private void ActWhereFull(SimulatedNode node)
    {
        switch (Random.Next(10))
        {
            case < 3:
                Put(node);
                break;
            case 3 when lease == 0:
                Grant(node);
                break;
            case 4:
                LookAtAll(node);
                break;
            case 5:
                EndLease(node, _ => Again());
                break;
            case 6:
                Look(node, Again);
                break;
            default:
                Delete(node, _ => Compact(node, _ => Again()));
                break;
        }
    }

    // One step after the other, each until it is known to be done.
    private void GiveUpAll(SimulatedNode node)
    {
        switch (givenUp)
        {
            case 0:
                Delete(node, 0, fates.Next, Step);
                break;
            case 1:
                EndLease(node, Step);
                break;
            default:
                Compact(node, Step);
                break;
        }

        void Step(bool isDone)
        {
            givenUp += isDone ? 1 : 0;
            Again();
        }
    }

    private void Put(SimulatedNode node)
    {
        var key = fates.Begin();
        var value = new byte[Random.Next(1, book.ValueBytesMax + 1)];
        var under = Random.Next(4) == 0 && !mayEnd ? lease : 0;
        Operation put = new PutOperation(KeyOf(key), value, under);
        if (Random.Next(4) == 0)
            put = new TransactionOperation([], [put], []);
        Do(node, new WriteCommand(put), Need.Room, $"put of {value.Length} bytes", ending =>
        {
            fates.Set(key, ending.IsDone ? KeyFate.There : ending.IsUnknown ? KeyFate.Unknown : KeyFate.Refused);
            if (ending.IsUnknown)
                book.MayBeThere(value.Length);
            if (under != 0)
                leased.Add(key);
            Again();
        });
    }

    private void Grant(SimulatedNode node)
    {
        var wanted = FirstLease + (number * LeasesPerClient) + ++leases;
        Do(node, new GrantLeaseCommand(wanted, TtlSeconds), Need.Room, "new lease", ending =>
        {
            lease = ending.IsDone ? wanted : 0;
            Again();
        });
    }

    private void EndLease(SimulatedNode node, Action<bool> then)
    {
        if (lease == 0)
        {
            then(true);
            return;
        }

        Do(node, new RevokeLeaseCommand(lease), Need.Change, "end of a lease", ending =>
        {
            // That there is none says that an earlier try ended it.
            var isOver = ending.IsDone || ending.Error == LutraError.LeaseNotFound;
            if (isOver || ending.IsUnknown)
            {
                mayEnd = !isOver;
                foreach (var key in leased)
                    fates.Deleted(key, key + 1, isOver);
            }

            if (isOver)
            {
                leased.Clear();
                lease = 0;
            }

            compactAt = Math.Max(compactAt, ending.Result?.Revision.Value ?? 0);
            then(isOver);
        });
    }

    // Some of the oldest, or all of them.
    private void Delete(SimulatedNode node, Action<bool> then) =>
        Delete(node, fates.First, Random.Next(2) == 0 ? fates.Next : fates.First + Random.Next(fates.Next - fates.First + 1), then);

    private void Delete(SimulatedNode node, int from, int to, Action<bool> then)
    {
        // Where it has nothing, a key that nobody writes.
        Operation delete = new DeleteOperation(from == to ? KeyRange.Single(KeyOf(-1)) : new KeyRange(KeyOf(from), KeyOf(to)));
        if (Random.Next(3) == 0)
            delete = new TransactionOperation([], [delete], []);
        Do(node, new WriteCommand(delete), Need.Change, "deletion", ending =>
        {
            if (ending.IsDone || ending.IsUnknown)
                fates.Deleted(from, to, ending.IsDone);
            compactAt = Math.Max(compactAt, ending.Result?.Revision.Value ?? 0);
            then(ending.IsDone);
        });
    }

    private void Compact(SimulatedNode node, Action<bool> then) => Do(
        node, new CompactCommand(new Revision(compactAt)), Need.Change, "compaction", ending => then(ending.IsDone || ending.Error == LutraError.Compacted));

    private void Look(SimulatedNode node, Action then) => Ask(node, KeyRange.Prefix(Encoding.UTF8.GetBytes(Prefix)), found =>
    {
        var there = found.KeyValues.Select(pair => int.Parse(Encoding.UTF8.GetString(pair.Key.Span[Prefix.Length..]), CultureInfo.InvariantCulture)).ToHashSet();
        if (fates.Check(there) is { } wrong)
            violated($"{wrong} (quota client {number} read on node {node.Label} at {Now})");
    }, then);

    private void LookAtAll(SimulatedNode node) => Ask(
        node, QuotaWorkload.AllKeys, found => book.CheckBytesThere(found.KeyValues.Sum(pair => (long)pair.Value.Length), $"read on node {node.Label} at {Now}"), Again);

    private void Ask(SimulatedNode node, KeyRange range, Action<RangeResult> found, Action then)
    {
        var asked = Now;
        Read(node, new RangeOperation(range), ending =>
        {
            book.Judge(ending, Need.Nothing, asked, $"a read on node {node.Label} at {asked}");
            if (ending.Result is RangeResult result)
                found(result);
            then();
        });
    }

    private void Do(SimulatedNode node, Command command, Need needs, string what, Action<Ending> then)
    {
        var asked = Now;
        Write(node, command, ending =>
        {
            book.Judge(ending, needs, asked, $"a {what} of quota client {number} through node {node.Label} at {asked}");
            if (QuotaBook.IsOfQuota(ending))
            {
                TimesFull += isFull ? 0 : 1;
                isFull = true;
            }
            else if (ending.IsDone && needs == Need.Room)
            {
                TimesRoomAgain += isFull ? 1 : 0;
                isFull = false;
            }

            then(ending);
        });
    }

    private string Prefix => string.Create(CultureInfo.InvariantCulture, $"quota/{number:D2}/");

    private byte[] KeyOf(int key) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{key:D6}"));
}
