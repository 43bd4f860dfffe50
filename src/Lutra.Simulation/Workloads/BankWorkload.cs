using System.Globalization;
using System.Text;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Money goes from account to account, each time in one transaction. Whoever reads all accounts at one revision, a new or an old one, through any node, finds
/// the same total (promise P1), and of one revision everybody finds the same balances; so does who keeps a copy by a watch, at every revision.
/// </summary>
internal sealed class BankWorkload : IWorkload
{
    public const string Title = "bank";
    public const int Accounts = 8;

    private const long Opening = 100;
    private const int ChecksMax = 3000;

    private readonly BankClient[] clients;
    private readonly BankCopy[] copies;
    private int checks;
    // What the first who read a revision was told.
    private readonly SortedDictionary<long, long[]> seen = [];

    public BankWorkload(WorkloadSetting setting)
    {
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new BankClient(setting, number, this))];
        copies = [.. Enumerable.Range(1, (setting.Clients + 3) / 4).Select(number => new BankCopy(setting, number, this))];
    }

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => clients.All(client => client.IsQuiet) && copies.All(copy => copy.IsQuiet);

    public long Done => clients.Sum(client => client.Done);

    public long Unknown => clients.Sum(client => client.Unknown);

    /// <summary>All accounts, and nothing else.</summary>
    public static KeyRange Range { get; } = KeyRange.Prefix("bank/"u8.ToArray());

    /// <summary>Opens all accounts, unless somebody did.</summary>
    public static TransactionOperation Open { get; } = new(
        [new Compare(KeyRange.Single(KeyOf(0)), CompareTarget.CreateRevision, CompareResult.Equal)],
        [.. Enumerable.Range(0, Accounts).Select(account => new PutOperation(KeyOf(account), ValueOf(Opening)))],
        []);

    public static byte[] KeyOf(int account) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"bank/{account}"));

    public static byte[] ValueOf(long balance) => Encoding.UTF8.GetBytes(balance.ToString(CultureInfo.InvariantCulture));

    public static long BalanceOf(KeyValue account) => long.Parse(Encoding.UTF8.GetString(account.Value.Span), CultureInfo.InvariantCulture);

    public void Begin()
    {
        foreach (var client in clients)
            client.Begin();
        foreach (var copy in copies)
            copy.Begin();
    }

    public void Stop()
    {
        foreach (var client in clients)
            client.Stop();
        foreach (var copy in copies)
            copy.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        foreach (var client in clients)
            client.ReadBack(nodes);
    }

    public string? Judge() => Violation;

    public bool HasEnough => checks >= ChecksMax;

    /// <summary>All accounts were read as of <paramref name="revision"/>.</summary>
    public void Check(IReadOnlyList<KeyValue> accounts, long revision, SimulatedNode node)
    {
        checks++;
        CheckCopy(accounts, revision, node);
    }

    /// <summary>Somebody's copy of all accounts has come to <paramref name="revision"/>.</summary>
    public void CheckCopy(IReadOnlyList<KeyValue> accounts, long revision, SimulatedNode node)
    {
        // Before they were opened there are none.
        if (accounts.Count == 0)
            return;
        long[] balances = [.. accounts.Select(BalanceOf)];
        var total = balances.Sum();
        if (balances.Length != Accounts || total != Accounts * Opening)
            Violation ??= $"P1: at revision {revision} node {node.Label} has {balances.Length} accounts with {total} in all: {string.Join(' ', balances)}";
        else if (balances.Min() < 0)
            Violation ??= $"P1: at revision {revision} node {node.Label} has an account below 0: {string.Join(' ', balances)}";
        else if (!seen.TryAdd(revision, balances) && !seen[revision].AsSpan().SequenceEqual(balances))
            Violation ??= $"P1: at revision {revision} node {node.Label} has {string.Join(' ', balances)}, and {string.Join(' ', seen[revision])} was read before";
    }
}
