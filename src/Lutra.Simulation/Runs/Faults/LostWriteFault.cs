using Lutra.Simulation.Disk;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// A sector is found as it was before its last write, which the disk had called durable; or it is found empty (pitfalls D05, D08). On as many disks as the
/// cluster can bear. The end of the log is left to <see cref="LostSectorFault"/>: what is not yet known to be durable there cannot be missed by anybody.
/// </summary>
internal sealed class LostWriteFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30))
{
    public const string Title = "lost-write";

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        var sectors = Candidates(node.Disk).ToArray();
        if (sectors.Length == 0)
            return;
        var (path, sector) = sectors[Random.Next(sectors.Length)];
        if (!Setting.Operator.MayDamage(node))
            return;
        var isEmpty = Random.Next(2) == 0;
        Setting.Note(node, $"sector {sector} of {path} {(isEmpty ? "is empty" : "is as it was before its last write")}");
        if (isEmpty)
            node.Disk.Empty(path, sector);
        else
            node.Disk.TurnBack(path, sector);
    }

    private static IEnumerable<(string Path, int Sector)> Candidates(SimulatedDisk disk)
    {
        var files = disk.Image.Current.Files;
        var newest = files.Keys.LastOrDefault(path => LostSectorFault.IsSegment(path) && LostSectorFault.IsBegun(files[path]));
        return files.Where(file => file.Key != newest).SelectMany(file => file.Value.WrittenSectors.Select(sector => (file.Key, sector)));
    }
}
