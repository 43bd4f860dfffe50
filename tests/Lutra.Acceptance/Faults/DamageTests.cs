using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;

namespace Lutra.Acceptance.Faults;

/// <summary>Flipped bytes and zeroed sectors in every file of a stopped node (LUTRA_DAMAGES for more places).</summary>
[Trait("Faults", "RP7")]
public sealed class DamageTests
{
    private const int SectorBytes = 512;
    private static readonly string[] small = ["--memtable-size=65536", "--segment-size=4194304"];

    [Fact]
    public async Task RP7_damage_is_found_and_named_or_makes_no_difference_and_hurts_no_other_node()
    {
        var perFile = Amount.Of("LUTRA_DAMAGES", 1);
        await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { More = small });
        await FurnishAsync(cluster);
        var random = new Random(Amount.Seed);
        var (refused, harmless) = (0, 0);
        cluster.Kill(2);
        var names = FilesOf(cluster, 2).Select(path => Path.GetRelativePath(cluster.FolderOf(2), path)).ToArray();
        foreach (var name in names)
        {
            for (var at = 0; at < perFile; at++)
            {
                // A node that ran since may have given a file up.
                var path = Path.Combine(cluster.FolderOf(2), name);
                if (!File.Exists(path))
                    break;
                var whole = await File.ReadAllBytesAsync(path);
                await File.WriteAllBytesAsync(path, Damaged(whole, PlaceOf(whole, at, random), random));
                cluster.Start(2);
                if (await cluster.StartsAsync(2) && await IsSameAsync(cluster, 2, name))
                {
                    cluster.Kill(2);
                    harmless++;
                }
                else
                {
                    await cluster.Process(2).ExitedAsync(LinkedCluster.Patience);
                    Assert.True(cluster.Process(2).ExitCode != 0, cluster.Process(2).Output);
                    Assert.Contains("damaged", cluster.Process(2).Output, StringComparison.OrdinalIgnoreCase);
                    Assert.Contains(name.Split('/')[^1], cluster.Process(2).Output, StringComparison.Ordinal);
                    await File.WriteAllBytesAsync(path, whole);
                    refused++;
                }

                Assert.False(cluster.Process(0).HasExited || cluster.Process(1).HasExited, cluster.Story());
            }
        }

        await cluster.Any.PutAsync("after", "all");
        new Figures("RP7").Tell($"{refused + harmless} damages in {names.Length} files: {refused} found and named, {harmless} without a difference.");
    }

    [Fact]
    public async Task RP7_damage_on_a_majority_stops_writes_and_invents_nothing()
    {
        await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { More = small });
        await FurnishAsync(cluster);
        var before = await TextsAsync(cluster.Clients[0], Consistency.Linearizable);
        var saved = new Dictionary<string, byte[]>();
        foreach (var node in (int[])[1, 2])
        {
            cluster.Kill(node);
            var log = FilesOf(cluster, node).First(path => path.EndsWith("0001.log", StringComparison.Ordinal));
            saved[log] = await File.ReadAllBytesAsync(log);
            await File.WriteAllBytesAsync(log, Damaged(saved[log], SectorBytes + 100, new Random(1)));
            cluster.Start(node);
            Assert.False(await cluster.StartsAsync(node));
            Assert.Contains(log, cluster.Process(node).Output, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<LutraException>(async () => await cluster.Clients[0].PutAsync("k0", "invented"));
        await Assert.ThrowsAsync<LutraException>(async () => await cluster.Clients[0].GetAsync("k0"));
        Assert.Equal(before, await TextsAsync(cluster.Clients[0], Consistency.Local));

        // The files as they were before: everything is there again.
        foreach (var (path, whole) in saved)
            await File.WriteAllBytesAsync(path, whole);
        cluster.Start(1);
        cluster.Start(2);
        await cluster.ReadyAsync();
        var after = await TextsAsync(cluster.Clients[2], Consistency.Linearizable);
        Assert.Equal(before.Where(text => !text.StartsWith("k0 ", StringComparison.Ordinal)), after.Where(text => !text.StartsWith("k0 ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RP7_folders_that_two_nodes_swapped_are_refused()
    {
        await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { More = small });
        await FurnishAsync(cluster);
        cluster.Kill(1);
        cluster.Kill(2);
        var (second, third) = (Path.Combine(cluster.FolderOf(1), "2"), Path.Combine(cluster.FolderOf(2), "3"));
        var aside = second + ".aside";
        void Swap()
        {
            Directory.Move(second, aside);
            Directory.Move(third, second);
            Directory.Move(aside, third);
        }

        Swap();
        foreach (var node in (int[])[1, 2])
        {
            cluster.Start(node);
            Assert.False(await cluster.StartsAsync(node));
            Assert.Contains($"{(node == 1 ? 3 : 2)}", cluster.Process(node).Output, StringComparison.Ordinal);
        }

        Swap();
        cluster.Start(1);
        cluster.Start(2);
        await cluster.ReadyAsync();
        Assert.NotNull(await cluster.Clients[1].GetAsync("k0"));
    }

    // The history of a little work, and keys that nobody changes any more: in tables, in the log, and in memory.
    private static async Task FurnishAsync(LinkedCluster cluster)
    {
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        await work.ProgressAsync(200);
        await work.JudgeAsync();
        await Task.WhenAll(Enumerable.Range(0, 120).Select(async key => await cluster.Any.PutAsync($"k{key}", $"{key} {new string('x', 1000)}")));
    }

    // False: it ends instead of answering, because it met the damage.
    private static async Task<bool> IsSameAsync(LinkedCluster cluster, int node, string damaged)
    {
        try
        {
            var (there, here) = (await TextsAsync(cluster.Clients[0], Consistency.Linearizable), await TextsAsync(cluster.Clients[node], Consistency.Linearizable));
            Assert.True(there.SequenceEqual(here), $"With {damaged} damaged the node has other data.");
            return true;
        }
        catch (LutraException)
        {
            return false;
        }
    }

    private static async Task<string[]> TextsAsync(ILutraClient client, Consistency consistency)
    {
        var found = await client.RangeAsync(new RangeOperation(KeyRange.Prefix("k"u8.ToArray())), new ReadOptions(consistency));
        return [.. found.KeyValues.Select(pair => $"{System.Text.Encoding.UTF8.GetString(pair.Key.Span)} = {Convert.ToHexString(pair.Value.Span)} at {pair.ModRevision}")];
    }

    private static string[] FilesOf(LinkedCluster cluster, int node) =>
        [.. Directory.GetFiles(cluster.FolderOf(node), "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length > 0 && Path.GetFileName(path) != "lock").Order(StringComparer.Ordinal)];

    // The first places are those where a file begins and where what was written ends; the others are drawn.
    private static int PlaceOf(byte[] whole, int at, Random random)
    {
        var written = Array.FindLastIndex(whole, each => each != 0) + 1;
        return at switch
        {
            1 => 0,
            2 => Math.Max(0, written - 1),
            3 => whole.Length - 1,
            _ => random.Next(random.Next(4) == 0 ? whole.Length : Math.Max(1, written)),
        };
    }

    private static byte[] Damaged(byte[] whole, int place, Random random)
    {
        var damaged = whole.ToArray();
        if (random.Next(3) == 0)
            damaged.AsSpan(place / SectorBytes * SectorBytes, Math.Min(SectorBytes, whole.Length - (place / SectorBytes * SectorBytes))).Clear();
        else
            damaged[place] ^= (byte)(1 << random.Next(8));
        return damaged;
    }
}
