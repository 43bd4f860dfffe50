using Lutra.Raft.Tests.Harness;
using static Lutra.Raft.Tests.Harness.Steps;

namespace Lutra.Raft.Tests.Pitfalls.Snapshots;

public sealed class StuckProgressTests
{
    [Fact]
    public void S06_a_full_window_of_lost_appends_and_a_cut_log_do_not_hide_a_follower()
    {
        // n3 is down while more appends go to it than may be on their way, and the log is cut past all of them.
        var cluster = TestCluster.Of(3, options: new RaftOptions { InflightAppendsMax = 4 });
        cluster.Elect(1);
        cluster.Run(2);
        cluster.Kill(3);
        for (var write = 0; write < 20; write++)
        {
            cluster.ProposeAll(1, $"x={write}");
            cluster.Settle();
        }

        cluster[1].FlushState();
        cluster[1].CutLog(cluster[1].Disk.Applied);
        cluster.Restart(3);
        cluster.RunUntil(() => cluster.Applied(3).Count == 20, 3);
    }

    [Fact]
    public void S06_a_state_that_never_arrives_is_sent_again()
    {
        // n3 dies during the install, comes back, and meanwhile the log is cut again, past the state that it was being sent.
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(1);
        cluster.Isolate(3);
        cluster.ProposeAll(1, "a", "b");
        cluster.Run(1);
        Cut(cluster);
        cluster.AreStreamsHeld = true;
        cluster.Heal();
        cluster.RunUntil(() => cluster[3].Arrived is not null, 3);
        cluster.CutPower(3);
        cluster.ProposeAll(1, "c");
        cluster.Run(1);
        Cut(cluster);

        cluster.AreStreamsHeld = false;
        cluster.Restart(3);
        cluster.RunUntil(() => cluster.Applied(3).Count == 3, 3);
    }

    [Fact]
    public void S06_an_answer_to_an_install_that_was_lost_is_asked_for_again()
    {
        var cluster = TestCluster.Of(3);
        cluster.Elect(1);
        cluster.Run(1);
        cluster.Isolate(3);
        cluster.ProposeAll(1, "a", "b");
        cluster.Run(1);
        Cut(cluster);
        cluster.Heal();
        cluster.AreStreamsHeld = true;
        cluster.RunUntil(() => cluster[3].Arrived is not null, 3);
        cluster.Cut(3, 1);
        cluster[3].FinishInstall();
        cluster.Settle();
        cluster.AreStreamsHeld = false;
        cluster.Heal();
        cluster.ProposeAll(1, "c");
        cluster.RunUntil(() => cluster.Applied(3).Count == 3, 3);
    }

    private static void Cut(TestCluster cluster)
    {
        cluster[1].FlushState();
        cluster[1].CutLog(cluster[1].Disk.Applied);
    }
}
