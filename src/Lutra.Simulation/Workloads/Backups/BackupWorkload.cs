using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Backups;

/// <summary>
/// Somebody takes snapshots of the cluster while it is at work and in trouble, and begins another cluster with each: what was acknowledged before is there, and
/// everything is as the node had it (pitfalls K07, S10). One client, whatever the world has: a restore is work.
/// </summary>
internal sealed class BackupWorkload : IWorkload
{
    public const string Title = "backups";

    private readonly BackupClient client;

    public BackupWorkload(WorkloadSetting setting) => client = new BackupClient(setting, found => Violation ??= found);

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => client.IsQuiet;

    public long Done => client.Done;

    public long Unknown => client.Unknown;

    public void Begin() => client.Begin();

    public void Stop() => client.Stop();

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => client.ReadBack(nodes);

    public string? Judge() => Violation;
}
