using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Lutra.Server.Tests.Auth;

/// <summary>REST takes the same users: Basic and Bearer.</summary>
public sealed class RestUsersTests(AuthNode node) : IClassFixture<AuthNode>
{
    [Theory]
    [InlineData("GET /key/m/x", null, 401)]
    [InlineData("GET /key/m/x", "reader", 404)]
    [InlineData("GET /key/m/x", "writer", 403)]
    [InlineData("GET /key/other", "reader", 403)]
    [InlineData("GET /keys?prefix=m/", "reader", 200)]
    [InlineData("GET /keys", "reader", 403)]
    [InlineData("GET /keys", "root", 200)]
    [InlineData("GET /kv/all", "reader", 403)]
    [InlineData("PUT /key/m/y {\"value\":\"\"}", "reader", 403)]
    [InlineData("PUT /key/m/y {\"value\":\"\"}", null, 401)]
    [InlineData("PUT /key/m/y {\"value\":\"\"}", "writer", 200)]
    [InlineData("PUT /key/m/y?return_previous {\"value\":\"\"}", "writer", 403)]
    [InlineData("POST /kv/put {\"key\":\"other\",\"value\":\"\"}", "both", 403)]
    [InlineData("POST /txn {\"then\":[{\"get\":{\"key\":\"other\"}}]}", "both", 403)]
    [InlineData("GET /watch?prefix=other", "reader", 403)]
    [InlineData("GET /watch", null, 401)]
    [InlineData("POST /leases {\"ttl\":60}", "nothing", 200)]
    [InlineData("POST /leases {\"ttl\":60}", null, 401)]
    [InlineData("POST /compact {\"revision\":1}", "both", 403)]
    [InlineData("GET /snapshot", "both", 403)]
    [InlineData("GET /snapshot", null, 401)]
    [InlineData("GET /status", "nothing", 200)]
    [InlineData("GET /status", null, 401)]
    [InlineData("GET /members", "nothing", 200)]
    [InlineData("POST /members {\"address\":\"localhost:9\"}", "both", 403)]
    [InlineData("POST /leader {}", "both", 403)]
    [InlineData("GET /users", "both", 403)]
    [InlineData("GET /users", "root", 200)]
    [InlineData("GET /users/both", "both", 200)]
    [InlineData("POST /users {\"name\":\"x\",\"password\":\"x\"}", "both", 403)]
    [InlineData("POST /auth/disable", "both", 403)]
    [InlineData("POST /auth/disable", null, 401)]
    [InlineData("GET /auth", null, 200)]
    [InlineData("GET /health", null, 200)]
    [InlineData("GET /readyz", null, 200)]
    [InlineData("GET /livez", null, 200)]
    [InlineData("GET /version", null, 200)]
    [InlineData("GET /metrics", null, 200)]
    [InlineData("GET /openapi.json", null, 200)]
    public async Task A_request_is_let_in_or_not(string line, string? user, int status)
    {
        Assert.Equal(status, (int)(await SendAsync(line, user is null ? null : Basic(user, AuthNode.Password))).StatusCode);
        if (user is not null)
            Assert.Equal(status, (int)(await SendAsync(line, new AuthenticationHeaderValue("Bearer", await node.LoginAsync(user)))).StatusCode);
    }

    [Fact]
    public async Task A_wrong_password_and_a_bad_token_are_refused_with_what_would_do()
    {
        var refused = await SendAsync("GET /status", Basic("reader", "wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(["Basic", "Bearer"], refused.Headers.WwwAuthenticate.Select(one => one.Scheme));
        Assert.Contains("\"code\":\"login_failed\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var header in new[] { Basic("none", "x"), Basic("certified", ""), new("Basic", "%%"), new("Basic", ""), Basic("a", new string('x', 9000)), new("Bearer", "abcdefghijklmnop.1"), new("Digest", "x") })
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET /status", header)).StatusCode);
    }

    [Fact]
    public async Task A_remembered_password_is_forgotten_with_the_user_it_was_of()
    {
        await node.ChangeAsync(new AddUser("remembered", "one"));
        for (var time = 0; time < 3; time++)
            Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET /status", Basic("remembered", "one"))).StatusCode);
        await node.ChangeAsync(new SetPassword("remembered", "two"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET /status", Basic("remembered", "one"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET /status", Basic("remembered", "two"))).StatusCode);
        await node.ChangeAsync(new DeleteUser("remembered"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET /status", Basic("remembered", "two"))).StatusCode);
    }

    [Fact]
    public async Task One_logs_in_by_REST_too()
    {
        var answer = await SendAsync($$"""POST /auth/login {"name":"reader","password":"{{AuthNode.Password}}"}""", null);
        var token = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET /keys?prefix=m/", new("Bearer", token))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("""POST /auth/login {"name":"reader","password":"no"}""", null)).StatusCode);
    }

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private async Task<HttpResponseMessage> SendAsync(string line, AuthenticationHeaderValue? header)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Served.Address}") };
        var parts = line.Split(' ', 3);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]) { Headers = { Authorization = header } };
        if (parts.Length > 2)
            request.Content = new StringContent(parts[2], Encoding.UTF8, "application/json");
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
