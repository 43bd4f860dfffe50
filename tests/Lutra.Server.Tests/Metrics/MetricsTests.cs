using System.Text.Json;
using System.Text.RegularExpressions;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Metrics;

/// <summary>The numbers of real nodes, and whether they, docs/metrics.md and the dashboard speak of the same.</summary>
public sealed partial class MetricsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lutra-metrics-tests-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Every_documented_name_is_in_the_output_with_its_type_and_every_name_of_the_output_is_documented()
    {
        await using var node = await StartedAsync();
        var types = (await ScrapeAsync(node)).Types;
        var documented = DocumentedNames().Matches(RepositoryFiles.Read("docs/metrics.md"))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        Assert.Equal(types.Select(one => $"{one.Value} {one.Key}").Order(), documented.Select(one => $"{one.Value} {one.Key}").Order());
    }

    [Fact]
    public async Task Every_name_in_an_expression_of_the_dashboard_and_of_the_document_exists()
    {
        await using var node = await StartedAsync();
        var scraped = await ScrapeAsync(node);
        var names = scraped.Types.Keys.Concat(scraped.Samples.Select(sample => sample.Name)).ToHashSet();
        foreach (var (name, type) in scraped.Types)
        {
            if (type == "histogram")
                names.UnionWith([$"{name}_bucket", $"{name}_sum", $"{name}_count"]);
        }

        var dashboard = JsonDocument.Parse(RepositoryFiles.Read("dashboards/lutra.json")).RootElement;
        var expressions = Expressions(dashboard).ToList();
        Assert.InRange(expressions.Count, 30, 200);
        foreach (var expression in expressions.Append(RepositoryFiles.Read("docs/metrics.md")))
        {
            foreach (Match used in UsedNames().Matches(expression))
                Assert.Contains(used.Value, names);
        }

        Assert.Contains("lutra_is_leader", string.Concat(expressions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_done_is_what_is_counted()
    {
        await using var node = await StartedAsync();
        for (var at = 0; at < 5; at++)
            await node.Node.PutAsync($"key {at}", "value");
        await node.Node.DeleteAsync(new DeleteOperation(KeyRange.Single("key 0"u8.ToArray())));
        await node.Node.PutAsync("key 1", "again");
        var granted = await node.Node.GrantLeaseAsync(1000);
        await using var watch = node.Node.WatchAsync(new WatchOperation(KeyRange.All)).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        await node.Node.RangeAsync(new RangeOperation(KeyRange.All));

        var now = await ScrapeAsync(node);
        Assert.Equal(4, now.Value("lutra_keys"));
        Assert.Equal(1, now.Value("lutra_leases"));
        Assert.Equal(1, now.Value("lutra_watchers"));
        Assert.Equal(8, now.Value("lutra_revision"));
        Assert.Equal(8, now.Value("lutra_proposals_total"));
        Assert.Equal(8, now.Value("lutra_write_seconds_count"));
        Assert.Equal(0, now.Value("lutra_proposals_waiting"));
        Assert.Equal(1, now.Value("lutra_is_leader"));
        Assert.Equal(1, now.Value("lutra_role", ("role", "leader")));
        Assert.Equal(0, now.Value("lutra_role", ("role", "follower")));
        Assert.Equal(1, now.Value("lutra_loop_up"));
        Assert.Equal(1, now.Value("lutra_elections_total"));
        Assert.Equal(1, now.Value("lutra_members", ("kind", "voter")));

        // The leader may append an entry of its own between two looks of one scrape.
        var last = now.Value("lutra_log_last_index");
        Assert.InRange(now.Value("lutra_applied_index"), now.Value("lutra_commit_index"), last + 2);
        Assert.InRange(now.Value("lutra_log_written_entries_total"), now.Value("lutra_commit_index"), last + 2);
        Assert.InRange(now.Value("lutra_log_fsync_seconds_count"), 8, last + 2);
        Assert.InRange(now.Value("lutra_commit_seconds_count"), 8, last + 2);
        Assert.InRange(now.Value("lutra_log_bytes"), 1024, 100_000_000);
        Assert.InRange(now.Value("lutra_reads_total"), 2, 10);

        await node.Node.RevokeLeaseAsync(granted.Lease);
        await watch.DisposeAsync();
        var later = await ScrapeAsync(node);
        Assert.Equal(0, later.Value("lutra_leases"));
        Assert.Equal(0, later.Value("lutra_watchers"));
        Assert.InRange(later.Value("lutra_http_answers_total", ("status", "2xx")), 1, 10);
    }

    [Fact]
    public async Task A_histogram_has_a_bucket_for_each_bound_and_what_was_waited_for()
    {
        await using var node = await StartedAsync();
        for (var at = 0; at < 20; at++)
            await node.Node.PutAsync("key", "value");
        var now = await ScrapeAsync(node);
        foreach (var (family, _) in now.Types.Where(one => one.Value == "histogram" && !one.Key.Contains("peer", StringComparison.Ordinal) && !one.Key.StartsWith("grpc_", StringComparison.Ordinal)))
            Assert.Equal(18, now.Samples.Count(sample => sample.Name == $"{family}_bucket"));
        Assert.InRange(now.Value("lutra_log_fsync_seconds_sum"), 0.000_001, 600);
    }

    [Fact]
    public async Task Peers_are_told_apart_by_their_labels()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServedNode.ListenAsync()));
        try
        {
            var list = nodes.Select((node, at) => $"{at + 1}={node.Address}").ToArray();
            await Task.WhenAll(nodes.Select((node, at) => node.StartAsync(directory.FullName, $"{at + 1}", list)));
            foreach (var node in nodes)
                await node.Node.WaitUntilReadyAsync().WaitAsync(Patience);
            await nodes[1].Node.PutAsync("key", "value");

            var leaders = 0.0;
            for (var at = 0; at < 3; at++)
            {
                var others = new[] { "1", "2", "3" }.Where(label => label != $"{at + 1}").ToArray();
                var now = await ScrapeUntilAsync(nodes[at], scraped => others.All(other => scraped.Samples.Any(sample =>
                    sample.Name == "lutra_peer_round_trip_seconds_count" && sample.Labels["peer"] == other && sample.Value > 0)));
                leaders += now.Value("lutra_is_leader");
                foreach (var other in others)
                {
                    Assert.Equal(1, now.Value("lutra_peer_connected", ("peer", other)));
                    Assert.InRange(now.Value("lutra_peer_sent_bytes_total", ("peer", other)), 1, 1e9);
                    Assert.InRange(now.Value("lutra_peer_round_trip_seconds_sum", ("peer", other)), 0.000_001, 60);
                }

                Assert.Equal(now.Value("lutra_is_leader") > 0 ? 2 : 0, now.Samples.Count(sample => sample.Name == "lutra_peer_lag_entries"));
            }

            Assert.Equal(1, leaders);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task OpenMetrics_is_for_those_who_ask()
    {
        await using var node = await StartedAsync();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        using var plain = await http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType!.ToString());

        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        using var open = await http.GetAsync("/metrics");
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType!.ToString());
        var text = await open.Content.ReadAsStringAsync();
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("\n# TYPE lutra_proposals counter\nlutra_proposals_total ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_there_are_the_numbers_of_the_process()
    {
        await using var server = await RunningServer.StartAsync();
        var now = Exposition.Parse((await server.SendAsync("GET", "/metrics")).Text);
        Assert.InRange(now.Value("process_resident_memory_bytes"), 1e6, 1e12);
        Assert.DoesNotContain("lutra_term", now.Types.Keys);
    }

    private static IEnumerable<string> Expressions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(one =>
            one.Name is "expr" or "query" or "definition" && one.Value.ValueKind == JsonValueKind.String ? [one.Value.GetString()!] : Expressions(one.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Expressions),
        _ => [],
    };

    private static async Task<Exposition> ScrapeUntilAsync(ServedNode node, Func<Exposition, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var scraped = await ScrapeAsync(node);
            if (holds(scraped))
                return scraped;
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<Exposition> ScrapeAsync(ServedNode node)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Address}") };
        return Exposition.Parse(await http.GetStringAsync("/metrics"));
    }

    private async Task<ServedNode> StartedAsync()
    {
        var node = await ServedNode.ListenAsync();
        await node.StartAsync(directory.FullName);
        await node.Node.WaitUntilReadyAsync().WaitAsync(Patience);
        return node;
    }

    [GeneratedRegex(@"^\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedNames();

    [GeneratedRegex(@"\b(?:lutra|process|dotnet)_[a-z0-9_]+\b")]
    private static partial Regex UsedNames();
}
