using System.Globalization;
using System.Text.Json;

namespace Lutra.Acceptance.Etcd;

/// <summary>etcdctl member, endpoint, move-leader, alarm, defrag, on three members.</summary>
public abstract class ClusterCommands
{
    private readonly EtcdTarget target;
    private readonly Etcdctl etcdctl;

    protected ClusterCommands(EtcdTarget target)
    {
        target.Require();
        this.target = target;
        etcdctl = new Etcdctl(target);
    }

    [Fact]
    public async Task Members_are_listed_by_every_member_alike()
    {
        var seen = new List<string>();
        foreach (var endpoint in target.Endpoints)
        {
            var members = (await new Etcdctl(target, endpoint).JsonAsync("member", "list")).GetProperty("members");
            Assert.Equal(3, members.GetArrayLength());
            Assert.Equal(["1", "2", "3"], members.EnumerateArray().Select(member => member.GetProperty("name").GetString()!).Order());
            seen.Add(string.Join(',', members.EnumerateArray().Select(member => member.GetProperty("ID").GetRawText())));
            Assert.Contains(members.EnumerateArray(), member => member.GetProperty("clientURLs")[0].GetString()!.EndsWith(endpoint, StringComparison.Ordinal));
        }

        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task A_learner_is_added_waits_for_its_promotion_and_is_removed()
    {
        string[] add = ["member", "add", "new", "--peer-urls=http://127.0.0.1:1", "--learner", "-w", "json"];
        var run = await etcdctl.RunAsync(add);

        // etcd wants its members to have seen each other for five seconds.
        while (run.Errors.Contains("unhealthy cluster", StringComparison.Ordinal))
            run = await etcdctl.RunAsync(add);
        Assert.True(run.ExitCode == 0, run.Errors);
        var added = JsonDocument.Parse(run.Output).RootElement;
        var id = added.GetProperty("member").GetProperty("ID").GetUInt64().ToString("x", CultureInfo.InvariantCulture);
        Assert.True(added.GetProperty("member").GetProperty("isLearner").GetBoolean());
        Assert.Equal(4, added.GetProperty("members").GetArrayLength());
        Assert.Contains($"{id}, unstarted, , http://127.0.0.1:1, , true", await etcdctl.PrintAsync("member", "list"), StringComparison.Ordinal);
        Assert.Equal(
            "Error: etcdserver: can only promote a learner member which is in sync with leader", await etcdctl.RefusedAsync("member", "promote", id));
        Assert.StartsWith($"Member {id,16} removed from cluster", await etcdctl.PrintAsync("member", "remove", id), StringComparison.Ordinal);
        Assert.Equal("Error: etcdserver: member not found", await etcdctl.RefusedAsync("member", "remove", id));
        Assert.Equal("Error: etcdserver: member not found", await etcdctl.RefusedAsync("member", "promote", "1234"));
        Assert.Equal(3, (await etcdctl.PrintAsync("member", "list")).Split('\n').Length);
    }

    [Fact]
    public async Task A_voter_is_not_promoted_and_its_address_not_given_to_another()
    {
        var member = (await etcdctl.JsonAsync("member", "list")).GetProperty("members")[0];
        var id = member.GetProperty("ID").GetUInt64().ToString("x", CultureInfo.InvariantCulture);
        Assert.Equal("Error: etcdserver: can only promote a learner member", await etcdctl.RefusedAsync("member", "promote", id));
        var address = member.GetProperty("peerURLs")[0].GetString();
        var refused = "";
        while (refused is "" or "Error: etcdserver: unhealthy cluster")
            refused = await etcdctl.RefusedAsync("member", "add", "again", $"--peer-urls={address}");
        Assert.Equal("Error: etcdserver: Peer URLs already exists", refused);
    }

    [Fact]
    public async Task Every_endpoint_says_how_it_is_and_one_of_them_leads()
    {
        var states = (await etcdctl.JsonAsync("endpoint", "status")).EnumerateArray().Select(one => one.GetProperty("Status")).ToArray();
        Assert.Equal(3, states.Length);
        var leader = Assert.Single(states.Select(state => state.GetProperty("leader").GetUInt64()).Distinct());
        Assert.Single(states, state => MemberOf(state) == leader);
        foreach (var state in states)
        {
            Assert.Matches(@"^3\.\d+\.\d+$", state.GetProperty("version").GetString());
            Assert.True(state.GetProperty("raftTerm").GetUInt64() > 0);
            Assert.True(state.GetProperty("raftIndex").GetUInt64() >= state.GetProperty("raftAppliedIndex").GetUInt64());
            Assert.True(state.GetProperty("dbSize").GetInt64() > 0);
        }

        var health = await etcdctl.RunAsync("endpoint", "health");
        Assert.Equal(3, (health.Output + health.Errors).Split("is healthy").Length - 1);
    }

    [Fact]
    public async Task Leadership_is_moved_to_a_member_and_to_no_other()
    {
        var (leader, members) = await LeaderAsync();
        var to = members.First(member => member != leader).ToString("x", CultureInfo.InvariantCulture);
        Assert.StartsWith("Leadership transferred from", await etcdctl.PrintAsync("move-leader", to), StringComparison.Ordinal);
        Assert.Equal(to, (await LeaderAsync()).Leader.ToString("x", CultureInfo.InvariantCulture));
        Assert.Equal("Error: etcdserver: bad leader transferee", await etcdctl.RefusedAsync("move-leader", "1234"));
    }

    [Fact]
    public async Task There_is_no_alarm_and_defragmentation_ends_well()
    {
        Assert.Equal("", await etcdctl.PrintAsync("alarm", "list"));
        Assert.Equal("", await etcdctl.PrintAsync("alarm", "disarm"));
        Assert.Equal(3, (await etcdctl.PrintAsync("defrag")).Split('\n').Length);
    }

    [Fact]
    public async Task An_alarm_that_is_raised_at_one_member_holds_at_every_other_until_it_is_disarmed()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{target.Endpoints[0]}") };
        using var raised = await http.PostAsync("/v3/maintenance/alarm", new StringContent("""{"action":"ACTIVATE","memberID":"5","alarm":"NOSPACE"}"""));
        Assert.True(raised.IsSuccessStatusCode);
        foreach (var endpoint in target.Endpoints)
        {
            var member = new Etcdctl(target, endpoint);
            Assert.Equal("memberID:5 alarm:NOSPACE ", await member.PrintAsync("alarm", "list"));
            Assert.Equal("Error: etcdserver: mvcc: database space exceeded", await member.RefusedAsync("put", "alarmed", "x"));
            await member.PrintAsync("del", "alarmed");
        }

        Assert.Equal("memberID:5 alarm:NOSPACE ", await new Etcdctl(target, target.Endpoints[^1]).PrintAsync("alarm", "disarm"));
        Assert.Equal("", await etcdctl.PrintAsync("alarm", "list"));
        Assert.Equal("OK", await etcdctl.PrintAsync("put", "alarmed", "x"));
    }

    [Fact]
    public async Task A_write_at_any_member_is_read_at_any_other()
    {
        foreach (var writer in target.Endpoints)
        {
            await new Etcdctl(target, writer).PrintAsync("put", "any", writer);
            foreach (var reader in target.Endpoints)
                Assert.Equal($"any\n{writer}", await new Etcdctl(target, reader).PrintAsync("get", "any"));
        }
    }

    private async Task<(ulong Leader, ulong[] Members)> LeaderAsync()
    {
        var states = (await etcdctl.JsonAsync("endpoint", "status")).EnumerateArray().Select(one => one.GetProperty("Status")).ToArray();
        return (states[0].GetProperty("leader").GetUInt64(), [.. states.Select(MemberOf)]);
    }

    private static ulong MemberOf(JsonElement status) => status.GetProperty("header").GetProperty("member_id").GetUInt64();
}

[Collection(OnThreeLutras.Name)]
public sealed class ClusterCommandsOnLutra(ThreeLutras target) : ClusterCommands(target);

[Collection(OnThreeEtcds.Name)]
public sealed class ClusterCommandsOnEtcd(ThreeEtcds target) : ClusterCommands(target);
