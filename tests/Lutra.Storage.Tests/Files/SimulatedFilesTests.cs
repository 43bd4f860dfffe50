using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Files;

public sealed class SimulatedFilesTests : FilesContract
{
    private readonly SimulatedScheduler scheduler = new(1);

    public SimulatedFilesTests()
    {
        var disk = new SimulatedDisk(scheduler, "disk");
        Files = disk.Mount(scheduler.StartProcess("n1"));
        OtherFiles = disk.Mount(scheduler.StartProcess("n2"));
    }

    protected override IFiles Files { get; }

    protected override IFiles OtherFiles { get; }

    protected override void Settle() => scheduler.RunUntilIdle();
}
