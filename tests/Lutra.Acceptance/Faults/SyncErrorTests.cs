using System.Diagnostics;
using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Faults;

/// <summary>
/// One sync or one write of a running leader or follower fails, the first, the second and so on up to the fiftieth (LUTRA_SYNC_ERRORS for more points). The next would go well: a node that
/// tried again would acknowledge what the kernel has dropped.
/// </summary>
[Trait("Faults", "RP5")]
public sealed class SyncErrorTests
{
    private const int NthMax = 50;

    // ENOSPC of a write is a full disk, which a node outlives: RP6.
    private static readonly (string Calls, string Error)[] kinds = [("fsync,fdatasync", "EIO"), ("fsync,fdatasync", "ENOSPC"), ("fsync,fdatasync", "EIO"), ("pwrite64", "EIO")];

    [Fact]
    public async Task RP5_a_sync_or_write_that_fails_ends_the_node_and_loses_nothing()
    {
        Tools.Require("strace");
        var wanted = Amount.Of("LUTRA_SYNC_ERRORS", 2);
        var figures = new Figures("RP5");
        await using var cluster = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { More = ["--memtable-size=262144", "--segment-size=4194304"] });
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var random = new Random(Amount.Seed);
        var (struckTables, struckLeaders) = (0, 0);
        for (var point = 0; point < wanted; point++)
        {
            var leader = await cluster.LeaderAsync();
            var node = point % 2 == 0 ? leader : (leader + random.Next(1, 3)) % 3;
            struckLeaders += node == leader ? 1 : 0;
            var (calls, error) = kinds[point % kinds.Length];
            var nth = wanted >= NthMax ? 1 + (point / kinds.Length % NthMax) : random.Next(1, NthMax);
            if (await StrikeAsync(cluster, node, calls, $"error={error}:when={nth}") is { } path)
            {
                struckTables += path.EndsWith(".table", StringComparison.Ordinal) ? 1 : 0;
                figures.Waited(await cluster.WritableAsync());
            }

            if (cluster.Process(node).HasExited)
                cluster.Start(node);
            await cluster.ReadyAsync();
        }

        figures.Tell($"{wanted} failed syncs and writes, {struckLeaders} of a leader, {struckTables} of a table. {await work.JudgeAsync()}");
    }

    // Returns the file that was struck.
    private static async Task<string?> StrikeAsync(LinkedCluster cluster, int node, string calls, string fault)
    {
        var process = cluster.Process(node);
        string? path = null;
        await using (var faulty = await FaultyCalls.AttachAsync(process.Id, calls, fault))
        {
            await cluster.UntilAsync(() => Task.FromResult((path = faulty.Struck()) is not null || process.HasExited));

            // What a thread died of may be in the log a little later than its death.
            path ??= faulty.Struck();
        }

        // Nothing rests on a table that is not finished: it is written anew. After anything else nothing may be promised any more.
        if (path?.EndsWith(".table", StringComparison.Ordinal) == true && !process.HasExited)
            return path;
        await process.ExitedAsync(LinkedCluster.Patience);
        Assert.True(process.ExitCode != 0, $"After {fault} of {path}:\n{process.Output}");
        Assert.True(
            process.Output.Contains("input/output error", StringComparison.OrdinalIgnoreCase) || process.Output.Contains("no space left", StringComparison.OrdinalIgnoreCase),
            $"After {fault} of {path}:\n{process.Output}");
        return path;
    }

    [Fact]
    public async Task RP5_a_sync_that_fails_while_a_node_starts_ends_it_and_the_next_start_goes_well()
    {
        Tools.Require("strace");
        var wanted = Amount.Of("LUTRA_SYNC_ERRORS", 4) / 4;
        await using var cluster = await LinkedCluster.StartAsync(3);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var ended = 0;
        for (var point = 0; point < wanted; point++)
        {
            await work.ProgressAsync(10);
            cluster.Kill(0);
            cluster.Start(
                0, "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", $"inject=fsync,fdatasync:error=EIO:when={1 + (point % NthMax)}");
            var started = Stopwatch.GetTimestamp();
            while (!cluster.Process(0).HasExited && Stopwatch.GetElapsedTime(started) < LinkedCluster.Patience)
                await Task.Delay(20);
            Assert.True(cluster.Process(0).HasExited, $"The sync {1 + (point % NthMax)} failed, and the node goes on:\n{cluster.Process(0).Output}");
            Assert.NotEqual(0, cluster.Process(0).ExitCode);
            Assert.Contains("input/output error", cluster.Process(0).Output, StringComparison.OrdinalIgnoreCase);
            ended++;
            cluster.Start(0);
            await cluster.ReadyAsync();
        }

        new Figures("RP5, starting").Tell($"{ended} failed syncs. {await work.JudgeAsync()}");
    }
}
