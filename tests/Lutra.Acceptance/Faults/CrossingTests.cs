using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;
using Lutra.Client;

namespace Lutra.Acceptance.Faults;

/// <summary>Two clusters whose addresses cross, and mistakes at the first start: whoever cannot belong together says so, and nothing is mixed.</summary>
[Trait("Faults", "RP12")]
public sealed class CrossingTests : IDisposable
{
    private readonly ProcessFolder nodes = new();

    public void Dispose() => nodes.Dispose();

    [Fact]
    public async Task RP12_N01_a_node_that_is_pointed_at_another_cluster_stays_out_of_it()
    {
        await using var one = await LinkedCluster.StartAsync(3);
        await using var other = await LinkedCluster.StartAsync(3);
        await one.Any.PutAsync("mine", "one");
        await other.Any.PutAsync("mine", "other");

        // Where the third node of the other cluster was, the third of this one starts, folder and all.
        one.Kill(2);
        other.Kill(2);
        var lost = Start("3", one.FolderOf(2), other.PeerAddress(2), Enumerable.Range(0, 3).Select(node => $"{node + 1}={other.PeerAddress(node)}"), other.ClientAddress(2));
        await one.UntilAsync(() => Task.FromResult((lost.Output + other.Story()).Contains("two clusters that began apart cannot be joined", StringComparison.Ordinal)));
        for (var node = 0; node < 2; node++)
        {
            Assert.Equal("one", await TextAsync(one.Clients[node]));
            Assert.Equal("other", await TextAsync(other.Clients[node]));
        }

        Assert.Equal(3, (await other.Any.MembersAsync()).Members.Length);
        lost.Kill();
        one.Start(2);
        other.Start(2);
        await one.ReadyAsync();
        await other.ReadyAsync();
        Assert.Equal("one", await TextAsync(one.Clients[2]));
        Assert.Equal("other", await TextAsync(other.Clients[2]));
    }

    [Fact]
    public async Task RP12_N02_lists_that_differ_and_labels_that_two_claim_are_said_and_make_no_cluster()
    {
        string[] all = [.. Enumerable.Range(0, 3).Select(_ => $"localhost:{LoopbackPorts.Next()}")];
        var first = Start("1", nodes.Path, all[0], all);
        var second = Start("2", nodes.Path, all[1], all);
        var third = Start("3", nodes.Path, all[2], all[1..]);
        await SaysAsync([first, second, third], "--peers of", "differ");
        await NoClusterAsync(all);

        // The third claims the label of the second; then everything is put right.
        third.Kill();
        var claims = Start("2", Path.Combine(nodes.Path, "elsewhere"), all[2], all);
        await SaysAsync([first, second, claims], "Two nodes claim id 2");
        await NoClusterAsync(all);
        claims.Kill();
        Start("3", nodes.Path, all[2], all);
        await using var client = new LutraClient(new LutraClientOptions { Endpoints = [new Uri($"http://{all[2]}")], Timeout = LinkedCluster.Patience });
        await client.PutAsync("right", "now");
        Assert.Equal(3, (await client.MembersAsync()).Members.Length);
    }

    private LutraProcess Start(string label, string dir, string address, IEnumerable<string> peers, string? listen = null)
    {
        var process = LutraProcess.Start("serve", $"--id={label}", $"--addr={address}", $"--listen={listen ?? address}", $"--dir={dir}", $"--peers={string.Join(',', peers)}");
        nodes.Add(process);
        return process;
    }

    private static async Task SaysAsync(LutraProcess[] processes, params string[] words)
    {
        using var limit = new CancellationTokenSource(LinkedCluster.Patience);
        while (!processes.Any(process => process.Output.Split('\n').Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal)))))
        {
            Assert.False(limit.IsCancellationRequested, string.Join("\n\n", processes.Select(process => process.Output)));
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task NoClusterAsync(string[] addresses)
    {
        foreach (var address in addresses)
        {
            await using var client = new LutraClient(new LutraClientOptions { Endpoints = [new Uri($"http://{address}")], Timeout = TimeSpan.FromSeconds(1) });
            try
            {
                Assert.Null((await client.StatusAsync()).Cluster);
            }
            catch (LutraException)
            {
                // It refused to start at all.
            }
        }
    }

    private static async Task<string?> TextAsync(LutraClient client) =>
        await client.GetAsync("mine") is { } found ? System.Text.Encoding.UTF8.GetString(found.Value.Span) : null;
}
