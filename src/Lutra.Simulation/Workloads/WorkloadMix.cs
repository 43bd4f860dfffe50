using System.Collections.Immutable;
using Lutra.Simulation.Scheduling;
using Lutra.Simulation.Workloads.Backups;
using Lutra.Simulation.Workloads.Kubernetes;
using Lutra.Simulation.Workloads.Permissions;
using Lutra.Simulation.Workloads.Quota;
using Lutra.Simulation.Workloads.Ranges;
using Lutra.Simulation.Workloads.Watches;

namespace Lutra.Simulation.Workloads;

/// <summary>All workloads there are. A new one is a class and a line here.</summary>
internal static class WorkloadMix
{
    // Of those that take whole ways of using the store: with all of them as often as the rest a seed would take a third longer.
    private const double LargeOn = 0.15;

    private static readonly WorkloadKind[] All =
    [
        Separate(CountingClient.Title, (setting, number, violated) => new CountingClient(setting, number, violated)),
        Separate(OnceClient.Title, (setting, number, violated) => new OnceClient(setting, number, violated)),
        Separate(SessionClient.Title, (setting, number, violated) => new SessionClient(setting, number, violated)),
        Separate(RangeClient.Title, (setting, number, violated) => new RangeClient(setting, number, violated)),
        new(WatchWorkload.Title, setting => new WatchWorkload(setting)),
        new(RegisterWorkload.Title, setting => new RegisterWorkload(setting)),
        new(ListWorkload.Title, setting => new ListWorkload(setting)),
        new(BankWorkload.Title, setting => new BankWorkload(setting)),
        new(LockWorkload.Title, setting => new LockWorkload(setting)),
        new(ControllerWorkload.Title, setting => new ControllerWorkload(setting)) { On = LargeOn },
        new(BackupWorkload.Title, setting => new BackupWorkload(setting)) { On = LargeOn },
        new(PermissionWorkload.Title, setting => new PermissionWorkload(setting)) { On = LargeOn },
        new(OverloadWorkload.Title, setting => new OverloadWorkload(setting)),
        new(QuotaWorkload.Title, setting => new QuotaWorkload(setting)) { On = LargeOn, Tune = QuotaWorkload.Limit },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(each => each.Name)];

    public static IWorkload Create(string name, WorkloadSetting setting) => Of(name).Create(setting);

    /// <summary>How likely a world has it.</summary>
    public static double On(string name) => Of(name).On;

    /// <summary>The options of the nodes of a world that has these workloads.</summary>
    public static LutraNodeOptions Tune(LutraNodeOptions options, ImmutableArray<string> names, ulong seed) =>
        names.Aggregate(options, (tuned, name) => Of(name).Tune(tuned, names, new Random(StreamSeed.For(seed, $"options: {name}"))));

    private static WorkloadKind Of(string name) => All.Single(each => each.Name == name);

    private static WorkloadKind Separate(string name, Func<WorkloadSetting, int, Action<string>, IWorkloadClient> client) =>
        new(name, setting => new SeparateClients(name, setting, (number, violated) => client(setting, number, violated)));
}
