using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.RandomWorlds;

/// <summary>One seed: a cluster lives through the faults that the seed draws, then all is mended, and it must recover.</summary>
internal sealed class RandomRun
{
    private const int Steps = 300;
    private const int Spares = 2;
    private readonly Random random;
    private readonly Faults faults;
    private readonly TestCluster cluster;
    private readonly int nodes;
    private readonly Queue<(TestNode Node, int Life, DiskWrite Write)> untold = new();
    private int proposals;

    public RandomRun(int seed)
    {
        random = new Random(seed);
        faults = Faults.Draw(random);
        var voters = random.Next(1, 6);
        var learners = random.Next(3) == 0 ? 1 : 0;
        nodes = voters + learners + Spares;
        cluster = TestCluster.Of(voters, learners, Options(), seed);
        for (var spare = voters + learners + 1; spare <= nodes; spare++)
        {
            cluster.Add(spare);
        }
    }

    public ulong TraceHash => cluster.Trace.Hash;

    public int Committed => cluster.Checks.Committed.Count;

    public void Play()
    {
        for (var step = 0; step < Steps; step++)
        {
            PassTime();
            Misfortune();
            Work();
        }

        Recover();
    }

    /// <summary>Small limits, so that few entries reach them.</summary>
    private RaftOptions Options() => new()
    {
        AppendBytesMax = random.Next(2) == 0 ? 100 : 512 * 1024,
        InflightAppendsMax = random.Next(1, 8),
        InflightBytesMax = random.Next(2) == 0 ? 200 : 8 * 1024 * 1024,
        WindowBytes = random.Next(2) == 0 ? 150 : 8 * 1024 * 1024,
        PendingReadsMax = 8,
    };

    private void PassTime()
    {
        foreach (var node in cluster.Up.ToList())
        {
            if (!Happens(0.1))
            {
                cluster.Tick(node.Number);
            }
        }

        cluster.AreStreamsHeld = Happens(faults.SlowStreams);
        foreach (var message in cluster.Network.Pool.ToList())
        {
            if (Happens(faults.MessageLoss))
            {
                cluster.Lose(message);
            }
            else if (!Happens(faults.MessageDelay))
            {
                if (Happens(faults.MessageDuplication))
                {
                    cluster.Network.Add(message with { });
                }

                cluster.Deliver(message);
            }
        }

        if (Happens(0.1))
        {
            cluster.Network.Shuffle(random);
        }
    }

    private void Misfortune()
    {
        var node = Any();
        if (Happens(faults.LinkCut))
        {
            cluster.Cut(node.Number, Any().Number);
        }
        else if (Happens(faults.LinkMend))
        {
            cluster.Network.MendAll();
        }

        if (node.IsUp && Happens(faults.Kill))
        {
            node.Kill();
            Notice(node);
        }
        else if (node.IsUp && Happens(faults.PowerCut))
        {
            node.CutPower(random.Next(4), Happens(0.5) ? random.Next(4) : null);
            Notice(node);
        }
        else if (!node.IsUp && Happens(faults.Restart))
        {
            node.Start();
        }

        Disks(Any());
    }

    /// <summary>Some of the others may see the connection closed and refused.</summary>
    private void Notice(TestNode dead)
    {
        foreach (var other in cluster.Up.ToList())
        {
            if (Happens(0.2))
            {
                other.Feed(core => core.PeerDied(dead.Id));
            }
        }
    }

