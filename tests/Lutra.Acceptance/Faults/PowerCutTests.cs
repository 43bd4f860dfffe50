using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Faults;

/// <summary>
/// The power goes, of one node or of all at once: what was not synced is gone. Each node has a file system of its own, and goes on with a copy of its image from the moment of the cut
/// (LUTRA_POWER_CUTS for more).
/// </summary>
[Trait("Faults", "RP4")]
public sealed class PowerCutTests
{
    private const int Nodes = 3;
    private const int CanaryBytes = 100_000;

    [Fact]
    public async Task RP4_after_power_cuts_everything_acknowledged_is_there()
    {
        var wanted = Amount.Of("LUTRA_POWER_CUTS", 3);
        var figures = new Figures("RP4");
        var disks = new List<ImageDisk>();
        try
        {
            for (var node = 0; node < Nodes; node++)
                disks.Add(ImageDisk.Mount(megabytes: 128));
            await using var cluster = await LinkedCluster.StartAsync(
                Nodes, new LinkedClusterOptions { FolderOf = node => Path.Combine(disks[node].Path, "data"), More = ["--memtable-size=262144", "--segment-size=4194304"] });
            await using var work = await Work.BeginAsync(cluster, Amount.Seed);
            var random = new Random(Amount.Seed);
            var (cuts, dropped) = (0, 0);
            while (cuts < wanted)
            {
                await work.ProgressAsync(random.Next(5, 80));
                int[] struck = random.Next(3) switch
                {
                    0 => [await cluster.LeaderAsync()],
                    1 => [random.Next(Nodes)],
                    _ => [0, 1, 2],
                };
                cuts += struck.Length;
                dropped += await CutAsync(cluster, disks, struck);
                figures.Waited(await cluster.WritableAsync());
                await cluster.ReadyAsync();
            }

            Assert.True(dropped > 0, "What nobody synced survived every cut: these are no power cuts.");
            figures.Tell($"{cuts} power cuts, {dropped} of them took a file that nobody had synced. {await work.JudgeAsync()}");
        }
        finally
        {
            foreach (var disk in disks)
                disk.Dispose();
        }
    }

    // Returns how many of the disks lost what was written, and not synced, just before.
    private static async Task<int> CutAsync(LinkedCluster cluster, List<ImageDisk> disks, int[] struck)
    {
        foreach (var node in struck)
            await File.WriteAllBytesAsync(CanaryOf(disks[node]), new byte[CanaryBytes]);
        foreach (var node in struck)
            cluster.Process(node).Pause();
        foreach (var node in struck)
            disks[node].Capture();
        foreach (var node in struck)
        {
            cluster.Kill(node);
            disks[node].Return();
        }

        var dropped = struck.Count(node => new FileInfo(CanaryOf(disks[node])) is not { Exists: true, Length: CanaryBytes });
        foreach (var node in struck)
        {
            File.Delete(CanaryOf(disks[node]));
            cluster.Start(node);
        }

        return dropped;
    }

    private static string CanaryOf(ImageDisk disk) => Path.Combine(disk.Path, "canary");
}
