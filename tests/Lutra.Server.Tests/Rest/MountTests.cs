using System.Text.Json;
using Lutra.Server.Rest;
using Lutra.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Lutra.Server.Tests.Rest;

/// <summary>The face inside an application of somebody else's.</summary>
public sealed class MountTests
{
    [Fact]
    public async Task The_face_works_under_a_prefix_beside_other_endpoints()
    {
        await using var application = await StartAsync(app =>
        {
            app.MapGet("/hello", () => "hello");
            app.MapLutra(new MemoryStore(), "/store");
        });
        using var http = Client(application);
        Assert.Equal("hello", await http.GetStringAsync("/hello"));
        Assert.Equal("b", await RoundTripAsync(http, "/store/key/a%2Fb"));
        Assert.Equal(200, (int)(await http.GetAsync("/store/readyz/non_learner")).StatusCode);
        Assert.Equal(405, (int)(await http.PostAsync("/store/keys", null)).StatusCode);
        Assert.Equal(404, (int)(await http.GetAsync("/key/a%2Fb")).StatusCode);
        var page = JsonDocument.Parse(await http.GetStringAsync("/store/keys")).RootElement;
        Assert.Equal("a/b", page.GetProperty("keys")[0].GetProperty("key").GetString());
    }

    [Fact]
    public async Task Groups_and_path_bases_are_passed_over()
    {
        await using var application = await StartAsync(app =>
        {
            app.UsePathBase("/base");
            app.UseRouting();
            app.MapGroup("/group").MapLutra(new MemoryStore(), "/store");
        });
        using var http = Client(application);
        Assert.Equal("b", await RoundTripAsync(http, "/base/group/store/key/x"));
        Assert.Equal("b", await RoundTripAsync(http, "/group/store/key/y"));
    }

    [Fact]
    public async Task A_limit_of_the_host_that_is_lower_is_told()
    {
        await using var application = await StartAsync(
            app => app.MapLutra(new MemoryStore()), kestrel => kestrel.Limits.MaxRequestBodySize = 100);
        using var http = Client(application);
        using var content = new ByteArrayContent(new byte[101]);
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await http.PutAsync("/key/a", content);
        Assert.Equal(413, (int)answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("too_large", problem.GetProperty("code").GetString());
        Assert.Contains("application around", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store")]
    [InlineData("/store/")]
    [InlineData("/")]
    [InlineData("/{id}")]
    public async Task A_prefix_that_cannot_be_is_refused(string prefix)
    {
        await using var application = WebApplication.CreateSlimBuilder().Build();
        Assert.Throws<ArgumentException>(() => application.MapLutra(new MemoryStore(), prefix));
    }

    private static async Task<string?> RoundTripAsync(HttpClient http, string path)
    {
        using var body = new StringContent("""{"value":"b"}""");
        body.Headers.ContentType = new("application/json");
        (await http.PutAsync(path, body)).EnsureSuccessStatusCode();
        return JsonDocument.Parse(await http.GetStringAsync(path)).RootElement.GetProperty("value").GetString();
    }

    private static async Task<WebApplication> StartAsync(
        Action<WebApplication> map, Action<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>? kestrel = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(options => kestrel?.Invoke(options));
        var application = builder.Build();
        map(application);
        await application.StartAsync();
        return application;
    }

    private static HttpClient Client(WebApplication application) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(application.Urls.First()) };
}
