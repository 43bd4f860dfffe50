using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance;

/// <summary>A real disk that takes writes and does not end them: strace holds every sync of the leader for two minutes.</summary>
public sealed class StuckDiskTests
{
    [Fact]
    public async Task D10_a_stuck_disk_costs_the_leader_its_leadership_at_once_and_its_process_soon()
    {
        Tools.Require("strace");
        await using var cluster = await RealCluster.StartAsync(3);
        await cluster.Client.PutAsync("before", "otter");
        var stuck = await cluster.LeaderAsync();
        using var strace = Process.Start(new ProcessStartInfo("strace")
        {
            ArgumentList = { "-f", "-qq", "-o", "/dev/null", "-p", $"{cluster.Process(stuck).Id}", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=120s" },
        })!;
        try
        {
            var others = Enumerable.Range(0, 3).Where(node => node != stuck).ToArray();
            var held = Stopwatch.GetTimestamp();
            await TracedAsync(cluster.Process(stuck).Id);

            // The others commit it without the stuck leader's disk, or under the next leader.
            while (true)
            {
                try
                {
                    await cluster.ClientOf(others[0]).PutAsync("after", "otter");
                    break;
                }
                catch (LutraException) when (Stopwatch.GetElapsedTime(held) < TimeSpan.FromSeconds(15))
                {
                    await Task.Delay(20);
                }
            }

            while (await cluster.LeaderAsync() == stuck)
                Assert.True(Stopwatch.GetElapsedTime(held) < TimeSpan.FromSeconds(15), "The leader whose disk is stuck still leads.");
            // strace keeps the thread whose sync it holds, and with it what is left of the process: a zombie has ended by itself.
            while (!HasEnded(cluster.Process(stuck).Id))
            {
                Assert.True(Stopwatch.GetElapsedTime(held) < TimeSpan.FromSeconds(30), $"Still running:\n{cluster.Process(stuck).Output}");
                await Task.Delay(50);
            }
        }
        finally
        {
            if (!strace.HasExited)
                strace.Kill();
            await strace.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await cluster.Process(stuck).ExitedAsync(TimeSpan.FromSeconds(10));
        Assert.NotEqual(0, cluster.Process(stuck).ExitCode);
        Assert.Contains("the disk has not ended it", cluster.Process(stuck).Output, StringComparison.Ordinal);
        cluster.Start(stuck);
        await cluster.ReadyAsync(stuck);
        Assert.NotNull(await cluster.ClientOf(stuck).GetAsync("before"));
        Assert.NotNull(await cluster.ClientOf(stuck).GetAsync("after"));
    }

    private static bool HasEnded(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is IOException)
        {
            return true;
        }
    }

    private static async Task TracedAsync(int process)
    {
        var started = Stopwatch.GetTimestamp();
        while (File.ReadLines($"/proc/{process}/status").Any(line => line is "TracerPid:\t0"))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "strace did not attach.");
            await Task.Delay(10);
        }
    }
}
