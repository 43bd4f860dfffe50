using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>
/// What a write was said to be is what it turns out to be (pitfall C02): done is there, certainly not done never is, and unknown is said of nothing where nothing failed.
/// </summary>
public sealed class OutcomeTests
{
    [Fact]
    public void C02_nothing_that_was_said_not_to_be_done_is_ever_seen()
    {
        var totals = new Totals();
        for (var seed = 1ul; seed <= (Sweep.All ? 200ul : 12ul); seed++)
            new Run(seed).ThroughFaults(TimeSpan.FromSeconds(15), totals);

        // Each kind of end was met, or the test says nothing.
        Assert.True(totals is { Done: > 1000, NotDone: > 100, Unknown: > 20, UnknownButDone: > 0, UnknownAndLost: > 0 }, totals.ToString());
    }

    [Fact]
    public void C02_where_nothing_fails_no_end_is_unknown()
    {
        var totals = new Totals();
        new Run(seed: 1).Undisturbed(TimeSpan.FromSeconds(5), totals);
        Assert.True(totals is { Done: > 500, NotDone: 0, Unknown: 0 }, totals.ToString());
    }

    private sealed record Totals
    {
        public int Done { get; set; }

        public int NotDone { get; set; }

        public int Unknown { get; set; }

        public int UnknownButDone { get; set; }

        public int UnknownAndLost { get; set; }
    }

    private sealed class Run
    {
        private readonly ulong seed;
        private readonly SimulatedCluster cluster;
        private readonly Random random;
        // By the number of the write; null while nothing was said. Each write has a key of its own.
        private readonly List<Ending?> endings = [];

        public Run(ulong seed)
        {
            this.seed = seed;
            cluster = Started(seed, nodes: 3);
            random = cluster.Scheduler.RandomFor("outcomes");
        }

        public void ThroughFaults(TimeSpan duration, Totals totals)
        {
            var end = cluster.Scheduler.Now + duration;
            while (cluster.Scheduler.Now < end)
            {
                Write();
                if (random.Next(100) == 0)
                    Disturb();
                cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(random.Next(12)));
            }

            cluster.Network.HealAll();
            foreach (var node in cluster.Nodes.Where(node => !node.IsUp))
                node.Start();
            Judge(totals);
        }

        public void Undisturbed(TimeSpan duration, Totals totals)
        {
            var end = cluster.Scheduler.Now + duration;
            while (cluster.Scheduler.Now < end)
            {
                Write();
                cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(random.Next(12)));
            }

            Judge(totals);
        }

        private static string KeyOf(int number) => $"write/{number}";

        private void Write()
        {
            var node = cluster.Nodes[random.Next(cluster.Nodes.Count)];
            if (!node.IsUp)
                return;
            var number = endings.Count;
            endings.Add(null);
            node.Requests.Write(new WriteCommand(new PutOperation(Bytes(KeyOf(number)), Bytes("x"))), null, ending => Ended(number, ending));
        }

        private void Ended(int number, Ending ending)
        {
            Assert.True(endings[number] is null, $"Seed {seed}: {KeyOf(number)} ended twice: {endings[number]}, then {ending}");
            endings[number] = ending;
        }

        private void Disturb()
        {
            var leader = cluster.Leader ?? cluster.Nodes[0];
            var other = cluster.Nodes[random.Next(cluster.Nodes.Count)];
            switch (random.Next(6))
            {
                case 0 when cluster.Nodes.All(node => node.IsUp):
                    leader.Kill();
                    StartLater(leader);
                    break;
                case 1 when cluster.Nodes.All(node => node.IsUp):
                    leader.PowerCut();
                    StartLater(leader);
                    break;
                case 2:
                    cluster.Network.Isolate(leader.Host);
                    HealLater();
                    break;
                case 3:
                    cluster.Network.Cut(leader.Host, other.Host);
                    HealLater();
                    break;
                case 4:
                    other.BreakConnections();
                    break;
                case 5 when leader.Loop?.Replica is { } replica:
                    replica.Raft.TransferLeadership(null);
                    break;
            }
        }

        private void HealLater() => cluster.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(100, 5000)), cluster.Network.HealAll);

        private void StartLater(SimulatedNode node) => cluster.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(10, 3000)), () =>
        {
            if (!node.IsUp)
                node.Start();
        });

        private void Judge(Totals totals)
        {
            cluster.Scheduler.RunFor(TimeSpan.FromSeconds(10));
            Assert.True(cluster.Converge(Long), $"Seed {seed}: no leader that all follow.");
            using var view = cluster.Leader!.Loop!.Replica!.Keyspace.Pin();
            for (var number = 0; number < endings.Count; number++)
            {
                var isThere = !view.Range(new RangeOperation(KeyRange.Single(Bytes(KeyOf(number))))).KeyValues.IsEmpty;
                if (endings[number] is { IsDone: true })
                {
                    Assert.True(isThere, $"Seed {seed}: {KeyOf(number)} was acknowledged and is not there.");
                    totals.Done++;
                }
                else if (endings[number] is { IsUnknown: false } ending)
                {
                    Assert.False(isThere, $"Seed {seed}: {KeyOf(number)} is there, though this was said of it: {ending}");
                    totals.NotDone++;
                }
                else
                {
                    // Said to be unknown, or not said at all because the node died.
                    totals.Unknown++;
                    totals.UnknownButDone += isThere ? 1 : 0;
                    totals.UnknownAndLost += isThere ? 0 : 1;
                }
            }
        }
    }
}
