using System.Globalization;
using System.Text;
using Lutra.Simulation.Checking;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Transactions over a few lists: each appends to some of them where nobody else did meanwhile, and reads others whole. The history must be strictly
/// serializable: no append is lost or done twice, all see one order, and that order follows real time (promise P1).
/// </summary>
internal sealed class ListWorkload : IWorkload
{
    public const string Title = "lists";

    // A list that has so many elements is left alone, and a new one begun.
    private const int ElementsMax = 50;
    private const int TransactionsMax = 2000;

    private readonly List<ListTransaction> history = [];
    private readonly int[] current;
    private readonly ListClient[] clients;
    private int lists;

    public ListWorkload(WorkloadSetting setting)
    {
        current = [.. Enumerable.Range(0, setting.Random.Next(1, 5))];
        lists = current.Length;
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new ListClient(setting, number, this))];
    }

    public string Name => Title;

    public string? Violation => null;

    public bool IsQuiet => clients.All(client => client.IsQuiet);

    public long Done => clients.Sum(client => client.Done);

    public long Unknown => clients.Sum(client => client.Unknown);

    /// <summary>The lists that are appended to now.</summary>
    public IReadOnlyList<int> Current => current;

    public bool HasEnough => history.Count >= TransactionsMax;

    public static byte[] KeyOf(int list) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"list/{list:D6}"));

    public void Begin()
    {
        foreach (var client in clients)
            client.Begin();
    }

    public void Stop()
    {
        foreach (var client in clients)
            client.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => clients[0].ReadBack(nodes, lists);

    public string? Judge() =>
        ListHistoryChecker.Check([.. history, .. clients.Select(client => client.UnderWay).OfType<ListTransaction>()]) is { } wrong ? $"P1: {wrong}" : null;

    public void Record(ListTransaction transaction)
    {
        history.Add(transaction);
        foreach (var (list, elements) in transaction.Reads)
        {
            if (elements.Length >= ElementsMax && Array.IndexOf(current, list) is var at and >= 0)
                current[at] = lists++;
        }
    }
}
