using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>The JSON gateway, as curl and Patroni use it.</summary>
public sealed class GatewayTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    [Fact]
    public async Task Keys_are_put_and_read_with_bytes_as_base64_and_long_numbers_as_text()
    {
        var name = node.Name();
        var put = await PostAsync("/v3/kv/put", $$"""{"key":"{{Base64(name)}}","value":"{{Base64("otter")}}","unknown":{"a":1} }""");
        var revision = put.GetProperty("header").GetProperty("revision").GetString();
        Assert.NotEmpty(put.GetProperty("header").GetProperty("raft_term").GetString()!);
        foreach (var path in (string[])["/v3/kv/range", "/v3beta/kv/range", "/v3alpha/kv/range"])
        {
            var read = await PostAsync(path, $$"""{"key":"{{Base64(name)}}"}""");
            Assert.Equal("1", read.GetProperty("count").GetString());
            var found = read.GetProperty("kvs")[0];
            Assert.Equal("otter", Encoding.UTF8.GetString(found.GetProperty("value").GetBytesFromBase64()));
            Assert.Equal(revision, found.GetProperty("mod_revision").GetString());
            Assert.False(found.TryGetProperty("lease", out _));
            Assert.False(read.TryGetProperty("more", out _));
        }
    }

    [Fact]
    public async Task Both_spellings_of_a_name_are_taken_and_numbers_as_text_or_not()
    {
        var name = node.Name();
        foreach (var key in (string[])["a", "b", "c"])
            await PostAsync("/v3/kv/put", $$"""{"key":"{{Base64(name + key)}}"}""");
        foreach (var body in (string[])["\"range_end\":\"{0}\",\"limit\":\"2\"", "\"rangeEnd\":\"{0}\",\"limit\":2", "\"range_end\":\"{0}\",\"limit\":2,\"sort_order\":\"ASCEND\"", "\"range_end\":\"{0}\",\"limit\":2,\"sort_order\":1"])
        {
            var end = Convert.ToBase64String(EtcdNode.End(name).Span);
            var read = await PostAsync("/v3/kv/range", $$"""{"key":"{{Base64(name)}}",{{body.Replace("{0}", end, StringComparison.Ordinal)}}}""");
            Assert.Equal(2, read.GetProperty("kvs").GetArrayLength());
            Assert.True(read.GetProperty("more").GetBoolean());
        }
    }

    [Fact]
    public async Task There_is_no_space_in_an_answer_but_within_a_text()
    {
        const string User = "a \\ \"b\" : {c, d}";
        await PostAsync("/v3/auth/user/add", JsonSerializer.Serialize(new { name = User, options = new { no_password = true } }));
        using var content = new StringContent("{}");
        using var answer = await node.Client.Http.PostAsync("/v3/auth/user/list", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("{\"header\":{\"cluster_id\":\"", text, StringComparison.Ordinal);
        Assert.Contains("""
            "users":["a \\ \"b\" : {c, d}"
            """, text, StringComparison.Ordinal);
        Assert.Equal(User, JsonDocument.Parse(text).RootElement.GetProperty("users")[0].GetString());
        await PostAsync("/v3/auth/user/delete", JsonSerializer.Serialize(new { name = User }));
    }

    [Fact]
    public async Task Bytes_may_come_without_padding_and_in_the_letters_of_URLs()
    {
        // In base64 the value is "++//vw==".
        var key = Base64(node.Name() + "?").TrimEnd('=');
        await PostAsync("/v3/kv/put", $$"""{"key":"{{key}}","value":"--__vw"}""");
        var read = await PostAsync("/v3/kv/txn", $$"""{"compare":[{"key":"{{key}}","target":"VALUE","value":"--__vw"}],"success":[{"requestRange":{"key":"{{key}}"} }]}""");
        Assert.True(read.GetProperty("succeeded").GetBoolean());
        Assert.Equal("++//vw==", read.GetProperty("responses")[0].GetProperty("response_range").GetProperty("kvs")[0].GetProperty("value").GetString());
        foreach (var bad in (string[])["!", "a", "a===", "a b="])
        {
            using var content = new StringContent($$"""{"key":"{{bad}}"}""");
            using var refused = await node.Client.Http.PostAsync("/v3/kv/range", content);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Theory]
    [InlineData("/v2/keys/a?recursive=false")]
    [InlineData("/v2/members")]
    public async Task The_v2_API_is_refused_in_its_own_words(string path)
    {
        using var answer = await node.Client.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var told = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(404, told.GetProperty("errorCode").GetInt32());
        Assert.Contains("use v3", told.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_of_Patronis_kind_takes_its_branches()
    {
        var name = Base64(node.Name());
        var lease = (await PostAsync("/v3/lease/grant", """{"TTL":30}""")).GetProperty("ID").GetString();
        var create = $$"""
            {"compare":[{"target":"CREATE","create_revision":"0","key":"{{name}}"}],"success":[{"request_put":{"key":"{{name}}","value":"YQ==","lease":"{{lease}}"} }],
             "failure":[{"request_txn":{"compare":[{"target":"VALUE","value":"YQ==","key":"{{name}}"}],"success":[{"requestPut":{"key":"{{name}}","value":"Yg=="} }]} }]}
            """;
        var first = await PostAsync("/v3/kv/txn", create);
        Assert.True(first.GetProperty("succeeded").GetBoolean());
        var second = await PostAsync("/v3/kv/txn", create);
        Assert.False(second.TryGetProperty("succeeded", out _));
        var nested = second.GetProperty("responses")[0].GetProperty("response_txn");
        Assert.True(nested.GetProperty("succeeded").GetBoolean());
        Assert.Empty(nested.GetProperty("header").EnumerateObject());
    }

    [Fact]
    public async Task A_message_that_comes_in_many_pieces_is_read_where_it_ends()
    {
        var body = Encoding.UTF8.GetBytes("""  {"ID":"5","more":[{"a":"}"},[1,2],"\"{"]} {"ID":"6"} {"ID":7}""");
        var requests = new Server.Etcd.Gateway.GatewayRequests(
            System.IO.Pipelines.PipeReader.Create(new MemoryStream(body), new System.IO.Pipelines.StreamPipeReaderOptions(bufferSize: 1, minimumReadSize: 1)),
            Pb.LeaseKeepAliveRequest.Descriptor, sizeBytesMax: 1000);
        foreach (var lease in (long[])[5, 6, 7])
        {
            Assert.True(await requests.ReadAsync(default));
            Assert.Equal(lease, Pb.LeaseKeepAliveRequest.Parser.ParseFrom(requests.Message.Span).ID);
        }

        Assert.False(await requests.ReadAsync(default));
    }

    [Fact]
    public async Task A_keepalive_tells_what_is_left_and_of_a_dead_lease_nothing()
    {
        var lease = (await PostAsync("/v3/lease/grant", """{"TTL":"30"}""")).GetProperty("ID").GetString();
        var alive = (await PostAsync("/v3/lease/keepalive", $$"""{"ID":"{{lease}}"}""")).GetProperty("result");
        Assert.Equal("30", alive.GetProperty("TTL").GetString());
        var dead = (await PostAsync("/v3/lease/keepalive", """{"ID":"5"}""")).GetProperty("result");
        Assert.Equal("5", dead.GetProperty("ID").GetString());
        Assert.False(dead.TryGetProperty("TTL", out _));
        using var many = await node.Client.Http.PostAsync("/v3/lease/keepalive", new StringContent($$"""{"ID":"{{lease}}"} {"ID":{{lease}}}""" + "\n\n{\"ID\":7}"));
        Assert.Equal(3, (await many.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_watch_is_told_line_by_line_as_it_happens()
    {
        var name = node.Name();
        var first = (await node.PutAsync(name, "one")).Header.Revision;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/watch")
        {
            Content = new StringContent($$"""{"create_request":{"key":"{{Base64(name)}}","start_revision":"{{first}}","filters":[]} }"""),
        };
        using var response = await node.Client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var created = await LineAsync(lines);
        Assert.True(created.GetProperty("created").GetBoolean());
        Assert.False(created.TryGetProperty("watch_id", out _));
        var put = (await LineAsync(lines)).GetProperty("events")[0];
        Assert.False(put.TryGetProperty("type", out _));
        await node.DeleteAsync(name);
        Assert.Equal("DELETE", (await LineAsync(lines)).GetProperty("events")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_snapshot_comes_piece_by_piece_and_is_the_file_that_etcds_tools_take()
    {
        var name = node.Name();
        for (var key = 0; key < 50; key++)
            await node.PutAsync($"{name}{key}", new string('x', 1000));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/maintenance/snapshot") { Content = new StringContent("{}") };
        using var response = await node.Client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (file, left, pieces) = (new List<byte>(), new List<long>(), 0);
        while (await lines.ReadLineAsync() is { } line)
        {
            var piece = JsonDocument.Parse(line).RootElement.GetProperty("result");
            file.AddRange(piece.GetProperty("blob").GetBytesFromBase64());

            // Zero is left out.
            left.Add(piece.TryGetProperty("remaining_bytes", out var bytes) ? long.Parse(bytes.GetString()!, CultureInfo.InvariantCulture) : 0);
            Assert.Equal("3.6.0", piece.GetProperty("version").GetString());
            pieces++;
        }

        // The image and its hash; of each piece it is said how much of the image is left behind it.
        Assert.True(pieces > 2, $"{pieces} pieces");
        var image = file.Take(file.Count - 32).ToArray();
        Assert.Equal(0, image.Length % 512);
        Assert.Equal(SHA256.HashData(image), file.Skip(image.Length));
        Assert.Equal(left.OrderDescending(), left);
        Assert.Equal([0L, 0L], left.TakeLast(2));
        Assert.Contains("xxxx", Encoding.Latin1.GetString(image), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v3/kv/put", """{"key":""}""", 400, 3, "etcdserver: key is not provided")]
    [InlineData("/v3/kv/put", "", 400, 3, "etcdserver: key is not provided")]
    [InlineData("/v3/lease/revoke", """{"ID":"5"}""", 404, 5, "etcdserver: requested lease not found")]
    [InlineData("/v3/kv/range", """{"key":"YQ==","revision":"1000000"}""", 400, 11, "etcdserver: mvcc: required revision is a future revision")]
    [InlineData("/v3/auth/authenticate", "{}", 400, 9, "etcdserver: authentication is not enabled")]
    [InlineData("/v3/auth/user/add", "{}", 400, 3, "etcdserver: user name is empty")]
    [InlineData("/v3/nothing", "{}", 404, 5, "Not Found")]
    public async Task A_refusal_has_etcds_code_text_and_status(string path, string body, int status, int code, string message)
    {
        using var response = await node.Client.Http.PostAsync(path, new StringContent(body));
        Assert.Equal(status, (int)response.StatusCode);
        var refusal = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((code, message, message), (refusal.GetProperty("code").GetInt32(), refusal.GetProperty("message").GetString(), refusal.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"key":5}""")]
    [InlineData("""{"key":"!"}""")]
    [InlineData("""{"key":"YQ==","limit":"x"}""")]
    [InlineData("[]")]
    [InlineData("{}{}")]
    public async Task A_body_that_makes_no_sense_is_refused(string body)
    {
        using var response = await node.Client.Http.PostAsync("/v3/kv/range", new StringContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(3, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Another_verb_and_another_origin_are_refused()
    {
        using var got = await node.Client.Http.GetAsync("/v3/kv/range");
        Assert.Equal(HttpStatusCode.NotImplemented, got.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/kv/put") { Content = new StringContent("{}"), Headers = { { "Origin", "http://evil.example" } } };
        using var refused = await node.Client.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public void Every_route_leads_to_a_method_of_its_service() =>
        Assert.All(Server.Etcd.Gateway.GatewayRoute.All, route => Assert.NotNull(route.Method));

    private static async Task<JsonElement> LineAsync(StreamReader lines) =>
        JsonDocument.Parse((await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(120)))!).RootElement.GetProperty("result");

    private async Task<JsonElement> PostAsync(string path, string body)
    {
        using var response = await node.Client.Http.PostAsync(path, new StringContent(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
