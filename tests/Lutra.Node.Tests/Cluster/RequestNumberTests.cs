using System.Globalization;
using Lutra.Node.Members;
using Lutra.Node.Peers;
using Lutra.Simulation.Recording;
using static Lutra.Node.Tests.Cluster.Requests;

namespace Lutra.Node.Tests.Cluster;

/// <summary>What a process asks of its leader, and what the process before it on the same machine asked.</summary>
public sealed class RequestNumberTests
{
    [Fact]
    public void R02_an_answer_that_the_process_before_was_owed_answers_no_read_of_this_one()
    {
        // Found by seed 22021393: the leader answers whoever asked over the connection that there is by then, and the number says to what.
        var cluster = Started(22021393, 3);
        var recording = new RunRecording();
        recording.Follow(cluster);
        var follower = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.MustPut(follower, "a", "1");

        var before = NumbersOfReads();
        follower.Kill();
        follower.Start();
        Assert.True(cluster.Converge(Long));
        var after = NumbersOfReads()[before.Count..];

        Assert.NotEmpty(before);
        Assert.NotEmpty(after);
        Assert.Empty(before.Intersect(after));

        List<ulong> NumbersOfReads()
        {
            for (var read = 0; read < 5; read++)
                Assert.Equal("1", cluster.Get(follower, "a"));
            return
            [
                .. recording.Messages.Where(message => message.From == follower.Host && message.What.StartsWith("ReadIndexRequest", StringComparison.Ordinal))
                    .Select(message => ulong.Parse(message.What[(message.What.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)),
            ];
        }
    }
    [Fact]
    public void C07_a_change_of_members_is_not_called_done_by_what_the_process_before_was_answered()
    {
        var cluster = Started(1, 3);
        var (leader, follower) = (cluster.Leader!, cluster.Nodes.First(node => node != cluster.Leader));
        var raft = leader.Loop!.Replica!.Raft;
        cluster.Network.Isolate(leader.Host);
        MemberAnswer? answer = null;
        follower.Requests.Change(new PromoteMember("3"), ended => answer = ended);
        cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(20));

        // The first numbers are those that a process would begin with that does not draw them.
        var done = new MemberAnswer(null, null, default, false, raft.Leader, raft.ConfigurationIndex, raft.Configuration);
        for (var number = 0ul; number < 100; number++)
            follower.Loop!.Replica!.Receive(raft.Id, new MemberAnswerFrame(number, done));
        cluster.Scheduler.RunFor(TimeSpan.FromMilliseconds(20));
        Assert.Null(answer);
    }
}
