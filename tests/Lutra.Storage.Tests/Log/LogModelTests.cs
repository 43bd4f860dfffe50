using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Storage.Tests.Log;

public sealed class LogModelTests
{
    /// <summary>Each number is a command and its argument.</summary>
    [Fact]
    public void The_log_agrees_with_a_list_over_random_commands_and_crashes() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<ushort>().ArrayOf(60).ToArbitrary(), commands => Execute(commands))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static void Execute(ushort[] commands)
    {
        var node = new LogFixture((ulong)commands.Length + commands.FirstOrDefault());
        node.Open();
        ulong term = 1;
        foreach (var command in commands)
        {
            var argument = command / 16;
            var model = node.Model;
            switch (command % 16)
            {
                case <= 5:
                    node.Append(term, model.Last.Index.Value + 1, 1 + argument % 9, argument % 400);
                    break;
                case 6 when model.Last.Index.Value > Math.Max(model.CutMax, model.Start.Index.Value):
                    // Only what was not cut, which is what was not committed, is ever replaced.
                    var lowest = Math.Max(model.CutMax, model.Start.Index.Value) + 1;
                    node.Append(++term, lowest + (ulong)argument % (model.Last.Index.Value + 1 - lowest), 1 + argument % 5);
                    break;
                case 7 or 8 when node.Persisted == model.Last:
                    var upTo = model.Start.Index.Value + (ulong)argument % (model.Last.Index.Value - model.Start.Index.Value + 1);
                    node.Cut(0, upTo);
                    break;
                case 9 when argument % 3 == 0:
                    node.Reset(++term, model.Last.Index.Value + (ulong)(argument % 50));
                    break;
                case 10:
                    node.Run();
                    node.Model.RequireMatches(node.Restart());
                    break;
                case 11:
                    node.Model.RequireMatches(node.RestartAfterPowerCut(argument));
                    break;
                case 12:
                    node.Scheduler.RunFor(TimeSpan.FromMicroseconds(argument % 700));
                    node.Model.RequireMatches(node.RestartAfterPowerCut(argument));
                    break;
                case 13:
                    node.Disk.Faults.StallSyncs = !node.Disk.Faults.StallSyncs;
                    break;
                default:
                    node.Run();
                    break;
            }
            Assert.Null(node.Crash);
            Assert.Null(node.Failure);
        }
        node.Disk.Faults.StallSyncs = false;
        node.Run();
        Assert.Equal(node.Model.Last, node.Log.Last);
        node.Model.RequireMatches(node.Log);
    }
}
