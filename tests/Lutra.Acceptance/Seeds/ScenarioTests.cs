using System.Text;
using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>The four scenarios that the second seed names (row 1.21), on three real processes.</summary>
public sealed class ScenarioTests
{
    [Fact]
    public async Task Row_1_21_basic_operations()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await cluster.ClientOf(0).PutAsync("name", "Alice");
        Assert.Equal("Alice", Text(await cluster.ClientOf(1).GetAsync("name")));
        Assert.True(await cluster.ClientOf(2).DeleteAsync("name"));
        Assert.Null(await cluster.ClientOf(0).GetAsync("name"));
    }

    [Fact]
    public async Task Row_1_21_the_leader_stops_and_another_leads()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await cluster.Client.PutAsync("name", "Alice");
        var old = await cluster.LeaderAsync();
        cluster.Process(old).Kill();
        Assert.NotEqual(old, await cluster.LeaderAsync());
        await cluster.Client.PutAsync("age", "25");
        Assert.Equal("Alice", Text(await cluster.Client.GetAsync("name")));
        cluster.Start(old);
        await cluster.ReadyAsync(old);
        Assert.Equal("25", Text(await cluster.ClientOf(old).GetAsync("age")));
    }

    [Fact]
    public async Task Row_1_21_a_leader_that_is_cut_off_does_nothing_and_the_others_go_on()
    {
        await using var cluster = await LinkedCluster.StartAsync(3);
        var old = await cluster.LeaderAsync();
        var other = (old + 1) % 3;
        await cluster.Clients[old].PutAsync("name", "before");
        cluster.Weather.Partition((who, whom) => who != old && whom != old);

        var refused = await Assert.ThrowsAsync<LutraException>(async () => await cluster.Clients[old].PutAsync("name", "from the minority"));
        Assert.Contains(refused.Error, (LutraError[])[LutraError.Unavailable, LutraError.OutcomeUnknown]);
        await cluster.UntilAsync(async () => (await cluster.Clients[other].PutAsync("name", "from the majority")).Revision.Value > 0);
        Assert.NotEqual(old, await cluster.LeaderAsync(old));

        // A linearizable read of the minority is refused, never old.
        await Assert.ThrowsAsync<LutraException>(async () => await cluster.Clients[old].GetAsync("name"));

        cluster.Weather.Clear();
        await cluster.UntilAsync(async () => Text(await cluster.Clients[old].GetAsync("name")) == "from the majority");
    }

    [Fact]
    public async Task Row_1_21_all_nodes_hold_the_same_data()
    {
        await using var cluster = await RealCluster.StartAsync(3);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async number => await cluster.ClientOf(number % 3).PutAsync($"key {number % 50}", $"{number}")));
        var lists = new List<string>();
        for (var node = 0; node < 3; node++)
        {
            var found = await cluster.ClientOf(node).RangeAsync(new RangeOperation(KeyRange.All));
            lists.Add(string.Join('\n', found.KeyValues.Select(each => $"{Encoding.UTF8.GetString(each.Key.Span)} = {Text(each)} at {each.ModRevision}")));
        }

        Assert.Equal(50, lists[0].Split('\n').Length);
        Assert.Single(lists.Distinct());
    }

    private static string? Text(KeyValue? found) => found is null ? null : Encoding.UTF8.GetString(found.Value.Span);
}
