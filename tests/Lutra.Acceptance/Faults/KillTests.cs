using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;

namespace Lutra.Acceptance.Faults;

/// <summary>kill -9 of leaders, followers and whole clusters under all kinds of requests (LUTRA_KILLS for more).</summary>
[Trait("Faults", "RP1")]
public sealed class KillTests
{
    [Theory]
    [InlineData(3, 0.7)]
    [InlineData(5, 0.3)]
    public async Task RP1_killed_again_and_again_nothing_acknowledged_is_lost(int nodes, double share)
    {
        var wanted = (int)Math.Ceiling(Amount.Of("LUTRA_KILLS", 5) * share);
        var figures = new Figures($"RP1, {nodes} nodes");
        await using var cluster = await LinkedCluster.StartAsync(nodes);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        var random = new Random(Amount.Seed);
        var kills = 0;
        while (kills < wanted)
        {
            await work.ProgressAsync(random.Next(5, 60));
            var victims = await DrawAsync(cluster, random);
            foreach (var node in victims)
                cluster.Kill(node);
            kills += victims.Length;
            var hasMajority = victims.Length <= (nodes - 1) / 2;
            if (hasMajority)
                figures.Waited(await cluster.WritableAsync([.. Enumerable.Range(0, nodes).Except(victims)]));
            foreach (var node in victims)
                cluster.Start(node);

            // Now and then the next strikes while these are still starting.
            if (random.Next(4) == 0)
                continue;
            if (!hasMajority)
                figures.Waited(await cluster.WritableAsync());
            await cluster.ReadyAsync();
        }

        figures.Tell($"{kills} kills. {await work.JudgeAsync()}");
    }

    private static async Task<int[]> DrawAsync(LinkedCluster cluster, Random random)
    {
        int[] shuffled = [.. Enumerable.Range(0, cluster.Nodes)];
        random.Shuffle(shuffled);
        return random.Next(8) switch
        {
            0 => shuffled,
            1 => shuffled[..((cluster.Nodes - 1) / 2)],
            2 or 3 => shuffled[..1],
            _ => [await cluster.LeaderAsync()],
        };
    }
}
