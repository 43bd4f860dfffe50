using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;

namespace Lutra.Acceptance.Faults;

/// <summary>SIGSTOP and SIGCONT: a process that stands still and knows nothing of it (LUTRA_PAUSES for more, each up to LUTRA_PAUSE_SECONDS).</summary>
[Trait("Faults", "RP2")]
public sealed class PauseTests
{
    [Fact]
    public async Task RP2_who_stood_still_serves_nothing_old_and_no_lease_ends_early()
    {
        var wanted = Amount.Of("LUTRA_PAUSES", 3);
        var secondsMax = Amount.Of("LUTRA_PAUSE_SECONDS", 3);
        var figures = new Figures("RP2");
        await using var cluster = await LinkedCluster.StartAsync(3);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var random = new Random(Amount.Seed);
        for (var pause = 0; pause < wanted; pause++)
        {
            await work.ProgressAsync(random.Next(5, 60));
            var leader = await cluster.LeaderAsync();
            int[] still = (pause % 4) switch
            {
                0 => [leader],
                1 => [(leader + 1) % 3],
                2 => [leader, (leader + 2) % 3],
                _ => [0, 1, 2],
            };
            foreach (var node in still)
                cluster.Process(node).Pause();

            // How long it lasts is the fault itself: from far below to far above an election timeout.
            await Task.Delay(TimeSpan.FromSeconds(0.1 * Math.Pow(secondsMax / 0.1, random.NextDouble())));
            if (still.Length == 1)
                figures.Waited(await cluster.WritableAsync([.. Enumerable.Range(0, 3).Except(still)]));
            foreach (var node in still)
                cluster.Process(node).Continue();
            if (still.Length > 1)
                figures.Waited(await cluster.WritableAsync());
        }

        figures.Tell($"{wanted} pauses of up to {secondsMax} s. {await work.JudgeAsync()}");
    }
}
