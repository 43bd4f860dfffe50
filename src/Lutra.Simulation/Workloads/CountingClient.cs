using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// A client with a key of its own: writes 1, 2, 3 and so on through whichever node it likes, and reads in between. It alone writes the key, one request at a
/// time, so what a read may answer is known: nothing older than what was acknowledged or read before, unless it is a write whose outcome was never told. The cheapest
/// workload, and the first to see a lost or an old value.
/// </summary>
internal sealed class CountingClient : IWorkloadClient
{
    public const string Title = "counting";

    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(20);

    private readonly SimulatedScheduler scheduler;
    private readonly SimulatedCluster cluster;
    private readonly Random random;
    private readonly string name;
    private readonly byte[] key;
    private readonly int valueBytesMax;
    private readonly SortedSet<long> unknown = [];
    private readonly Action<string> violated;
    private long lastWritten;
    private long oldestAllowed;
    private long turn;
    private bool isStopped;

    public CountingClient(WorkloadSetting setting, int number, Action<string> violated)
    {
        cluster = setting.Cluster;
        scheduler = setting.Scheduler;
        this.violated = violated;
        random = scheduler.RandomFor($"counting client {number}");
        valueBytesMax = (int)random.LogUniform(16, 2000);
        name = $"counting, client {number}";
        key = Encoding.UTF8.GetBytes($"counting/{number}");
    }

    public long Done { get; private set; }

    public long Unknown { get; private set; }

    public bool IsQuiet { get; private set; } = true;

    public void Begin()
    {
        IsQuiet = false;
        scheduler.After(TimeSpan.FromMilliseconds(random.Next(200)), Next);
    }

    public void Stop() => isStopped = true;

    /// <summary>Reads through each of <paramref name="nodes"/>, one after the other; for the end, when all is healed.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        IsQuiet = false;
        ReadFrom(nodes, 0);
    }

    private void ReadFrom(IReadOnlyList<SimulatedNode> nodes, int at)
    {
        if (at == nodes.Count)
            IsQuiet = true;
        else
            Read(nodes[at], () => ReadFrom(nodes, at + 1));
    }

    private void Next()
    {
        if (isStopped)
        {
            IsQuiet = true;
            return;
        }

        var node = cluster.Nodes[random.Next(cluster.Nodes.Count)];
        if (!node.IsUp || node.Loop is null)
            scheduler.After(TimeSpan.FromMilliseconds(20), Next);
        else if (random.Next(3) == 0)
            Read(node, Again);
        else
            Write(node);
    }

    private void Again() => scheduler.After(TimeSpan.FromMilliseconds(random.Next(30)), Next);

    private void Write(SimulatedNode node)
    {
        var number = ++lastWritten;
        var mine = Expect(() =>
        {
            NoteUnknown(number);
            Again();
        });
        var value = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadRight(random.Next(8, valueBytesMax)));
        node.Requests.Write(new WriteCommand(new PutOperation(key, value)), null, ending =>
        {
            if (!Answered(mine))
                return;
            if (ending.IsDone)
            {
                Done++;
                oldestAllowed = number;
            }
            else if (ending.IsUnknown)
            {
                NoteUnknown(number);
            }

            Again();
        }, name);
    }

    private void Read(SimulatedNode node, Action then)
    {
        var oldest = oldestAllowed;
        var mine = Expect(then);
        node.Requests.Read(new RangeOperation(KeyRange.Single(key)), ending =>
        {
            if (!Answered(mine))
                return;
            if (ending.Result is RangeResult found)
            {
                Done++;
                Check(found, oldest, node);
            }

            then();
        }, name);
    }

    private void Check(RangeResult found, long oldest, SimulatedNode node)
    {
        var read = found.KeyValues.IsEmpty ? 0 : long.Parse(Encoding.UTF8.GetString(found.KeyValues[0].Value.Span), CultureInfo.InvariantCulture);
        if (read > lastWritten)
            violated($"{Name} holds {read}, which was never written (read on {node.Label} at {scheduler.Now})");
        else if (read < oldest && !unknown.Contains(read))
            violated($"{Name} holds {read}, though {oldest} was acknowledged or read before (read on {node.Label} at {scheduler.Now})");
        else
            oldestAllowed = Math.Max(oldestAllowed, unknown.Contains(read) ? oldestAllowed : read);
    }

    private string Name => Encoding.UTF8.GetString(key);

    private void NoteUnknown(long number)
    {
        Unknown++;
        unknown.Add(number);
    }

    // A node that dies tells nobody: the client gives up by itself.
    private long Expect(Action given)
    {
        var mine = ++turn;
        scheduler.After(LostAfter, () =>
        {
            if (Answered(mine))
                given();
        });
        return mine;
    }

    private bool Answered(long mine)
    {
        if (turn != mine)
            return false;
        turn++;
        return true;
    }
}
