using System.Collections.Immutable;
using Lutra.Simulation.Runs.Faults;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Worlds aimed at one part of the product: most of the faults that press on it, few others, and nodes whose numbers make it work hard. The area "all" aims at
/// nothing and is what a seed draws by itself.
/// </summary>
internal sealed class Area
{
    private const double WantedOff = 0.2;
    private const double OtherOff = 0.85;

    private static readonly Area[] all =
    [
        new("all", [], options => options),
        new("elections", [PartitionFault.Title, KillFault.Title, PowerCutFault.Title, HandOverFault.Title, LostMessagesFault.Title, RoughNetworkFault.Title, BrokenConnectionsFault.Title], OneEntryAtATime),
        new("leaders", [PartitionFault.Title, PauseFault.Title, HandOverFault.Title], Impatient) { IsolatesLeaders = true },
        new("replication", [PartitionFault.Title, LostMessagesFault.Title, BrokenConnectionsFault.Title, ClogFault.Title, KillFault.Title, SlowDiskFault.Title], options => options),
        new("reads", [PauseFault.Title, PartitionFault.Title, ClogFault.Title, HandOverFault.Title, LostMessagesFault.Title], options => options),
        new("disk", [PowerCutFault.Title, CrashPointFault.Title, SlowDiskFault.Title, DiskErrorFault.Title, StuckDiskFault.Title, FullDiskFault.Title, KillFault.Title], Small),
        new("corruption", [BitRotFault.Title, LostSectorFault.Title, PowerCutFault.Title, KillFault.Title, WipeFault.Title], Small),
        new("transfers", [KillFault.Title, PowerCutFault.Title, PartitionFault.Title, SlowDiskFault.Title, BrokenConnectionsFault.Title, CompactionFault.Title], Tiny),
        new("members", [MembersFault.Title, SplitChangeFault.Title, MoveFault.Title, HandOverFault.Title, KillFault.Title, PartitionFault.Title, PowerCutFault.Title, PauseFault.Title, WipeFault.Title], Impatient),
        new("tables", [CompactionFault.Title, KillFault.Title, PowerCutFault.Title, CrashPointFault.Title, SlowDiskFault.Title, DiskErrorFault.Title, FullDiskFault.Title], Tiny),
    ];

    private readonly ImmutableArray<string> wanted;
    private readonly Func<LutraNodeOptions, LutraNodeOptions> tune;

    private Area(string name, ImmutableArray<string> wanted, Func<LutraNodeOptions, LutraNodeOptions> tune) => (Name, this.wanted, this.tune) = (name, wanted, tune);

    public static IReadOnlyList<string> Names { get; } = [.. all.Select(area => area.Name)];

    public string Name { get; }

    public static Area Of(string name) => all.Single(area => area.Name == name);

    /// <summary>How likely a kind of fault is off; null: as anywhere.</summary>
    public double? OffOf(string fault) => wanted.IsEmpty ? null : wanted.Contains(fault) ? WantedOff : OtherOff;

    /// <summary>An aimed world has what it takes for something to go wrong: enough nodes and clients.</summary>
    public (int Voters, int Clients) Size(int voters, int clients, Random random) =>
        wanted.IsEmpty ? (voters, clients) : (random.Next(3) == 0 ? 5 : 3, (int)Math.Round(random.LogUniform(IsolatesLeaders ? 8 : 3, 16)));

    /// <summary>In an aimed world faults strike often, and nodes come back soon.</summary>
    public bool IsHasty => !wanted.IsEmpty;

    /// <summary>Partitions cut leaders off, for about as long as it takes to choose another: each comes back with entries that nobody else has.</summary>
    public bool IsolatesLeaders { get; private init; }

    public LutraNodeOptions Tune(LutraNodeOptions options) => tune(options);

    // Logs differ by single entries, and leaders die between two of them (pitfall L01).
    private static LutraNodeOptions OneEntryAtATime(LutraNodeOptions options) => options with
    {
        HeartbeatIntervalMillis = 50,
        ElectionTimeoutMillis = 400,
        Tuning = options.Tuning with { Raft = options.Tuning.Raft with { AppendBytesMax = 1, InflightAppendsMax = 1 } },
    };

    // Leaders change all the time, and whoever asked an old one still waits when it follows another.
    private static LutraNodeOptions Impatient(LutraNodeOptions options) =>
        options with { HeartbeatIntervalMillis = 50, ElectionTimeoutMillis = 400, RequestTimeoutMillis = 10_000 };

    private static LutraNodeOptions Small(LutraNodeOptions options) =>
        options with { SegmentSizeBytes = Math.Min(options.SegmentSizeBytes, 64 * 1024), MemtableBytes = Math.Min(options.MemtableBytes, 32 * 1024) };

    // The log is cut after every few writes.
    private static LutraNodeOptions Tiny(LutraNodeOptions options) =>
        options with { SegmentSizeBytes = Math.Min(options.SegmentSizeBytes, 16 * 1024), MemtableBytes = Math.Min(options.MemtableBytes, 4 * 1024) };
}
