using System.Text;

namespace Lutra.Raft.Tests.Harness;

/// <summary>What tests say often, in one word each.</summary>
internal static class Steps
{
    /// <summary>Entries 1, 2, ... with these terms; the payload names the position, so equal positions hold equal bytes.</summary>
    public static IReadOnlyList<Entry> Log(params IReadOnlyList<int> terms) =>
        [.. terms.Select((term, at) => EntryAt(at + 1, term))];

    public static Entry EntryAt(int index, int term, string? command = null) => new(
        new LogIndex((ulong)index), new Term((ulong)term), EntryKind.Command, Encoding.UTF8.GetBytes(command ?? $"e{index}@{term}"));

    public static LogPosition At(int index, int term) => new(new LogIndex((ulong)index), new Term((ulong)term));

    public static LogIndex Index(int index) => new((ulong)index);

    /// <summary>A node that finds this term, vote and log on its disk.</summary>
    public static TestNode Add(
        this TestCluster cluster, int number, Configuration configuration, int term, IReadOnlyList<Entry> log, int? vote = null) =>
        cluster.Add(number, new ModelDisk(
            configuration, new HardState(new Term((ulong)term), vote is { } to ? TestCluster.IdOf(to) : null), LogPosition.Zero, log));

    /// <summary>Ticks one node, and nothing else, until its election timeout passes.</summary>
    public static void Campaign(this TestCluster cluster, int number)
    {
        var before = cluster[number].Status;
        for (var ticks = 0; ticks <= 2 * cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(number);
            var status = cluster[number].Status;
            if (status.Term > before.Term || (status.Role is not (RoleName.Follower or RoleName.Leader) && before.Role == RoleName.Follower)
                || cluster.Network.Pool.Any(message => message is PreVoteRequest or VoteRequest && message.From == status.Id))
            {
                return;
            }
        }

        throw new SafetyException($"n{number} does not campaign:{Environment.NewLine}{cluster.Trace.Recent()}");
    }

    /// <summary>Makes this node the leader by letting the others lose patience with whoever leads now, unheard.</summary>
    public static void Elect(this TestCluster cluster, int number)
    {
        // Its first attempts may only teach it the term of the others.
        for (var attempts = 0; attempts < 3 && (attempts == 0 || cluster[number].Status.Role != RoleName.Leader); attempts++)
        {
            cluster.LosePatience([.. cluster.Up.Select(node => node.Number).Where(other => other != number)]);
            cluster.Campaign(number);
            cluster.Settle();
        }

        Assert.Equal(RoleName.Leader, cluster[number].Status.Role);
    }

    /// <summary>An election timeout passes on these nodes, and nothing that they say is heard.</summary>
    public static void LosePatience(this TestCluster cluster, params IReadOnlyList<int> numbers)
    {
        for (var ticks = 0; ticks < cluster.Options.ElectionTicks; ticks++)
        {
            cluster.Tick(numbers);
        }

        foreach (var message in cluster.Network.TakeAll(MessageFilter.Any))
        {
            cluster.Lose(message);
        }
    }

    /// <summary>Campaigns through the pre-vote: the requests for real votes are on their way (or wait for the candidate's own disk).</summary>
    public static void Stand(this TestCluster cluster, int number)
    {
        cluster.Campaign(number);
        cluster.DeliverRound(MessageFilter.Of<PreVoteRequest>(from: number));
        cluster.DeliverRound(MessageFilter.Of<PreVoteReply>(to: number));
    }

    /// <summary>Delivers until nothing is on its way that this lets pass.</summary>
    public static void SettleWhere(this TestCluster cluster, Func<Message, bool> passes)
    {
        while (cluster.Network.Deliverable.FirstOrDefault(passes) is { } message)
        {
            cluster.Deliver(message);
        }
    }

    /// <summary>Ticks every node and delivers all that can be delivered, this many times.</summary>
    public static void Run(this TestCluster cluster, int ticks)
    {
        for (; ticks > 0; ticks--)
        {
            cluster.Tick();
            cluster.Settle();
        }
    }

    /// <summary>Like <see cref="Run"/>, until the condition holds; it must within so many election timeouts.</summary>
    public static int RunUntil(this TestCluster cluster, Func<bool> condition, int electionTimeoutsMax = 20)
    {
        for (var ticks = 0; ticks <= electionTimeoutsMax * cluster.Options.ElectionTicks; ticks++)
        {
            if (condition())
            {
                return ticks;
            }

            cluster.Run(1);
        }

        throw new SafetyException(
            $"It did not happen within {electionTimeoutsMax} election timeouts. The last steps:{Environment.NewLine}{cluster.Trace.Recent()}");
    }

    /// <summary>Runs until one of these (or any) leads and has committed in its term.</summary>
    public static TestNode RunUntilLeader(this TestCluster cluster, int electionTimeoutsMax = 20, params IReadOnlyList<int> among)
    {
        TestNode? leader = null;
        cluster.RunUntil(
            () =>
            {
                leader = cluster.Up.FirstOrDefault(node => (among.Count == 0 || among.Contains(node.Number))
                    && node.Status is { Role: RoleName.Leader, CommittedInTerm: true });
                return leader is not null;
            },
            electionTimeoutsMax);
        return leader!;
    }

    public static void Cut(this TestCluster cluster, int from, int to) =>
        cluster.Network.Cut(TestCluster.IdOf(from), TestCluster.IdOf(to));

    public static void CutBoth(this TestCluster cluster, int one, int other)
    {
        cluster.Cut(one, other);
        cluster.Cut(other, one);
    }

    /// <summary>Cuts every link between the two groups.</summary>
    public static void Part(this TestCluster cluster, IEnumerable<int> one, IReadOnlyList<int> other)
    {
        foreach (var left in one)
        {
            foreach (var right in other)
            {
                cluster.CutBoth(left, right);
            }
        }
    }

    public static void Isolate(this TestCluster cluster, int number) =>
        cluster.Part([number], [.. cluster.Nodes.Select(node => node.Number).Where(other => other != number)]);

    public static void Heal(this TestCluster cluster)
    {
        cluster.Network.MendAll();
        cluster.Network.Release();
    }

    public static void Kill(this TestCluster cluster, int number) => cluster[number].Kill();

    public static void CutPower(this TestCluster cluster, int number) => cluster[number].CutPower();

    public static void Restart(this TestCluster cluster, int number) => cluster[number].Start();

    /// <summary>Proposes one after the other; each must be appended.</summary>
    public static void ProposeAll(this TestCluster cluster, int number, params IReadOnlyList<string> commands)
    {
        foreach (var command in commands)
        {
            Assert.Equal(ProposeOutcome.Appended, cluster.Propose(number, command).Outcome);
        }
    }

    /// <summary>The commands that this node has applied, in order.</summary>
    public static IReadOnlyList<string> Applied(this TestCluster cluster, int number) => [.. cluster[number].State.Commands];

    /// <summary>Messages of one kind that are on their way.</summary>
    public static IReadOnlyList<T> OnTheWay<T>(this TestCluster cluster, int? from = null, int? to = null) where T : Message =>
        [.. cluster.Network.Pool.Where(MessageFilter.Of<T>(from, to).Matches).Cast<T>()];

    public static FollowerStatus ViewOf(this TestCluster cluster, int leader, int follower) =>
        cluster[leader].Status.Followers.Single(view => view.Node == TestCluster.IdOf(follower));
}
