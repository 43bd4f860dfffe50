using Lutra.Raft.Tests.Harness;

namespace Lutra.Raft.Tests.Scenarios;

/// <summary>The commands that ask how things stand.</summary>
internal static class ScenarioReports
{
    public static void Status(TestCluster cluster, IReadOnlyList<int> numbers)
    {
        foreach (var number in numbers)
        {
            cluster.Trace.Add(cluster[number].IsUp ? TraceText.Describe(cluster[number].Status) : $"n{number} is down");
        }
    }

    /// <summary>The whole log; entries that a power cut would take are behind a bar.</summary>
    public static void Logs(TestCluster cluster, IReadOnlyList<int> numbers)
    {
        foreach (var number in numbers)
        {
            var disk = cluster[number].Disk;
            var durable = disk.Durable.Entries.Select(TraceText.Describe);
            var inFlight = disk.Written.Entries.Where(entry => !disk.Durable.Holds(entry.Position)).Select(TraceText.Describe).ToList();
            var start = disk.Durable.Start == LogPosition.Zero ? "" : $" after {disk.Durable.Start}";
            cluster.Trace.Add(
                $"n{number} log{start}: {string.Join(", ", durable)}{(inFlight.Count == 0 ? "" : $" | {string.Join(", ", inFlight)}")}");
        }
    }

    public static void Applied(TestCluster cluster, IReadOnlyList<int> numbers)
    {
        foreach (var number in numbers)
        {
            cluster.Trace.Add($"n{number} has applied: {string.Join(", ", cluster.Applied(number))}");
        }
    }

    public static void Followers(TestCluster cluster, int leader)
    {
        foreach (var view in cluster[leader].Status.Followers)
        {
            cluster.Trace.Add($"n{leader} sees {TraceText.Name(view.Node)}: matched={view.Matched} next={view.Next} {view.State}"
                + (view.RecentlyActive ? "" : " silent"));
        }
    }
}
