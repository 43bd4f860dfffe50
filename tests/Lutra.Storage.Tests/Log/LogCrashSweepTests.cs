using Lutra.Raft;

namespace Lutra.Storage.Tests.Log;

/// <summary>
/// The machine halts at every file operation of a procedure, for several seeds of what a power cut leaves. What was acknowledged is there
/// afterwards, what comes back is a state that the log went through, and nothing is taken for damage.
/// </summary>
public sealed class LogCrashSweepTests
{
    public static TheoryData<string> Procedures => [.. Scripts.Keys];

    private static readonly Dictionary<string, Action<LogFixture>> Scripts = new()
    {
        ["append"] = node =>
        {
            node.AppendAndRun(1, 1, 3);
            node.Append(1, 4, 5, hardState: new HardState(new(2), new NodeId(1)));
            node.AppendAndRun(1, 9, 1, payloadBytes: 1500);
            node.AppendAndRun(2, 10, 4);
        },
        ["roll"] = node =>
        {
            for (ulong round = 0; round < 12; round++)
                node.AppendAndRun(1, round * 8 + 1, 8);
        },
        ["replace a suffix (L15)"] = node =>
        {
            node.AppendAndRun(1, 1, 40);
            node.AppendAndRun(2, 5, 1);
            node.AppendAndRun(3, 3, 50);
            node.AppendAndRun(4, 2, 2);
        },
        ["cut"] = node =>
        {
            node.AppendAndRun(1, 1, 70);
            node.Cut(1, 50);
            node.AppendAndRun(1, 71, 30);
            node.Cut(1, 95);
            node.AppendAndRun(1, 101, 40);
        },
        ["reset (S01)"] = node =>
        {
            node.AppendAndRun(1, 1, 40);
            node.Reset(2, 20);
            node.AppendAndRun(2, 21, 5);
            node.Reset(3, 100);
            node.AppendAndRun(3, 101, 40);
        },
        ["replace and cut"] = node =>
        {
            node.AppendAndRun(1, 1, 60);
            node.AppendAndRun(2, 20, 30);
            node.Cut(1, 19);
            node.AppendAndRun(3, 40, 60);
            node.Cut(2, 39);
            node.Run();
        },
    };

    [Theory]
    [MemberData(nameof(Procedures))]
    public void L11_S02_a_power_cut_at_every_operation_loses_nothing_acknowledged(string procedure) => Sweep(procedure, withPowerCut: true);

    [Theory]
    [MemberData(nameof(Procedures))]
    public void A_kill_at_every_operation_loses_nothing_acknowledged(string procedure) => Sweep(procedure, withPowerCut: false);

    [Fact]
    public void S02_a_power_cut_at_every_operation_of_creating_leaves_a_log_or_none()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            for (var at = 1; ; at++)
            {
                var node = new LogFixture((ulong)seed);
                node.Disk.Faults.CrashIn = at;
                var crashed = Record.Exception(() => node.Open()) is not null;
                node.Disk.Faults.CrashIn = 0;
                node.RestartAfterPowerCut(seed);
                node.AppendAndRun(1, 1, 5);
                node.Model.RequireMatches(node.Restart());
                Assert.Equal("5@1", node.Log.Last.ToString());
                if (!crashed)
                    break;
            }
        }
    }

    [Fact]
    public void A_power_cut_at_every_operation_of_recovery_loses_nothing_acknowledged()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            for (var at = 1; ; at++)
            {
                var node = new LogFixture((ulong)seed);
                node.Open();
                node.AppendAndRun(1, 1, 30);
                node.Disk.Faults.StallSyncs = true;
                node.AppendAndRun(2, 31, 12, payloadBytes: 150);
                node.Disk.PowerCut(new Random(seed));
                node.Disk.Faults.CrashIn = at;
                var crashed = Record.Exception(() => node.Open()) is not null;
                node.Disk.Faults.CrashIn = 0;
                node.Disk.Faults.StallSyncs = false;
                node.Model.RequireMatches(node.RestartAfterPowerCut(seed + 1));
                if (!crashed)
                    break;
            }
        }
    }

    private static void Sweep(string procedure, bool withPowerCut)
    {
        var seeds = withPowerCut ? 6 : 1;
        for (var seed = 0; seed < seeds; seed++)
        {
            for (var at = 1; ; at++)
            {
                var node = new LogFixture((ulong)seed);
                node.Open();
                node.Disk.Faults.CrashIn = at;
                Record.Exception(() => Scripts[procedure](node));
                var crashed = node.Crash is not null;
                node.Disk.Faults.CrashIn = 0;
                if (withPowerCut)
                    node.RestartAfterPowerCut(seed);
                else
                    node.Restart();
                node.Model.RequireMatches(node.Log);
                Assert.True(node.Log.HardState.Term.Value >= node.HardState.Term.Value);

                // And it works on: what is appended now is there after the next crash.
                var next = node.Log.Last.Index.Value + 1;
                node.AppendAndRun(9, next, 10);
                Assert.Equal(next + 9, node.Persisted.Index.Value);
                node.Model.RequireMatches(node.RestartAfterPowerCut(seed + 1));
                Assert.Equal(next + 9, node.Log.Last.Index.Value);
                if (!crashed)
                    break;
            }
        }
    }
}
