using System.Globalization;
using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Scenarios;

/// <summary>
/// <c>cluster 3 learners=1 spare=1 seed=7 election=10 log:n1=1,1,2 term:n1=2 vote:n1=n2</c>: voters, learners, nodes that belong to nobody,
/// the seed of the election timeouts, options, and what nodes find on their disks (the terms of their entries).
/// </summary>
internal static class ScenarioCluster
{
    public static TestCluster Start(string[] words)
    {
        var options = new RaftOptions
        {
            ElectionTicks = Value(words, "election", 10),
            HeartbeatTicks = Value(words, "heartbeat", 1),
            AppendBytesMax = Value(words, "append-bytes", 512 * 1024),
            InflightAppendsMax = Value(words, "inflight", 256),
            InflightBytesMax = Value(words, "inflight-bytes", 8 * 1024 * 1024),
            UncommittedBytesMax = Value(words, "uncommitted-bytes", 64 * 1024 * 1024),
            EntryBytesMax = Value(words, "entry-bytes", 4 * 1024 * 1024),
            PendingReadsMax = Value(words, "pending-reads", 65_536),
            WindowBytes = Value(words, "window-bytes", 8 * 1024 * 1024),
        };
        var cluster = new TestCluster(options, Value(words, "seed", 1));
        var voters = int.Parse(words[0], CultureInfo.InvariantCulture);
        var members = voters + Value(words, "learners", 0);
        var configuration = TestCluster.ConfigurationOf(Enumerable.Range(1, voters), Enumerable.Range(voters + 1, members - voters));
        for (var number = 1; number <= members; number++)
        {
            var terms = List(words, $"log:n{number}");
            var vote = Find(words, $"vote:n{number}");
            cluster.Add(
                number, configuration, Value(words, $"term:n{number}", terms.Count == 0 ? 0 : terms[^1]), Steps.Log(terms),
                vote is null ? null : TestCluster.NumberOf(vote));
        }

        for (var number = members + 1; number <= members + Value(words, "spare", 0); number++)
        {
            cluster.Add(number);
        }

        return cluster;
    }

    /// <summary>The numbers in <c>name=n1,n2</c> or <c>name=1,2</c>; none where it is not given.</summary>
    public static IReadOnlyList<int> List(string[] words, string name) => Find(words, name) is { } value
        ? [.. value.Split(',').Select(word => int.Parse(word.TrimStart('n'), NumberStyles.None, CultureInfo.InvariantCulture))]
        : [];

    private static int Value(string[] words, string name, int otherwise) =>
        Find(words, name) is { } value ? int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    private static string? Find(string[] words, string name) =>
        words.FirstOrDefault(word => word.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