    private void Disks(TestNode node)
    {
        node.IsDiskStalled = node.IsDiskStalled ? !Happens(0.3) : Happens(faults.DiskStall);
        node.IsApplyStalled = node.IsApplyStalled ? !Happens(0.3) : Happens(faults.ApplyStall);
        if (!node.IsUp)
        {
            return;
        }

        // A completion may reach the core later than the disk completes, even after a later one.
        if (node.IsDiskStalled && node.Disk.Pending.FirstOrDefault() is { } write && node.Persist(tellCore: false))
        {
            untold.Enqueue((node, node.Lives, write));
        }

        if (Happens(0.5))
        {
            TellPersisted();
        }

        if (Happens(0.3))
        {
            node.Apply();
        }

        if (node.Arrived is not null && Happens(0.5))
        {
            node.FinishInstall();
        }

        if (Happens(faults.LogCut))
        {
            node.FlushState();
            var upTo = node.Disk.Applied;
            if (upTo.Index > node.Disk.Durable.Start.Index && node.Disk.Written.Holds(upTo))
            {
                node.CutLog(upTo);
            }
        }
    }

    /// <summary>The oldest completion reaches its core, if that still lives.</summary>
    private void TellPersisted()
    {
        if (untold.TryDequeue(out var told) && told.Node.IsUp && told.Node.Lives == told.Life)
        {
            told.Node.TellPersisted(told.Write);
        }
    }

    private void Work()
    {
        var node = Happens(0.7) ? cluster.Leader ?? Any() : Any();
        if (!node.IsUp)
        {
            return;
        }

        if (Happens(0.3))
        {
            cluster.Propose(node.Number, $"p{++proposals}");
        }

        if (Happens(0.1))
        {
            cluster.Read(Any() is { IsUp: true } reader ? reader.Number : node.Number);
        }

        if (Happens(faults.Transfer))
        {
            NodeId? target = Happens(0.3) ? null : Any().Id;
            node.Ask(core => core.TransferLeadership(target));
        }

        if (Happens(faults.MembershipChange))
        {
            cluster.ProposeMembers(node.Number, Changed(node.Status.Configuration));
        }
    }

    /// <summary>One or two nodes come, go, or change what they count for.</summary>
    private IReadOnlyList<Member> Changed(Configuration configuration)
    {
        var members = new SortedDictionary<int, Member>();
        foreach (var member in configuration.Members.Where(member => member.Role != MemberRole.Leaving))
        {
            members[(int)member.Node!.Value.Value] = member;
        }

        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            var number = random.Next(1, nodes + 1);
            if (!members.TryGetValue(number, out var member))
            {
                members[number] = TestCluster.MemberOf(number, MemberRole.Learner);
            }
            else if (member.Role == MemberRole.Learner && Happens(0.7))
            {
                members[number] = TestCluster.MemberOf(number, MemberRole.Voter);
            }
            else
            {
                members.Remove(number);
            }
        }

        return [.. members.Values];
    }

    /// <summary>All faults end: there must be a leader within 20 election timeouts, and all members then apply the same.</summary>
    private void Recover()
    {
        cluster.Heal();
        cluster.AreStreamsHeld = false;
        while (untold.Count > 0)
        {
            TellPersisted();
        }

        foreach (var node in cluster.Nodes)
        {
            node.Unstall();
            if (!node.IsUp)
            {
                node.Start();
            }
        }

        cluster.Settle();
        cluster.RunUntilLeader(20);
        cluster.RunUntil(() => cluster.Leader is { } leader && cluster.Propose(leader.Number, "the end").Outcome == ProposeOutcome.Appended, 5);
        cluster.RunUntil(AllAtTheEnd, 20);
        cluster.Run(5 * cluster.Options.ElectionTicks);
        foreach (var node in cluster.Up)
        {
            Assert.Empty(cluster.Checks.UnansweredReads(node));
        }

        Assert.Equal(RoleName.Leader, cluster.Leader!.Status.Role);
    }

    private bool AllAtTheEnd() => cluster.Leader is { } leader && leader.State.Commands.LastOrDefault() == "the end"
        && leader.Status.Configuration.Members.All(member =>
            cluster[(int)member.Node!.Value.Value].State.Position == leader.State.Position);

    private TestNode Any() => cluster[random.Next(1, nodes + 1)];

    private bool Happens(double probability) => random.NextDouble() < probability;
}
