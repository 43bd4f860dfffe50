namespace Lutra.Simulation.Workloads;

/// <summary>All workloads there are. A new one is a class and a line here.</summary>
internal static class WorkloadMix
{
    private static readonly (string Name, Func<WorkloadSetting, IWorkload> Create)[] All =
    [
        (CountingWorkload.Title, setting => new CountingWorkload(setting)),
        (OnceWorkload.Title, setting => new OnceWorkload(setting)),
        (SessionWorkload.Title, setting => new SessionWorkload(setting)),
        (WatchWorkload.Title, setting => new WatchWorkload(setting)),
        (RegisterWorkload.Title, setting => new RegisterWorkload(setting)),
        (ListWorkload.Title, setting => new ListWorkload(setting)),
        (BankWorkload.Title, setting => new BankWorkload(setting)),
        (LockWorkload.Title, setting => new LockWorkload(setting)),
        (OverloadWorkload.Title, setting => new OverloadWorkload(setting)),
    ];

    public static IReadOnlyList<string> Names => [.. All.Select(each => each.Name)];

    public static IWorkload Create(string name, WorkloadSetting setting) => All.Single(each => each.Name == name).Create(setting);
}
