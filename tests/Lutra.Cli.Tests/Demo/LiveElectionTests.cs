using Lutra.Cli.Demo.Live;
using Lutra.Cli.Demo.Picture;

namespace Lutra.Cli.Tests.Demo;

public sealed class LiveElectionTests
{
    private readonly LiveElection election = new(5, seed: 4);

    [Fact]
    public void The_core_elects_a_leader_whose_writes_are_committed_everywhere()
    {
        Until(() => election.Cluster.Leader is { Core.CommittedInTerm: true });
        Press("p");
        Until(() => election.Cluster.Nodes.All(node => node.Store.GetValueOrDefault("a") == "1"));
        Assert.Contains(election.Events, said => said.EndsWith("Entry 2 is committed: a majority has it on its disk.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_killed_leader_is_replaced_and_comes_back_with_its_log_as_a_follower()
    {
        var old = Lead();
        Press("pk");
        Assert.True(old.IsDown);
        Until(() => election.Cluster.Leader is { Core.CommittedInTerm: true } other && other != old);
        Press("r");
        Until(() => old.Core.Role == Raft.RoleName.Follower && old.Term == election.Cluster.Leader!.Term && old.Log.Count == election.Cluster.Leader.Log.Count);
    }

    [Fact]
    public void On_the_smaller_side_of_a_split_nothing_is_committed_and_after_it_all_logs_agree()
    {
        var old = Lead();
        Press("x");
        var before = old.Commit;
        Press("p");
        Until(() => election.Cluster.Leader is { Core.CommittedInTerm: true } other && other != old);
        Assert.Equal(before, old.Commit);
        Press("x");
        Until(() => election.Cluster.Nodes.All(node => node.Commit == election.Cluster.Leader!.Commit && node.Log.SequenceEqual(election.Cluster.Leader.Log)));
        Assert.DoesNotContain("a", old.Store.Keys);
    }

    [Fact]
    public void A_lead_is_handed_to_the_chosen_node()
    {
        var old = Lead();
        Choose(old.Id.Value % 5);
        Press("l");
        Until(() => election.Cluster.Nodes[election.Selected].IsLeader && election.Cluster.Nodes[election.Selected] != old);
    }

    [Fact]
    public void A_pause_stands_still_and_a_step_is_one_tick()
    {
        Press(" ");
        election.Frame();
        Assert.Equal(0, election.Cluster.Now);
        Press("s");
        Assert.Equal(1, election.Cluster.Now);
    }

    [Theory]
    [InlineData('q', false)]
    [InlineData('\x3', false)]
    [InlineData('z', true)]
    [InlineData('9', true)]
    public void Only_q_and_its_like_end_it(char letter, bool goesOn) => Assert.Equal(goesOn, election.Press(Key(letter)));

    [Fact]
    public void Keys_pressed_at_random_never_break_the_core_or_the_picture()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var played = new LiveElection(random.Next(3, 10), seed);
            for (var pressed = 0; pressed < 300; pressed++)
            {
                played.Press(Key("123456789krchxptls s+-?"[random.Next(23)]));
                for (var frame = random.Next(20); frame > 0; frame--)
                    played.Frame();
                ElectionPicture.Draw(played, random.Next(1, 210), random.Next(1, 60));
            }
        }
    }

    [Theory]
    [InlineData(60, 20)]
    [InlineData(80, 24)]
    [InlineData(200, 50)]
    public void The_picture_names_every_node_its_keys_and_who_leads(int width, int height)
    {
        var leader = Lead();
        var rows = ElectionPicture.Draw(election, width, height).Rows();
        Assert.Equal(height, rows.Length);
        Assert.All(rows, row => Assert.True(row.Length <= width));
        var text = string.Join('\n', rows);
        Assert.Contains($"node {leader.Id} leads in term {leader.Term}", text, StringComparison.Ordinal);
        Assert.Contains("q quit", text, StringComparison.Ordinal);
        Assert.Equal(4, text.Split("Follower").Length - 1);
    }

    [Fact]
    public void A_terminal_that_has_become_too_small_is_told_what_is_needed() =>
        Assert.Contains("needs 60 columns and 20 rows", ElectionPicture.Draw(election, 59, 24).Rows()[0], StringComparison.Ordinal);

    [Fact]
    public void Only_cells_that_changed_are_written()
    {
        var before = ElectionPicture.Draw(election, 80, 24);
        Assert.Equal("", GridDifference.Between(before, ElectionPicture.Draw(election, 80, 24), hasColour: true));
        Press("2");
        var difference = GridDifference.Between(before, ElectionPicture.Draw(election, 80, 24), hasColour: true);
        Assert.Contains('2', difference);
        Assert.True(difference.Length < 500, difference);
        Assert.DoesNotContain("\e[2J", difference, StringComparison.Ordinal);
    }

    private Cli.Demo.DemoNode Lead()
    {
        Until(() => election.Cluster.Leader is { Core.CommittedInTerm: true });
        Choose(election.Cluster.Leader!.Id.Value - 1);
        return election.Cluster.Leader;
    }

    private void Choose(ulong at) => Press(((char)('1' + at)).ToString());

    private void Press(string keys)
    {
        foreach (var letter in keys)
            Assert.True(election.Press(Key(letter)));
    }

    private void Until(Func<bool> reached)
    {
        for (var frames = 0; !reached(); frames++)
        {
            Assert.True(frames < 5000, "It was not reached.\n" + string.Join('\n', election.Events));
            election.Frame();
        }
    }

    private static ConsoleKeyInfo Key(char letter) => new(letter, ConsoleKey.None, false, false, false);
}
