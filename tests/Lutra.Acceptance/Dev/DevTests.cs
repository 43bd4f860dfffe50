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
        await SayAsync("put name otter");
        await UntilAsync(() => Lines().Contains("OK"));
        await UntilAsync(() => LeaderIn(Lines()) > 0);
        var leader = LeaderIn(Lines());

        await SayAsync($"cut {leader}");
        await UntilAsync(() => Lines().Any(line => line.Contains("Leader", StringComparison.Ordinal) && !line.StartsWith($"node {leader} ", StringComparison.Ordinal)));
        await SayAsync("put name seal");
        await UntilAsync(() => Lines().Count(line => line == "OK") == 2);

        var before = Lines().Length;
        await SayAsync($"heal {leader}");
        await UntilAsync(() => Lines()[before..].Any(line => line.StartsWith($"node {leader} ", StringComparison.Ordinal) && line.Contains("Follower", StringComparison.Ordinal) && line.EndsWith("ok", StringComparison.Ordinal)));

        await SayAsync("add");
        await UntilAsync(() => Lines().Any(line => line.StartsWith("node 4 ", StringComparison.Ordinal) && line.Contains("Follower", StringComparison.Ordinal)));
        await SayAsync($"remove {leader}");
        await UntilAsync(() => Lines().Any(line => line == $"Node {leader} belongs to the cluster no more."));
        await SayAsync("kill 4\nstart 4\nmembers\nget name\nexit");
        await dev.ExitedAsync(Soon);
        Assert.Equal(0, dev.ExitCode);
        Assert.Contains("name = seal", Lines());
        Assert.DoesNotContain(Lines(), line => line.StartsWith($"  Node {leader}:", StringComparison.Ordinal));
        Assert.Contains(Lines(), line => line.StartsWith("  Node 4:", StringComparison.Ordinal));
    }

    private string[] Lines() => dev.Output.Split('\n');

    private static int LeaderIn(IEnumerable<string> lines) =>
        lines.Select(line => Leader().Match(line)).Where(found => found.Success).Select(found => int.Parse(found.Groups[1].ValueSpan)).LastOrDefault();

    private Task SayAsync(string lines) => dev.WriteAsync(lines + "\n");

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
