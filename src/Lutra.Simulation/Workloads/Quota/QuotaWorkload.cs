using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Quota;

/// <summary>
/// A store with a quota whose clients write until it is full, and somebody who raises alarms by hand (pitfall D09). What needs room is refused and not done; reads, deletions, compactions and
/// ends of leases go on; what was acknowledged stays; alarms hold for all nodes whatever happens to them, until they are taken back; and once enough was deleted and compacted every
/// node has room again, by itself.
/// </summary>
internal sealed class QuotaWorkload : IWorkload
{
    public const string Title = "quota";

    private const int ClientsMin = 4;

    // About the most that another workload leaves in the store for good: some keys for each client, or a key for each write.
    private const long OtherTakesBytes = 128 * 1024;
    private const long GrowingTakesBytes = 12 * 1024 * 1024;

    private static readonly string[] growing = [OnceClient.Title, OverloadWorkload.Title];

    private static readonly TimeSpan glance = TimeSpan.FromMilliseconds(100);

    private readonly WorkloadSetting setting;
    private readonly QuotaBook book;
    private readonly QuotaClient[] clients;
    private readonly AlarmClient? alarms;
    private bool isWaitingForRoom;

    public QuotaWorkload(WorkloadSetting setting)
    {
        this.setting = setting;
        // One alone fills no store in the time of a run.
        var count = Math.Max(ClientsMin, setting.Clients);
        book = new QuotaBook(setting, count, Violated);
        clients = [.. Enumerable.Range(1, count).Select(number => new QuotaClient(setting, number, book, Violated))];
        alarms = setting.Random.Next(3) > 0 ? new AlarmClient(setting, book.Alarms, Violated) : null;
    }

    public static KeyRange AllKeys { get; } = KeyRange.Prefix("quota/"u8.ToArray());

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => !isWaitingForRoom && clients.All(client => client.IsQuiet) && alarms is null or { IsQuiet: true };

    public long Done => clients.Sum(client => client.Done) + (alarms?.Done ?? 0);

    public long Unknown => clients.Sum(client => client.Unknown) + (alarms?.Unknown ?? 0);

    /// <summary>How often a client was told that the quota is reached, and how often one could write again after that.</summary>
    public (int Full, int RoomAgain) Times => (clients.Sum(client => client.TimesFull), clients.Sum(client => client.TimesRoomAgain));

    /// <summary>The options of nodes whose store has a quota that clients reach.</summary>
    /// <param name="workloads">All of the world.</param>
    public static LutraNodeOptions Limit(LutraNodeOptions options, IReadOnlyCollection<string> workloads, Random random)
    {
        var own = (long)random.LogUniform(64 * 1024, 768 * 1024);
        return options with { QuotaBytes = own + workloads.Where(name => name != Title).Sum(name => growing.Contains(name) ? GrowingTakesBytes : OtherTakesBytes) };
    }

    public void Begin()
    {
        foreach (var client in clients)
            client.Begin();
        alarms?.Begin();
    }

    public void Stop()
    {
        foreach (var client in clients)
            client.Stop();
        alarms?.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        foreach (var client in clients)
            client.ReadBack(nodes);
        isWaitingForRoom = true;
        WaitForRoom(nodes);
    }

    public string? Judge() => Violation;

    // All was deleted and compacted. A node that was removed meanwhile has no room to show.
    private void WaitForRoom(IReadOnlyList<SimulatedNode> nodes)
    {
        isWaitingForRoom = nodes.Any(node => node.Loop?.Replica is { HasRoom: false });
        if (isWaitingForRoom)
            setting.Scheduler.After(glance, () => WaitForRoom(nodes));
    }

    private void Violated(string what) => Violation ??= what;
}
