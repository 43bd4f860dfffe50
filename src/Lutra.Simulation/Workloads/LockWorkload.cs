using System.Globalization;
using System.Text;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Locks that hang on leases. Who takes one gets a fencing token, the revision at which its key came to be, and writes under it. I12: tokens only grow; no lease
/// ends before its last acknowledged renewal and its time; none lives on once its holder is gone; nothing is written under an old token (pitfalls K03, K04).
/// </summary>
internal sealed class LockWorkload : IWorkload
{
    public const string Title = "locks";

    // Clocks are read in whole milliseconds.
    private static readonly TimeSpan error = TimeSpan.FromMilliseconds(2);

    private readonly WorkloadSetting setting;
    private readonly LockClient[] clients;
    private readonly LockBook[] books;

    public LockWorkload(WorkloadSetting setting)
    {
        this.setting = setting;
        books = [.. Enumerable.Range(0, setting.Random.Next(1, 4)).Select(which => new LockBook(which))];
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new LockClient(setting, number, this))];
    }

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => clients.All(client => client.IsQuiet);

    public long Done => clients.Sum(client => client.Done);

    public long Unknown => clients.Sum(client => client.Unknown);

    public int Locks => books.Length;

    public static KeyRange AllLocks { get; } = KeyRange.Prefix("lock/"u8.ToArray());

    public static byte[] KeyOf(int which) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"lock/{which}"));

    public static byte[] GuardedBy(int which) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"guarded/{which}"));

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

    /// <summary>Nobody renews any more: every lock must become free.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => clients[0].WaitUntilFree(nodes);

    public string? Judge() => Violation ?? books.Select(book => book.Judge()).FirstOrDefault(found => found is not null);

    /// <summary>A client asked for a lock at <paramref name="asked"/> and has it, under <paramref name="token"/>.</summary>
    public void Taken(int which, long token, TimeSpan asked, string by) => Violation ??= books[which].Taken(token, asked, setting.Scheduler.Now, by);

    /// <summary>The lease under a token was granted or renewed, as was asked for at <paramref name="asked"/>.</summary>
    public void Renewed(int which, long token, TimeSpan asked, long ttlSeconds) =>
        books[which].LivesUntil(token, asked + (TimeSpan.FromSeconds(ttlSeconds) / setting.ClockRateMax) - error);

    /// <summary>A leader says how much is left of the lease under a token.</summary>
    public void Left(int which, long token, long leftSeconds, long ttlSeconds) => Violation ??= books[which].Left(token, leftSeconds, ttlSeconds, setting.Scheduler.Now);

    /// <summary>Its holder gives it up: from now on it may be free.</summary>
    public void GivenUp(int which, long token) => books[which].GivenUp(token);

    /// <summary>Its holder finds that it is gone.</summary>
    public void FoundGone(int which, long token) => Violation ??= books[which].FoundGone(token, setting.Scheduler.Now);

    /// <summary>A write under a token was taken.</summary>
    public void Written(int which, long token, long revision) => books[which].Written(token, revision);
}
