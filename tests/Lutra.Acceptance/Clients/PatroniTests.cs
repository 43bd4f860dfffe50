using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Clients;

/// <summary>Patroni, unchanged, keeps three PostgreSQL nodes with what three nodes of ours agree upon, by the JSON gateway.</summary>
public sealed class PatroniTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-patroni-").FullName;
    private readonly List<PatroniNode> nodes = [];
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private RealCluster? stores;

    public ValueTask InitializeAsync()
    {
        // The user postgres must come through.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes)
            node.Dispose();
        if (stores is not null)
            await stores.DisposeAsync();
        http.Dispose();
        await DeleteAsync();
    }

    [Fact]
    public async Task Switchover_and_the_loss_of_a_store_node_and_of_the_primary_lose_no_row()
    {
        Tools.Require("patroni");
        Tools.Require("psql");
        if (PatroniNode.Programs is null)
            Tools.Missing("PostgreSQL is not in /usr/lib/postgresql", "psql");
        stores = await RealCluster.StartAsync(3);
        foreach (var name in (string[])["one", "two", "three"])
            nodes.Add(PatroniNode.Start(name, folder, Enumerable.Range(0, 3).Select(at => stores.Address(at).Replace("localhost", "127.0.0.1", StringComparison.Ordinal))));
        var primary = await HealthyAsync(except: []);
        Insert(primary, "CREATE TABLE otters (name text PRIMARY KEY); INSERT INTO otters VALUES ('first')");

        // On demand.
        var heir = nodes.First(node => node != primary);
        using (var body = new StringContent($$"""{"leader":"{{primary.Name}}","candidate":"{{heir.Name}}"}""", Encoding.UTF8, "application/json"))
        using (var answer = await http.PostAsync($"http://127.0.0.1:{primary.RestPort}/switchover", body))
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal(heir.Name, (await HealthyAsync(except: [])).Name);
        Insert(heir, "INSERT INTO otters VALUES ('second')");

        // A node of the store, the leading one: the primary stays the primary.
        stores.Process(await stores.LeaderAsync()).Kill();
        await stores.Client.PutAsync("after", "the loss");
        Assert.Equal(heir.Name, (await HealthyAsync(except: [])).Name);
        Insert(heir, "INSERT INTO otters VALUES ('third')");

        // The primary, with all that it runs: another takes over, and has every row that both others had.
        await UntilAsync(() => Task.FromResult(nodes.All(node => node.Sql("SELECT count(*) FROM otters") == (0, "3"))), "every node has three rows");
        heir.Kill();
        var survivor = await HealthyAsync(except: [heir]);
        Insert(survivor, "INSERT INTO otters VALUES ('fourth')");
        Assert.Equal((0, "first,fourth,second,third"), survivor.Sql("SELECT string_agg(name, ',' ORDER BY name) FROM otters"));
    }

    private static void Insert(PatroniNode primary, string statement)
    {
        var (code, said) = primary.Sql(statement);
        Assert.True(code == 0, $"{statement}: {said}");
    }

    /// <summary>The primary, once there is one and all others follow it.</summary>
    private async Task<PatroniNode> HealthyAsync(IReadOnlyList<PatroniNode> except)
    {
        PatroniNode? primary = null;
        var alive = nodes.Except(except).ToArray();
        await UntilAsync(
            async () =>
            {
                using var cluster = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{alive[0].RestPort}/cluster"));
                var members = cluster.RootElement.GetProperty("members").EnumerateArray().Where(member => alive.Any(node => node.Name == Text(member, "name"))).ToArray();
                var leaders = members.Where(member => Text(member, "role") == "leader" && Text(member, "state") == "running").ToArray();
                primary = leaders.Length == 1 ? alive.Single(node => node.Name == Text(leaders[0], "name")) : null;
                return primary is not null && members.Length == alive.Length && members.All(member => Text(member, "state") is "running" or "streaming")
                    && primary.Sql("SELECT pg_is_in_recovery()") == (0, "f")
                    && primary.Sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == (0, $"{alive.Length - 1}");
            },
            "there is a primary, and all others follow it");
        return primary!;

        static string? Text(JsonElement member, string name) => member.GetProperty(name).GetString();
    }

    private async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await holds())
                    return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or JsonException or KeyNotFoundException or OperationCanceledException)
            {
                // It is just starting.
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
                Assert.Fail($"Not within {Patience}: {what}.\n{string.Join("\n\n", nodes.Select(node => $"{node.Name}:\n{node.Output}"))}");
            await Task.Delay(100);
        }
    }

    // What PostgreSQL's processes still write when they notice that theirs is gone.
    private async Task DeleteAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (tries < 100)
            {
                await Task.Delay(50);
            }
        }
    }
}
