using System.Net;
using System.Text.Json;

namespace Lutra.Acceptance.Seeds;

/// <summary>The curl lines of the seed documents, sent to real nodes: every name begins with the row of docs/seeds.md that it shows.</summary>
public sealed class HttpRowTests(SeedCluster cluster) : IClassFixture<SeedCluster>
{
    [Fact]
    public async Task Row_1_2_get_answers_the_key_with_its_value_and_404_where_there_is_none()
    {
        await cluster.CurlAsync(0, "POST", "/kv/put", """{"key":"row12/name","value":"Alice"}""");
        var (status, body) = await cluster.CurlAsync(1, "GET", "/kv/get/row12/name");
        Assert.Equal((HttpStatusCode.OK, "row12/name", "Alice"), (status, Json(body).GetProperty("key").GetString(), Json(body).GetProperty("value").GetString()));
        var (missing, said) = await cluster.CurlAsync(1, "GET", "/kv/get/row12/nothing");
        Assert.Equal(HttpStatusCode.NotFound, missing);
        Assert.Contains("Key not found", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await cluster.CurlAsync(1, "GET", "/kv/get/")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await cluster.CurlAsync(1, "POST", "/kv/get/row12/name")).Status);
    }

    [Fact]
    public async Task Row_1_3_put_is_done_on_any_node_before_it_is_answered()
    {
        for (var node = 0; node < 3; node++)
        {
            var (status, body) = await cluster.CurlAsync(node, "POST", "/kv/put", $$"""{"key":"row13/{{node}}","value":"{{node}}"}""");
            Assert.Equal((HttpStatusCode.OK, "ok"), (status, Json(body).GetProperty("status").GetString()));
            Assert.Contains($"\"value\":\"{node}\"", (await cluster.CurlAsync((node + 1) % 3, "GET", $"/kv/get/row13/{node}")).Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await cluster.CurlAsync(0, "POST", "/kv/put", "no json")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await cluster.CurlAsync(0, "POST", "/kv/put", """{"key":"","value":"x"}""")).Status);
    }

    [Fact]
    public async Task Row_1_4_delete_answers_ok_even_where_there_was_nothing()
    {
        await cluster.CurlAsync(0, "POST", "/kv/put", """{"key":"row14","value":"x"}""");
        foreach (var _ in (int[])[1, 2])
        {
            var (status, body) = await cluster.CurlAsync(1, "DELETE", "/kv/delete/row14");
            Assert.Equal((HttpStatusCode.OK, "ok"), (status, Json(body).GetProperty("status").GetString()));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await cluster.CurlAsync(2, "GET", "/kv/get/row14")).Status);
    }

    [Fact]
    public async Task Row_1_5_all_is_one_flat_object()
    {
        await cluster.CurlAsync(0, "POST", "/kv/put", """{"key":"row15/a","value":"1"}""");
        await cluster.CurlAsync(0, "POST", "/kv/put", """{"key":"row15/b","value":"two words"}""");
        Assert.Equal("""{"row15/a":"1","row15/b":"two words"}""", (await cluster.CurlAsync(1, "GET", "/kv/all?prefix=row15/")).Body);
        Assert.Equal("{}", (await cluster.CurlAsync(1, "GET", "/kv/all?prefix=row15/c")).Body);
        Assert.Equal("1", Json((await cluster.CurlAsync(2, "GET", "/kv/all")).Body).GetProperty("row15/a").GetString());
    }

    [Fact]
    public async Task Row_1_6_and_2_4_status_says_term_and_leader_in_the_words_of_all()
    {
        var leaders = 0;
        for (var node = 0; node < 3; node++)
        {
            var status = Json((await cluster.CurlAsync(node, "GET", "/status")).Body);
            Assert.Equal(node + 1, status.GetProperty("node_id").GetInt32());
            Assert.True(status.GetProperty("term").GetInt64() > 0);
            Assert.InRange(status.GetProperty("leader_id").GetInt32(), 1, 3);
            Assert.Equal(status.GetProperty("state").GetString() == "Leader", status.GetProperty("isLeader").GetBoolean());
            leaders += status.GetProperty("isLeader").GetBoolean() ? 1 : 0;
        }

        Assert.Equal(1, leaders);
    }

    [Theory]
    [InlineData("POST", "/raft/requestVote")]
    [InlineData("POST", "/raft/appendEntries")]
    [InlineData("POST", "/raft/message")]
    [InlineData("POST", "/raft/request_vote")]
    [InlineData("POST", "/raft/append_entries")]
    public async Task Row_1_7_1_8_and_2_5_nobody_votes_or_appends_at_the_port_for_clients(string method, string path)
    {
        var before = Json((await cluster.CurlAsync(0, "GET", "/status")).Body).GetProperty("term").GetInt64();
        var (status, _) = await cluster.CurlAsync(0, method, path, """{"term":1000000,"candidate_id":9,"last_log_index":0,"last_log_term":0}""");
        Assert.InRange((int)status, 400, 499);
        Assert.InRange(Json((await cluster.CurlAsync(0, "GET", "/status")).Body).GetProperty("term").GetInt64(), before, 1000);
    }

    [Fact]
    public async Task Row_2_2_and_2_3_a_key_is_put_and_got_at_any_node()
    {
        for (var node = 0; node < 3; node++)
        {
            var (status, body) = await cluster.CurlAsync(node, "PUT", $"/key/row22-{node}", $$"""{"value":"{{node}}"}""");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(Json(body).GetProperty("success").GetBoolean());
            for (var other = 0; other < 3; other++)
                Assert.Equal($"{node}", Json((await cluster.CurlAsync(other, "GET", $"/key/row22-{node}")).Body).GetProperty("value").GetString());
        }

        var (missing, said) = await cluster.CurlAsync(0, "GET", "/key/row22-nothing");
        Assert.Equal((HttpStatusCode.NotFound, "Key not found"), (missing, Json(said).GetProperty("error").GetString()));
        Assert.True(Json(said).TryGetProperty("leader_id", out _));
    }

    [Fact]
    public async Task Row_2_3_only_who_asks_for_it_hears_421_with_the_leader()
    {
        var leader = await cluster.Nodes.LeaderAsync();
        var (status, body) = await cluster.CurlAsync((leader + 1) % 3, "PUT", "/key/row23?forward=false", """{"value":"x"}""");
        Assert.Equal((421, leader + 1), ((int)status, Json(body).GetProperty("leader_id").GetInt32()));
    }

    [Fact]
    public async Task Row_2_12_a_repeated_request_of_a_client_keeps_the_first_value()
    {
        for (var repeat = 0; repeat < 2; repeat++)
        {
            var (status, _) = await cluster.CurlAsync(repeat, "PUT", "/key/row212", $$"""{"value":"{{(repeat == 0 ? "first" : "second")}}","client_id":7,"request_id":12}""");
            Assert.Equal(HttpStatusCode.OK, status);
        }

        Assert.Equal("first", Json((await cluster.CurlAsync(2, "GET", "/key/row212")).Body).GetProperty("value").GetString());
    }

    [Fact]
    public async Task Row_3_4_and_3_5_the_readmes_own_key_is_written_and_read()
    {
        Assert.Equal(HttpStatusCode.OK, (await cluster.CurlAsync(0, "PUT", "/key/mykey", """{"value":"myvalue"}""")).Status);
        Assert.Equal("myvalue", Json((await cluster.CurlAsync(2, "GET", "/key/mykey")).Body).GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("/key/row-odd/with/slashes", "a value with blanks")]
    [InlineData("/key/row-odd%2Fescaped", "☃ 水獺")]
    [InlineData("/key/%E6%B0%B4%E7%8D%BA", "")]
    public async Task Row_1_6_of_the_rules_keys_with_slashes_escapes_and_letters_of_any_script(string path, string value)
    {
        await cluster.CurlAsync(0, "PUT", path, JsonSerializer.Serialize(new { value }));
        Assert.Equal(value, Json((await cluster.CurlAsync(1, "GET", path)).Body).GetProperty("value").GetString());
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
