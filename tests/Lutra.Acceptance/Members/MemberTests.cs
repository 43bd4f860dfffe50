using System.Diagnostics;
using System.Text;
using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Members;

/// <summary>Members come and go on real processes, asked for as a person asks: by command lines, the prompt and plain HTTP.</summary>
public sealed class MemberTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_node_that_joins_comes_to_vote_by_itself_and_the_same_line_starts_it_again()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await cluster.Client.PutAsync("name", "otter");
        await using var fourth = new ExtraNode(cluster, "4");
        for (var start = 0; start < 2; start++)
        {
            fourth.Start("--join", cluster.Peers);
            await fourth.VotesAsync();
            Assert.Equal("otter", await TextAsync(fourth.Client, "name"));
            fourth.Kill();
        }

        Assert.Equal(4, (await cluster.Client.MembersAsync()).Members.Length);
    }

    [Fact]
    public async Task Row_0_16_add_and_row_0_17_remove_at_the_prompt_also_of_the_leader_while_clients_write()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        using var stop = new CancellationTokenSource();
        OnceWriter[] writers = [.. Enumerable.Range(0, 4).Select(number => new OnceWriter(number, cluster.Urls))];
        var writing = writers.Select(writer => Task.Run(() => writer.RunAsync(stop.Token))).ToArray();
        await using var fourth = new ExtraNode(cluster, "4");
        Assert.StartsWith("Invalid node ID: 0", await LutraProcess.ShellAsync(cluster.Address(0), $"add 0 {fourth.Address}"), StringComparison.Ordinal);
        Assert.StartsWith("Node added successfully\n", await LutraProcess.ShellAsync(cluster.Address(0), $"add 4 {fourth.Address}"), StringComparison.Ordinal);
        Assert.Contains("learner, to be a voter, never started", await LutraProcess.LineAsync("member", "list", "--server", cluster.Address(1)), StringComparison.Ordinal);
        fourth.Start("--join", cluster.Peers);
        await fourth.VotesAsync();

        var leader = await cluster.LeaderAsync();
        Assert.Equal("Node removed successfully", await LutraProcess.ShellAsync(cluster.Address((leader + 1) % 3), $"remove {leader + 1}"));
        await cluster.Process(leader).ExitedAsync(Soon);
        Assert.Contains("was removed from the cluster", cluster.Process(leader).Output, StringComparison.Ordinal);
        var (code, said) = await LutraProcess.RunAsync("member", "remove", "9", "--server", fourth.Address);
        Assert.NotEqual(0, code);
        Assert.Contains("There is no member '9'", said, StringComparison.Ordinal);

        await stop.CancelAsync();
        await Task.WhenAll(writing);
        foreach (var writer in writers)
        {
            await writer.CheckAsync(fourth.Client, "on the node that joined");
            await writer.DisposeAsync();
        }
    }

    [Fact]
    public async Task Row_3_2_a_node_that_was_started_alone_is_taken_in_by_a_post_and_row_3_3_leaves_by_another()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        await using var second = new ExtraNode(cluster, "node2");
        second.Start();
        await second.ReadyAsync();
        var join = $$"""{"node_id":"node2","raft_address":"{{second.Address}}"}""";
        for (var time = 0; time < 2; time++)
        {
            var answer = await cluster.PostAsync("/join", join);
            Assert.Contains("\"status\":\"ok\"", answer, StringComparison.Ordinal);
            Assert.Contains("\"member_id\":", answer, StringComparison.Ordinal);
        }

        await VotesAsync(cluster.Client, "node2", second.Address);
        await cluster.Client.PutAsync("mykey", "myvalue");
        Assert.Equal("myvalue", await TextAsync(second.Client, "mykey"));
        Assert.Contains("belongs to", await cluster.PostAsync("/join", $$"""{"node_id":"node2","raft_address":"localhost:{{LoopbackPorts.Next()}}"}"""), StringComparison.Ordinal);

        Assert.Contains("\"status\":\"ok\"", await cluster.PostAsync("/leave", """{"node_id":"node2"}"""), StringComparison.Ordinal);
        await second.ExitedAsync();
        Assert.Equal("myvalue", await TextAsync(cluster.Client, "mykey"));
        Assert.Contains("last voter", await LutraProcess.LineAsync("member", "remove", "1", "--server", cluster.Address(0)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_never_starts_blocks_nothing_and_can_be_removed()
    {
        await using var cluster = await RealCluster.StartAsync(1);
        var (code, said) = await LutraProcess.RunAsync("member", "add", $"localhost:{LoopbackPorts.Next()}", "--id=ghost", "--server", cluster.Address(0));
        Assert.Equal(0, code);
        Assert.Contains("Now start its node: lutra serve --id=ghost", said, StringComparison.Ordinal);
        await cluster.Client.PutAsync("a", "1");
        Assert.Equal("Member ghost removed.", await LutraProcess.LineAsync("member", "remove", "ghost", "--server", cluster.Address(0)));
        Assert.Single((await cluster.Client.MembersAsync()).Members);
    }

    [Fact]
    public async Task A_lost_folder_is_replaced_by_one_command_and_a_moved_node_is_found_at_its_new_address()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await cluster.Client.PutAsync("name", "otter");
        cluster.Process(2).Kill();
        Directory.Delete(Path.Combine(cluster.Folder, "3"), recursive: true);
        Assert.StartsWith("Member 3 is gone; its place is kept for a new node", await LutraProcess.LineAsync("member", "replace", "3", "--server", cluster.Address(0)), StringComparison.Ordinal);
        cluster.Start(2);
        await cluster.ReadyAsync(2);
        await VotesAsync(cluster.Client, "3", cluster.Address(2));
        Assert.Equal("otter", await TextAsync(cluster.ClientOf(2), "name"));

        cluster.Process(1).Kill();
        await using var moved = new ExtraNode(cluster, "2");
        moved.Start(cluster.Peers);
        await VotesAsync(cluster.Client, "2", moved.Address);
        Assert.Equal("otter", await TextAsync(moved.Client, "name"));
    }

    [Fact]
    public async Task After_a_majority_is_lost_recover_makes_a_new_cluster_with_everything_that_one_node_held()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await cluster.Client.PutAsync("name", "otter");
        await cluster.ReadyAsync(0);
        for (var node = 0; node < 3; node++)
            cluster.Process(node).Kill();
        Directory.Delete(Path.Combine(cluster.Folder, "2"), recursive: true);
        Directory.Delete(Path.Combine(cluster.Folder, "3"), recursive: true);
        var to = Path.Combine(cluster.Folder, "recovered");
        var (code, said) = await LutraProcess.RunAsync("recover", Path.Combine(cluster.Folder, "1"), "--to", to, "--yes");
        Assert.True(code == 0, said);

        var port = LoopbackPorts.Next();
        using var node1 = LutraProcess.Start("serve", "--id=1", $"--addr=localhost:{port}", $"--dir={to}");
        await using var client = new Client.LutraClient(new Client.LutraClientOptions { Endpoints = [new Uri($"http://localhost:{port}")], Timeout = Soon });
        Assert.Equal("otter", await TextAsync(client, "name"));
    }

    internal static async Task VotesAsync(ILutraClient client, string label, string address)
    {
        var started = Stopwatch.GetTimestamp();
        MemberList? seen = null;
        while (Stopwatch.GetElapsedTime(started) < Soon)
        {
            try
            {
                seen = await client.MembersAsync();
                if (seen.Members.Any(member => member.Label == label && member.PeerAddress == address && !member.IsLearner))
                    return;
            }
            catch (LutraException)
            {
                // Not there yet.
            }

            await Task.Delay(20);
        }

        Assert.Fail($"{label} at {address} does not vote: {string.Join(", ", seen?.Members.Select(member => member.ToString()) ?? [])}");
    }

    private static async Task<string?> TextAsync(ILutraClient client, string key) =>
        await client.GetAsync(key) is { } found ? Encoding.UTF8.GetString(found.Value.Span) : null;

}
