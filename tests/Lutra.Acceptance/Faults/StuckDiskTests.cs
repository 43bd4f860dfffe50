using System.Diagnostics;
using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Faults;

/// <summary>A real disk that takes writes and does not end them: strace holds every sync of the leader for two minutes.</summary>
[Trait("Faults", "RP9")]
public sealed class StuckDiskTests
{
    // By itself a node gives a stuck disk up after 20 s.
    private static readonly TimeSpan givenUp = TimeSpan.FromSeconds(180);

    [Fact]
    public async Task RP9_D10_a_stuck_disk_costs_the_leader_its_leadership_at_once_and_its_process_soon()
    {
        Tools.Require("strace");
        var figures = new Figures("RP9");
        await using var cluster = await LinkedCluster.StartAsync(3);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        await work.ProgressAsync(50);
        var stuck = await cluster.LeaderAsync();
        var process = cluster.Process(stuck);
        var held = Stopwatch.GetTimestamp();
        await using (await FaultyCalls.AttachAsync(process.Id, "fdatasync", "delay_enter=120s"))
        {
            // The others commit without the stuck leader's disk, or under the next leader.
            figures.Waited(await cluster.WritableAsync([.. Enumerable.Range(0, 3).Where(node => node != stuck)]));
            await work.ProgressAsync(50);
            await cluster.UntilAsync(async () => await cluster.LeaderNowAsync() is >= 0 and var leader && leader != stuck);

            // strace keeps the thread whose sync it holds, and with it what is left of the process: a zombie has ended by itself.
            while (!HasEnded(process.Id))
            {
                Assert.True(Stopwatch.GetElapsedTime(held) < givenUp, $"Still running:\n{process.Output}");
                await Task.Delay(50);
            }
        }

        await process.ExitedAsync(LinkedCluster.Patience);
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("the disk has not ended it", process.Output, StringComparison.Ordinal);
        cluster.Start(stuck);
        figures.Tell($"ended after {Stopwatch.GetElapsedTime(held).TotalSeconds:0} s. {await work.JudgeAsync()}");
    }

    private static bool HasEnded(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return true;
        }
    }
}
