namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// A byte on a disk changes, or a sector is found to hold what belongs elsewhere (pitfalls D03, D05, D08), on as many disks as the cluster can bear: the node
/// may go on or stop, and may not serve or vote on what it can no longer trust.
/// </summary>
internal sealed class BitRotFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30))
{
    public const string Title = "bit-rot";

    private const int SectorBytes = 512;

    public override void Strike()
    {
        var node = Setting.AnyNode(Random);
        if (node.Disk.Paths is not { Count: > 0 } paths)
            return;
        var path = paths[Random.Next(paths.Count)];
        var bytes = node.Disk.ReadAll(path);
        if (bytes.Length == 0 || !Setting.Operator.MayDamage(node))
            return;
        if (Random.Next(3) == 0 && bytes.Length >= 2 * SectorBytes)
            Misdirect(node, path, bytes);
        else
            Flip(node, path, bytes);
    }

    private void Flip(Cluster.SimulatedNode node, string path, byte[] bytes)
    {
        var offset = Random.Next(bytes.Length);
        // Most of a log is still empty; what matters is rather where something is.
        if (Random.Next(4) > 0 && bytes.AsSpan().LastIndexOfAnyExcept((byte)0) is var last and >= 0)
            offset = Random.Next(last + 1);
        Setting.Note(node, $"byte {offset} of {path} changes");
        node.Disk.Corrupt(path, offset, (byte)(1 << Random.Next(8)));
    }

    private void Misdirect(Cluster.SimulatedNode node, string path, byte[] bytes)
    {
        var sectors = bytes.Length / SectorBytes;
        var (from, to) = (Random.Next(sectors), Random.Next(sectors));
        var source = bytes.AsSpan(from * SectorBytes, SectorBytes);
        if (!source.ContainsAnyExcept((byte)0) || !bytes.AsSpan(to * SectorBytes, SectorBytes).ContainsAnyExcept((byte)0))
            return;
        Setting.Note(node, $"sector {from} of {path} is also written to sector {to}");
        for (var at = 0; at < SectorBytes; at++)
            node.Disk.Corrupt(path, (to * SectorBytes) + at, (byte)(source[at] ^ bytes[(to * SectorBytes) + at]));
    }
}
