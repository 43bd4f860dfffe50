using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// A process or a machine dies in the middle of one operation on its disk. Kills at any time seldom meet the few moments that matter: between the two steps of
/// what must look like one (pitfalls S02, S07, D07).
/// </summary>
internal sealed class CrashPointFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(20))
{
    public const string Title = "crash-point";

    private const int OperationsMax = 100;

    // Steps that are too seldom for a count to meet them.
    private static readonly string[] rareSteps =
    [
        "create of tables/manifest.new", "write of tables/manifest.new", "sync of tables/manifest.new", "rename of tables/manifest", "sync of tables", "rename of tables/",
        "delete of tables/", "write of log/start", "sync of log/start", "sync of log/hard-state", "write of log/hard-state", "rename of log/", "sync of incoming/",
        "delete of incoming/",
    ];

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        var disk = node.Disk;
        if (Random.Next(2) == 0)
        {
            disk.Faults.CrashIn = Random.Next(1, OperationsMax);
            Setting.Note(node, $"crashes in operation {disk.Faults.CrashIn} of its disk from now");
        }
        else
        {
            disk.Faults.CrashOn = Random.OneOf(rareSteps);
            Setting.Note(node, $"crashes in the next {disk.Faults.CrashOn}");
        }
    }

    public override void Heal()
    {
        foreach (var node in Setting.Cluster.Nodes)
            (node.Disk.Faults.CrashIn, node.Disk.Faults.CrashOn) = (0, null);
    }
}
