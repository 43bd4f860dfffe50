using Lutra.Simulation.Workloads.Backups;
using Lutra.Simulation.Workloads.Kubernetes;
using Lutra.Simulation.Workloads.Permissions;
using Lutra.Simulation.Workloads.Ranges;
using Lutra.Simulation.Workloads.Watches;

namespace Lutra.Simulation.Workloads;

/// <summary>All workloads there are. A new one is a class and a line here.</summary>
internal static class WorkloadMix
{
    private static readonly (string Name, Func<WorkloadSetting, IWorkload> Create)[] All =
    [
        Separate(CountingClient.Title, (setting, number, violated) => new CountingClient(setting, number, violated)),
        Separate(OnceClient.Title, (setting, number, violated) => new OnceClient(setting, number, violated)),
        Separate(SessionClient.Title, (setting, number, violated) => new SessionClient(setting, number, violated)),
        Separate(RangeClient.Title, (setting, number, violated) => new RangeClient(setting, number, violated)),
        (WatchWorkload.Title, setting => new WatchWorkload(setting)),
        (RegisterWorkload.Title, setting => new RegisterWorkload(setting)),
        (ListWorkload.Title, setting => new ListWorkload(setting)),
        (BankWorkload.Title, setting => new BankWorkload(setting)),
        (LockWorkload.Title, setting => new LockWorkload(setting)),
        (ControllerWorkload.Title, setting => new ControllerWorkload(setting)),
        (BackupWorkload.Title, setting => new BackupWorkload(setting)),
        (PermissionWorkload.Title, setting => new PermissionWorkload(setting)),
        (OverloadWorkload.Title, setting => new OverloadWorkload(setting)),
    ];

    public static IReadOnlyList<string> Names => [.. All.Select(each => each.Name)];

    public static IWorkload Create(string name, WorkloadSetting setting) => All.Single(each => each.Name == name).Create(setting);

    private static (string Name, Func<WorkloadSetting, IWorkload> Create) Separate(string name, Func<WorkloadSetting, int, Action<string>, IWorkloadClient> client) =>
        (name, setting => new SeparateClients(name, setting, (number, violated) => client(setting, number, violated)));
}
