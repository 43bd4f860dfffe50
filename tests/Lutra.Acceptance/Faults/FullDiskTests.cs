using System.Text;
using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Faults;

/// <summary>Real file systems of a few megabytes that are full, from outside and by what is written: pitfall D09.</summary>
[Trait("Faults", "RP6")]
public sealed class FullDiskTests
{
    private static readonly RangeOperation everything = new(KeyRange.All, CountOnly: true);
    private static readonly string[] small = ["--memtable-size=262144", "--segment-size=4194304"];

    [Fact]
    public async Task RP6_a_leader_without_room_hands_over_and_a_cluster_without_room_reads_on_and_recovers_by_itself()
    {
        var figures = new Figures("RP6");
        var disks = new List<ImageDisk>();
        try
        {
            for (var node = 0; node < 3; node++)
                disks.Add(ImageDisk.Mount(megabytes: 64));
            await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { FolderOf = node => Path.Combine(disks[node].Path, "data"), More = small });
            await using var work = await Work.BeginAsync(cluster, Amount.Seed);
            await work.ProgressAsync(50);

            // One disk is full: the others write on, under a leader that has room.
            var full = await cluster.LeaderAsync();
            Fill(disks[full].Path);
            await FillUpAsync(cluster, until: async () => await cluster.LeaderNowAsync() is >= 0 and var leader && leader != full);
            figures.Waited(await cluster.WritableAsync());

            // All are full: nothing is written, everything is read.
            foreach (var disk in disks)
                Fill(disk.Path);
            await FillUpAsync(cluster, until: () => IsRefusedAsync(cluster));
            for (var node = 0; node < 3; node++)
            {
                Assert.False(cluster.Process(node).HasExited, cluster.Process(node).Output);
                Assert.True((await cluster.Clients[node].RangeAsync(everything, new ReadOptions(Consistency.Local))).Count > 0);
            }

            // A node that was full before the others cannot apply what they wrote since: it serves what it has, and others serve the rest.
            await cluster.UntilAsync(async () => (await cluster.Any.RangeAsync(everything)).Count > 0);

            // There is room again: nobody has to start or to mend anything.
            foreach (var disk in disks)
                File.Delete(BallastOf(disk.Path));
            figures.Waited(await cluster.WritableAsync());
            figures.Tell(await work.JudgeAsync());
        }
        finally
        {
            foreach (var disk in disks)
                disk.Dispose();
        }
    }

    [Fact]
    public async Task RP6_eight_megabytes_are_filled_by_writes_read_on_and_are_enough_to_start_again()
    {
        using var disk = SmallDisk.Mount(megabytes: 8);
        var port = LoopbackPorts.Next();
        string[] serve = ["serve", $"--addr=localhost:{port}", $"--dir={disk.Path}", .. small];
        using var node = LutraProcess.Start(serve);
        await using var client = new Client.LutraClient(new Client.LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = TimeSpan.FromSeconds(30) });
        await client.PutAsync("first", "otter");
        var acknowledged = 0;
        LutraException? refused = null;
        for (var number = 1; refused is null; number++)
        {
            try
            {
                await client.PutAsync(new PutOperation(Encoding.UTF8.GetBytes($"key {number}"), new byte[20_000]));
                acknowledged = number;
            }
            catch (LutraException refusal)
            {
                refused = refusal.Error == LutraError.NoSpace ? refusal : null;
                Assert.True(number < 2000, refusal.Message);
            }
        }

        Assert.False(node.HasExited, node.Output);
        Assert.NotNull(await client.GetAsync("first"));
        node.Kill();
        using var again = LutraProcess.Start(serve);
        Assert.NotNull(await client.GetAsync("first"));
        Assert.NotNull(await client.GetAsync($"key {acknowledged}"));
    }

    // The rest of the room that the nodes have already taken is used up by writes.
    private static async Task FillUpAsync(LinkedCluster cluster, Func<Task<bool>> until)
    {
        const int OftenMax = 1000;
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var number = 0; !await until(); number++)
        {
            Assert.True(
                number < OftenMax, $"The disks are full, and nobody noticed: {string.Join(", ", outcomes.Select(each => $"{each.Value} × {each.Key}"))}\n{cluster.Story()}");
            foreach (var outcome in await Task.WhenAll(Enumerable.Range(0, 3).Select(node => FillAsync(cluster.Clients[node], $"filler/{number % 50}/{node}"))))
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
    }

    private static async Task<string> FillAsync(ILutraClient client, string key)
    {
        try
        {
            await client.PutAsync(new PutOperation(Encoding.UTF8.GetBytes(key), new byte[40_000]));
            return "done";
        }
        catch (LutraException refused)
        {
            Assert.True(refused.Error is LutraError.NoSpace or LutraError.OutcomeUnknown or LutraError.Unavailable or LutraError.Overloaded, refused.Message);
            return $"{refused.Error}";
        }
    }

    private static async Task<bool> IsRefusedAsync(LinkedCluster cluster)
    {
        try
        {
            await cluster.Clients[0].PutAsync("refused?", "no");
            return false;
        }
        catch (LutraException refused)
        {
            return refused.Error == LutraError.NoSpace;
        }
    }

    private static void Fill(string path)
    {
        var (code, said) = Tool.Run("dd", "if=/dev/zero", $"of={BallastOf(path)}", "bs=64k");
        Assert.True(code != 0 && said.Contains("No space", StringComparison.Ordinal), said);
    }

    private static string BallastOf(string path) => Path.Combine(path, "ballast");
}
