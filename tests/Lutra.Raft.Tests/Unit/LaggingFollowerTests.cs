namespace Lutra.Raft.Tests.Unit;

/// <summary>A follower is cut off while the leader goes on, forgets and cuts its log; then it comes back.</summary>
public sealed class LaggingFollowerTests
{
    private static readonly RaftOptions Small = new() { InflightAppendsMax = 8, WindowBytes = 400 };
    private readonly PerfectWorld world = new(3, Small);
    private readonly RaftNode leader;
    private readonly RaftNode lagging;

    public LaggingFollowerTests()
    {
        world.Tick(40);
        leader = world.Leader;
        lagging = world[leader.Id.Value == 3 ? 2UL : 3UL];
        world.Delivers = message => message.To != lagging.Id && message.From != lagging.Id;
    }

    [Theory]
    [InlineData(5)] // fewer than may be on their way
    [InlineData(8)]
    [InlineData(100)]
    public void S06_who_lost_all_that_was_sent_is_sent_the_state_once_the_log_is_cut_past_it(int appends)
    {
        Propose(appends);
        leader.LogCut(leader.Last);
        Return();
        Assert.Contains((leader.Id, lagging.Id), world.SnapshotsWanted);

        leader.SnapshotStarted(lagging.Id, leader.Last, leader.Configuration);
        world.Settle();
        var offer = world.SnapshotsToInstall.Single();
        lagging.SnapshotInstalled(offer.Position, offer.Configuration);
        world.Delivers = _ => true;
        Propose(3);
        world.Tick(2);
        Assert.Equal(leader.Last, lagging.Last);
        Assert.Equal(leader.Commit, lagging.Commit);
    }

    [Fact]
    public void S06_a_lost_acceptance_of_the_state_is_asked_for()
    {
        Propose(20);
        leader.LogCut(leader.Last);
        Return();
        leader.SnapshotStarted(lagging.Id, leader.Last, leader.Configuration);
        world.Settle();
        world.Delivers = message => message.From != lagging.Id;
        lagging.SnapshotInstalled(leader.Last, leader.Configuration);
        world.Settle();
        world.Delivers = _ => true;
        Propose(1);
        world.Tick(2 * Small.ElectionTicks);
        Assert.Equal(leader.Last, lagging.Last);
    }

    [Fact]
    public void S06_a_state_that_never_arrives_is_wanted_again()
    {
        Propose(20);
        leader.LogCut(leader.Last);
        Return();
        leader.SnapshotStarted(lagging.Id, leader.Last, leader.Configuration);
        world.SnapshotsWanted.Clear();
        world.Tick((10 * Small.ElectionTicks) - 5);
        Assert.Empty(world.SnapshotsWanted);
        world.Tick(10);
        Assert.Single(world.SnapshotsWanted);
    }

    [Fact]
    public void A_failed_state_is_wanted_again_with_the_next_heartbeat_and_not_at_once()
    {
        Propose(20);
        leader.LogCut(leader.Last);
        Return();
        world.SnapshotsWanted.Clear();
        leader.SnapshotFailed(lagging.Id);
        world.Settle();
        Assert.Empty(world.SnapshotsWanted);
        world.Tick(1);
        Assert.Single(world.SnapshotsWanted);
    }

    [Fact]
    public void What_memory_no_longer_holds_is_read_from_disk_in_order()
    {
        Propose(100);
        Return();
        while (world.EntriesWanted.Count > 0)
        {
            var wanted = world.EntriesWanted[0];
            world.EntriesWanted.RemoveAt(0);
            var entries = world.Applied[leader.Id].Where(entry => entry.Index >= wanted.First && entry.Index <= wanted.Last).Take(7).ToList();

            // Answers to questions that nobody asked, or that are over, change nothing.
            leader.EntriesFetched(lagging.Id, wanted.First.Next, entries);
            leader.EntriesFetched(lagging.Id, wanted.First, entries);
            leader.EntriesFetched(lagging.Id, wanted.First, entries);
            leader.EntriesFetched(new NodeId(77), wanted.First, entries);
            world.Settle();
        }

        world.Tick(2);
        Assert.Equal(world.Applied[leader.Id], world.Applied[lagging.Id]);
    }

    [Fact]
    public void An_empty_answer_from_disk_is_asked_again_with_the_next_heartbeat()
    {
        Propose(100);
        Return();
        var wanted = world.EntriesWanted.Single();
        leader.EntriesFetched(lagging.Id, wanted.First, []);
        world.Settle();
        Assert.Single(world.EntriesWanted);
        world.Tick(2);
        Assert.Equal([wanted, wanted], world.EntriesWanted);
    }

    private void Propose(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(ProposeOutcome.Appended, leader.Propose(new byte[100]).Outcome);
            world.Settle();
        }
    }

    private void Return()
    {
        world.Delivers = _ => true;
        world.Tick(3);
    }
}
