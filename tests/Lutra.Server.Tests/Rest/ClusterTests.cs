using System.Text.Json;
using Lutra.Server.Rest.Health;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class ClusterTests
{
    [Fact]
    public async Task Status_says_everything_under_every_name()
    {
        await using var server = await RunningServer.StartAsync();
        var status = (await server.SendAsync("GET", "/status")).Json;
        Assert.Equal(1, status.GetProperty("node_id").GetInt32());
        Assert.Equal("1", status.GetProperty("name").GetString());
        Assert.Equal("00000000000000aa", status.GetProperty("id").GetString());
        Assert.Equal("Leader", status.GetProperty("state").GetString());
        Assert.Equal("leader", status.GetProperty("role").GetString());
        Assert.True(status.GetProperty("isLeader").GetBoolean());
        Assert.Equal(3, status.GetProperty("term").GetInt32());
        Assert.Equal(1, status.GetProperty("leader_id").GetInt32());
        Assert.Equal("http://localhost:2379", status.GetProperty("leader").GetProperty("client_url").GetString());
        foreach (var name in new[] { "commit_index", "applied_index", "revision", "members", "version", "health", "cluster", "last_index" })
            Assert.True(status.TryGetProperty(name, out _), name);
    }

    [Fact]
    public async Task Status_of_a_node_that_waits_says_for_whom()
    {
        await using var server = await RunningServer.StartAsync();
        server.Store.Status = server.Store.Status with
        {
            Label = "otter",
            Role = NodeRole.Waiting,
            LeaderLabel = null,
            Cluster = null,
            Waiting = ["localhost:2381 has not answered"],
        };
        var status = (await server.SendAsync("GET", "/status")).Json;
        Assert.Equal("otter", status.GetProperty("node_id").GetString());
        Assert.Equal("Waiting", status.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("leader_id").ValueKind);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("leader").ValueKind);
        Assert.Equal("localhost:2381 has not answered", status.GetProperty("waiting")[0].GetString());
        Assert.Equal("not_decided", (await server.SendAsync("GET", "/version")).Json.GetProperty("etcdcluster").GetString());
    }

    [Fact]
    public async Task Members_are_listed()
    {
        await using var server = await RunningServer.StartAsync();
        var list = (await server.SendAsync("GET", "/members")).Json;
        Assert.Equal("00000000000000cc", list.GetProperty("cluster").GetString());
        Assert.Equal(
            """{"id":"00000000000000a2","node_id":"otter","name":"otter","peer_address":"localhost:2381","client_address":"localhost:2381","is_learner":true,"has_started":false,"is_leader":false}""",
            list.GetProperty("members")[1].GetRawText());
    }

    [Fact]
    public async Task The_version_has_etcds_shape()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(
            """{"etcdserver":"3.6.14","etcdcluster":"3.6.0","storage":"3.6.0","lutra":"0.1.0"}""", (await server.SendAsync("GET", "/version")).Text);
    }

    [Fact]
    public async Task Health_has_etcds_shape_and_reasons()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal((200, """{"health":"true","reason":""}"""), await HealthAsync(server, ""));

        var well = server.Store.Status;
        server.Store.Status = well with { LeaderLabel = null };
        Assert.Equal((503, """{"health":"false","reason":"RAFT NO LEADER"}"""), await HealthAsync(server, ""));
        Assert.Equal(200, (await HealthAsync(server, "?serializable=true")).Status);

        server.Store.Status = well with { OutOfSpace = true };
        Assert.Equal((503, """{"health":"false","reason":"ALARM NOSPACE"}"""), await HealthAsync(server, ""));
        Assert.Equal(200, (await HealthAsync(server, "?exclude=NOSPACE")).Status);

        server.Store.Status = well;
        server.Store.Failure = new LutraException(LutraError.Unavailable, "no majority");
        Assert.Equal(503, (await HealthAsync(server, "")).Status);
    }

    [Fact]
    public async Task A_check_that_hangs_has_failed_in_time()
    {
        await using var server = await RunningServer.StartAsync(
            options => options with { Rest = options.Rest with { HealthTimeout = TimeSpan.FromMilliseconds(50) } });
        server.Store.Gate = new TaskCompletionSource().Task;
        Assert.Equal(503, (await HealthAsync(server, "")).Status);
        var ready = await server.SendAsync("GET", "/readyz");
        Assert.Equal(503, ready.Status);
        Assert.Contains("[-]linearizable_read failed: no answer within 0.05 seconds", ready.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/livez", 200, "ok\n")]
    [InlineData("/readyz", 200, "ok\n")]
    [InlineData("/livez?verbose", 200, "[+]serializable_read ok\nok\n")]
    [InlineData("/readyz?verbose", 200, "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\n[+]door ok\nok\n")]
    [InlineData("/readyz/non_learner", 200, "ok\n")]
    [InlineData("/readyz/door?verbose", 200, "[+]door ok\nok\n")]
    [InlineData("/readyz?verbose&exclude=door&exclude=data_corruption&exclude=roof", 200, "[+]data_corruption excluded: ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\n[+]door excluded: ok\nwarn: there is no check roof to exclude\nok\n")]
    public async Task Probes_answer_as_etcds_do(string target, int status, string text)
    {
        await using var server = await WithDoorCheck(() => null);
        var answer = await server.SendAsync("GET", target);
        Assert.Equal((status, text), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("/readyz", 503, "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[-]non_learner failed: this node is a learner: it has no vote yet\n[-]door failed: it is shut\nreadyz check failed\n")]
    [InlineData("/readyz?exclude=door&exclude=non_learner", 200, "ok\n")]
    [InlineData("/readyz/door", 503, "[-]door failed: it is shut\nreadyz check failed\n")]
    [InlineData("/readyz/serializable_read", 200, "ok\n")]
    [InlineData("/livez", 200, "ok\n")]
    public async Task Probes_name_what_fails(string target, int status, string text)
    {
        await using var server = await WithDoorCheck(() => "it is shut");
        server.Store.Status = server.Store.Status with { Role = NodeRole.Learner };
        var answer = await server.SendAsync("GET", target);
        Assert.Equal((status, text), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("/status")]
    [InlineData("/version")]
    [InlineData("/health")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    public async Task They_are_for_reading_and_take_no_unknown_parameters(string target)
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var method in new[] { "POST", "PUT", "DELETE", "PATCH" })
        {
            var answer = await server.SendAsync(method, target);
            Assert.Equal((405, "GET, HEAD"), (answer.Status, answer.Headers["Allow"]));
        }

        Assert.Equal(200, (await server.SendAsync("HEAD", target)).Status);
        Assert.Equal(400, (await server.SendAsync("GET", $"{target}?colour=blue")).Status);
        Assert.Equal(404, (await server.SendAsync("GET", $"{target}/nothing")).Status);
    }

    private static async Task<(int Status, string Text)> HealthAsync(RunningServer server, string query)
    {
        var answer = await server.SendAsync("GET", $"/health{query}");
        return (answer.Status, answer.Text);
    }

    private static Task<RunningServer> WithDoorCheck(Func<string?> fault) => RunningServer.StartAsync(
        options => options with { Rest = options.Rest with { ReadinessChecks = [new ReadinessCheck("door", _ => ValueTask.FromResult(fault()))] } });
}
