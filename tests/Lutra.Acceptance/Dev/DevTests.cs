using System.Diagnostics;
using System.Text.RegularExpressions;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Dev;

/// <summary><c>lutra dev</c> by a pipe: what its shell does to real nodes.</summary>
public sealed partial class DevTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(90);
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;
    private LutraProcess dev = null!;

    public void Dispose()
    {
        dev.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_is_replaced_and_steps_down_when_it_is_healed_and_nodes_come_and_go()
    {
        dev = LutraProcess.Start("dev", "--dir", folder);
        await InsistAsync("put name otter", "OK");
        await UntilAsync(() => LeaderIn(Lines()) > 0);
        var leader = LeaderIn(Lines());

        var cutAt = Lines().Length;
        await SayAsync($"cut {leader}");
        await UntilAsync(() => LeaderIn(Lines()[cutAt..]) is > 0 and var other && other != leader);
        await InsistAsync("put name seal", "OK");

        var before = Lines().Length;
        await SayAsync($"heal {leader}");
        await UntilAsync(() => Lines()[before..].Any(line => line.StartsWith($"node {leader} ", StringComparison.Ordinal) && line.Contains("Follower", StringComparison.Ordinal) && line.EndsWith("ok", StringComparison.Ordinal)));

        await SayAsync("add");
        await UntilAsync(() => Lines().Any(line => line.StartsWith("node 4 ", StringComparison.Ordinal) && line.Contains("Follower", StringComparison.Ordinal)));
        await InsistAsync($"remove {leader}", $"Node {leader} belongs to the cluster no more.");
        await SayAsync("kill 4\nstart 4");
        await InsistAsync("get name", "name = seal");
        await SayAsync("members\nexit");
        await dev.ExitedAsync(Soon);
        Assert.DoesNotContain(Lines(), line => line.StartsWith($"  Node {leader}:", StringComparison.Ordinal));
        Assert.Contains(Lines(), line => line.StartsWith("  Node 4:", StringComparison.Ordinal));
    }

    private string[] Lines() => dev.Output.Split('\n');

    private static int LeaderIn(IEnumerable<string> lines) =>
        lines.Select(line => Leader().Match(line)).Where(found => found.Success).Select(found => int.Parse(found.Groups[1].ValueSpan)).LastOrDefault();

    private Task SayAsync(string lines) => dev.WriteAsync(lines + "\n");

    /// <summary>Says it again as long as it is refused: on a machine that is busy an election may last longer than a client waits.</summary>
    private async Task InsistAsync(string line, string answer)
    {
        var isDone = false;
        for (var tries = 0; !isDone; tries++)
        {
            Assert.True(tries < 20, dev.Output);
            var before = Lines().Length;
            await SayAsync(line);
            await UntilAsync(() => Lines()[before..] is var said && ((isDone = said.Contains(answer)) || said.Any(each => each.StartsWith("Error: ", StringComparison.Ordinal))));
        }
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.False(dev.HasExited || Stopwatch.GetElapsedTime(started) > Soon, dev.Output);
            await Task.Delay(20);
        }
    }

    [GeneratedRegex("^node ([0-9]+)  .*  Leader ")]
    private static partial Regex Leader();
}
