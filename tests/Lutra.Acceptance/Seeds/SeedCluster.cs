using System.Net;
using System.Net.Http.Headers;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>Three nodes for the rows that need a running cluster and leave it as it is; each row has keys of its own.</summary>
public sealed class SeedCluster : IAsyncLifetime
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };

    internal RealCluster Nodes { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Nodes = await RealCluster.StartAsync(3);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Nodes.DisposeAsync();
    }

    /// <summary>As <c>curl -X METHOD host:port/path -d body</c> sends it: with the type of a form, whatever the body is.</summary>
    internal async Task<(HttpStatusCode Status, string Body)> CurlAsync(int node, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{Nodes.Address(node)}{path}");
        if (body is not null)
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What <c>lutra shell</c> answers to these lines at one node, or at a list of servers.</summary>
    internal static async Task<(int ExitCode, string Output)> ShellAsync(string servers, string lines)
    {
        using var shell = LutraProcess.Start("shell", servers);
        await shell.WriteAsync(lines);
        shell.EndInput();
        await shell.ExitedAsync(TimeSpan.FromSeconds(60));
        return (shell.ExitCode, shell.Output);
    }
}
