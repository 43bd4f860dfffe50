using System.Diagnostics;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance;

/// <summary>The programs in samples/ are built with the tests, and do what they say.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Three_replicas_inside_one_program_agree() =>
        Assert.Equal("name = otter, at revision 2", await RunAsync("Embedded", ThreeAddresses()));

    [Fact]
    public async Task A_state_machine_of_ones_own_runs_on_the_consensus_core_alone()
    {
        var told = await RunAsync("OwnStateMachine");
        Assert.Contains("leads in term 1.", told, StringComparison.Ordinal);
        Assert.Contains("The same at a follower: NotLeader", told, StringComparison.Ordinal);
        for (var node = 1; node <= 3; node++)
            Assert.Contains("counts 42.", told.Split('\n')[^node], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_4_2_the_calls_of_a_small_Raft_library_have_their_counterparts()
    {
        var told = (await RunAsync("ThreeServers", ThreeAddresses())).Split('\n');
        Assert.Equal(["Follower", "Follower", "Leader"], told[..3].Select(line => line.Split(": ")[1]).Order());
        Assert.Equal("Value: world, Exists: True", told[3]);
        Assert.Equal("The key that nobody put: Exists: False", told[4]);
        Assert.Equal("Value: still, with two of three nodes", told[5]);
    }

    [Fact]
    public async Task Programs_agree_through_a_store()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        string[] expected =
        [
            "Lu is 3.", "The job was free: True.", "Now it is ann's.", "The lock is ours: True, and nobody else's: True.", "doors/front is open.", "doors/front is closed.",
            "ann speaks.", "Nobody speaks: True.",
        ];
        Assert.Equal(expected, (await RunAsync("Together", cluster.Address(0))).Split('\n'));
    }

    private static string[] ThreeAddresses() => [.. Enumerable.Range(0, 3).Select(_ => $"localhost:{LoopbackPorts.Next()}")];

    private static async Task<string> RunAsync(string sample, params string[] arguments)
    {
        string[] words = [Path.Combine(AppContext.BaseDirectory, $"{sample}.dll"), .. arguments];
        using var run = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var (told, wrong) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
            await run.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
            Assert.True(run.ExitCode == 0, $"{await told}\n{await wrong}");
            return (await told).TrimEnd().ReplaceLineEndings("\n");
        }
        finally
        {
            run.Kill(entireProcessTree: true);
        }
    }
}
