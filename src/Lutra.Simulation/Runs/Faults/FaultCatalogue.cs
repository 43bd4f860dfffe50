namespace Lutra.Simulation.Runs.Faults;

/// <summary>Every fault there is. A new one is a class and a line here.</summary>
internal static class FaultCatalogue
{
    private static readonly (string Name, Func<FaultSetting, Fault> Create)[] all =
    [
        (KillFault.Title, setting => new KillFault(setting)),
        (PowerCutFault.Title, setting => new PowerCutFault(setting)),
        (CrashPointFault.Title, setting => new CrashPointFault(setting)),
        (PauseFault.Title, setting => new PauseFault(setting)),
        (WipeFault.Title, setting => new WipeFault(setting)),
        (RoughNetworkFault.Title, setting => new RoughNetworkFault(setting)),
        (LostMessagesFault.Title, setting => new LostMessagesFault(setting)),
        (PartitionFault.Title, setting => new PartitionFault(setting)),
        (ClogFault.Title, setting => new ClogFault(setting)),
        (SwizzleFault.Title, setting => new SwizzleFault(setting)),
        (SlowLinkFault.Title, setting => new SlowLinkFault(setting)),
        (SlowNodeFault.Title, setting => new SlowNodeFault(setting)),
        (BrokenConnectionsFault.Title, setting => new BrokenConnectionsFault(setting)),
        (SlowDiskFault.Title, setting => new SlowDiskFault(setting)),
        (StuckDiskFault.Title, setting => new StuckDiskFault(setting)),
        (DiskErrorFault.Title, setting => new DiskErrorFault(setting)),
        (FullDiskFault.Title, setting => new FullDiskFault(setting)),
        (ReadErrorFault.Title, setting => new ReadErrorFault(setting)),
        (ReadOnlyDiskFault.Title, setting => new ReadOnlyDiskFault(setting)),
        (LostWriteFault.Title, setting => new LostWriteFault(setting)),
        (BitRotFault.Title, setting => new BitRotFault(setting)),
        (LostSectorFault.Title, setting => new LostSectorFault(setting)),
        (ClockFault.Title, setting => new ClockFault(setting)),
        (HandOverFault.Title, setting => new HandOverFault(setting)),
        (MembersFault.Title, setting => new MembersFault(setting)),
        (SplitChangeFault.Title, setting => new SplitChangeFault(setting)),
        (MoveFault.Title, setting => new MoveFault(setting)),
        (CompactionFault.Title, setting => new CompactionFault(setting)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. all.Select(each => each.Name)];

    public static Fault Create(string name, FaultSetting setting) => all.Single(each => each.Name == name).Create(setting);
}
