using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Rest;

public sealed class TransactionTests
{
    [Fact]
    public async Task A_transaction_compares_and_does_all_of_one_branch()
    {
        await using var server = await RunningServer.StartAsync();
        const string Body = """
            {"compare":[{"key":"lock","version":0}],
             "then":[{"put":{"key":"lock","value":"mine","return_previous":true}},{"get":{"prefix":"l"}},
                     {"txn":{"then":[{"put":{"key_base64":"/w==","value_base64":"AP8="}}]}}],
             "else":[{"get":{"key":"lock"}},{"delete":{"key":"lock","return_previous":true}}]}
            """;
        var first = await server.SendAsync("POST", "/txn", "Idempotency-Key: once\r\n", Body);
        Assert.Equal(200, first.Status);
        Assert.Equal(
            """{"revision":2,"succeeded":true,"results":[{"put":{"revision":2,"success":true}},{"get":{"revision":1,"count":1,"more":false,"keys":[{"key":"lock","value":"mine","revision":2,"create_revision":2,"version":1,"lease":0,"exists":true}]}},{"txn":{"revision":2,"succeeded":true,"results":[{"put":{"revision":2,"success":true}}]}}]}""",
            first.Text);
        Assert.Equal("once", server.Store.LastWriteOptions.IdempotencyKey);

        var second = await server.SendAsync("POST", "/txn", "Content-Type: application/x-www-form-urlencoded\r\n", Body);
        Assert.False(second.Json.GetProperty("succeeded").GetBoolean());
        Assert.Equal("mine", second.Json.GetProperty("results")[1].GetProperty("delete").GetProperty("previous")[0].GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("\"value\":\"x\"", true)]
    [InlineData("\"value\":\"y\"", false)]
    [InlineData("\"value_base64\":\"eA==\"", true)]
    [InlineData("\"value\":\"a\",\"is\":\">\"", true)]
    [InlineData("\"revision\":2", true)]
    [InlineData("\"revision\":3,\"is\":\"<\"", true)]
    [InlineData("\"create_revision\":2,\"is\":\"!=\"", false)]
    [InlineData("\"version\":1", true)]
    [InlineData("\"lease\":0", true)]
    public async Task Compares_can_look_at_everything(string compare, bool holds)
    {
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("PUT", "/key/a", "", """{"value":"x"}""");
        var answer = await server.SendAsync("POST", "/txn", "", $$"""{"compare":[{"key":"a",{{compare}}}]}""");
        Assert.Equal(holds, answer.Json.GetProperty("succeeded").GetBoolean());
    }

    [Fact]
    public async Task A_transaction_can_delete_a_prefix()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var key in new[] { "a/1", "a/2", "b" })
            await server.SendAsync("PUT", $"/key/{key}", "", """{"value":"x"}""");
        var answer = await server.SendAsync("POST", "/txn", "", """{"then":[{"delete":{"prefix":"a/"}}]}""");
        Assert.Equal(2, answer.Json.GetProperty("results")[0].GetProperty("delete").GetProperty("deleted").GetInt64());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"them\":[]}")]
    [InlineData("{\"then\":[]} x")]
    [InlineData("{\"then\":[null]}")]
    [InlineData("{\"then\":[{}]}")]
    [InlineData("{\"then\":null}")]
    [InlineData("{\"compare\":[null]}")]
    [InlineData("{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"b\"},\"get\":{\"key\":\"a\"}}]}")]
    [InlineData("{\"then\":[{\"put\":{\"key\":\"a\"}}]}")]
    [InlineData("{\"then\":[{\"put\":{\"key\":\"\",\"value\":\"b\"}}]}")]
    [InlineData("{\"then\":[{\"put\":{\"value\":\"b\"}}]}")]
    [InlineData("{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"b\",\"ttl\":3}}]}")]
    [InlineData("{\"then\":[{\"put\":{\"key\":\"a\",\"value\":\"b\",\"value\":\"c\"}}]}")]
    [InlineData("{\"then\":[{\"get\":{}}]}")]
    [InlineData("{\"then\":[{\"get\":{\"key\":\"a\",\"prefix\":\"a\"}}]}")]
    [InlineData("{\"then\":[{\"get\":{\"key\":\"a\",\"limit\":-1}}]}")]
    [InlineData("{\"then\":[{\"delete\":{}}]}")]
    [InlineData("{\"compare\":[{\"key\":\"a\"}]}")]
    [InlineData("{\"compare\":[{\"key\":\"a\",\"value\":\"x\",\"version\":1}]}")]
    [InlineData("{\"compare\":[{\"key\":\"a\",\"version\":1,\"is\":\"~\"}]}")]
    [InlineData("{\"compare\":[{\"version\":1}]}")]
    [InlineData("{\"then\":[{\"put\":{\"key\":\"\\ud800\",\"value\":\"b\"}}]}")]
    public async Task A_transaction_that_makes_no_sense_is_refused(string body)
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.SendAsync("POST", "/txn", "", body);
        Assert.Equal(400, answer.Status);
        Assert.Equal("invalid_argument", answer.Json.GetProperty("code").GetString());
        Assert.Null(server.Store.LastWriteOptions.IdempotencyKey);
    }

    [Fact]
    public async Task A_deeply_nested_body_is_refused_without_harm()
    {
        await using var server = await RunningServer.StartAsync();
        var body = string.Concat(Enumerable.Repeat("{\"then\":[{\"txn\":", 10_000));
        Assert.Equal(400, (await server.SendAsync("POST", "/txn", "", body)).Status);
    }

    [Theory]
    [InlineData(127, 200)]
    [InlineData(128, 200)]
    [InlineData(129, 413)]
    public async Task A_transaction_has_at_most_128_operations(int operations, int status)
    {
        await using var server = await RunningServer.StartAsync();
        var list = string.Join(",", Enumerable.Repeat("{\"get\":{\"key\":\"a\"}}", operations));
        foreach (var branch in new[] { "then", "else" })
        {
            var answer = await server.SendAsync("POST", "/txn", "", $$"""{"{{branch}}":[{{list}}]}""");
            Assert.Equal(status, answer.Status);
            if (status == 413)
                Assert.Equal(128, answer.Json.GetProperty("limit").GetInt64());
        }

        var compares = string.Join(",", Enumerable.Repeat("{\"key\":\"a\",\"version\":0}", operations));
        Assert.Equal(status, (await server.SendAsync("POST", "/txn", "", $$"""{"compare":[{{compares}}]}""")).Status);
    }

    [Theory]
    [InlineData("Origin: http://evil.example", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Origin: http://localhost", 200)]
    public async Task A_page_of_another_origin_may_not_post(string origin, int status)
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(status, (await server.SendAsync("POST", "/txn", $"{origin}\r\n", """{"then":[]}""")).Status);
    }

    [Theory]
    [InlineData("GET", "/txn", 405)]
    [InlineData("PUT", "/txn", 405)]
    [InlineData("POST", "/txn/x", 404)]
    [InlineData("POST", "/txn?dry", 400)]
    public async Task Only_a_post_to_the_path_itself_will_do(string method, string target, int status)
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(status, (await server.SendAsync(method, target, "", "{}")).Status);
        Assert.Equal(415, (await server.SendAsync("POST", "/txn", "Content-Type: text/plain\r\n", "{}")).Status);
    }
}
