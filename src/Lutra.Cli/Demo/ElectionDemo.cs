using System.Text;
using Lutra.Raft;

namespace Lutra.Cli.Demo;

/// <summary>
/// The story of an election, told while it happens: who campaigns, who votes for whom, who leads; keys that a majority keeps; a leader that is cut off, and that
/// steps down when it hears of a higher term. On the real consensus core, with real timers.
/// </summary>
internal sealed class ElectionDemo
{
    private const int TicksMax = 2000;
    private const int LatencyTicks = 2;
    private readonly Dictionary<NodeId, (RoleName Role, Term Term)> known = [];
    private readonly DemoCluster cluster;
    private readonly Action<string> say;
    private readonly Func<Task> wait;

    /// <param name="wait">Waits for the length of one tick.</param>
    public ElectionDemo(int nodes, int seed, Action<string> say, Func<Task> wait)
    {
        this.say = say;
        this.wait = wait;
        cluster = new DemoCluster(nodes, seed, new RaftOptions { ElectionTicks = 20, HeartbeatTicks = 5 }, static (_, _) => LatencyTicks, Tell);
    }

    public async Task RunAsync()
    {
        Head($"{cluster.Nodes.Count} nodes start. Nobody leads yet; whose timer ends first campaigns.");
        foreach (var node in cluster.Nodes)
            Show(node);
        await UntilAsync(() => cluster.Leader is { } leader && leader.Core.CommittedInTerm);

        Head("The leader takes writes. One is done when a majority has it in its log.");
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("name", "Lutra"), ("age", "3"), ("city", "Hamburg")])
            Put(cluster.Leader!, key, value);
        await UntilAsync(() => cluster.Nodes.All(node => node.Store.ContainsKey("city")));
        foreach (var key in (string[])["name", "age", "city", "country"])
            Get(cluster.Leader!, key);

        var old = cluster.Leader!;
        Head($"Node {old.Id} is cut off. It may still think that it leads, but it can commit nothing.");
        cluster.Cut(old);
        Put(old, "city", "lost");
        await UntilAsync(() => cluster.Leader is { } leader && leader != old && leader.Core.CommittedInTerm);
        Put(cluster.Leader!, "city", "Bremen");
        await UntilAsync(() => cluster.Nodes.Where(node => node != old).All(node => node.Store["city"] == "Bremen"));
        Get(cluster.Leader!, "city");
        say($"Node {old.Id}, cut off, still has city = {old.Store["city"]}");

        Head($"Node {old.Id} can be reached again. It hears of a higher term, steps down, and drops what was never committed.");
        cluster.Heal(old);
        await UntilAsync(() => old.Core.Role == RoleName.Follower && old.Store["city"] == "Bremen" && cluster.Leader is not null);
        Head($"All {cluster.Nodes.Count} nodes agree: city = {string.Join(", ", cluster.Nodes.Select(node => node.Store["city"]).Distinct())}. One leader: node {cluster.Leader!.Id}, in term {cluster.Leader.Core.Term}.");
        foreach (var node in cluster.Nodes)
            Show(node);
    }

    private void Put(DemoNode node, string key, string value)
    {
        var answer = node.Core.Propose(Encoding.UTF8.GetBytes($"put {key} {value}"));
        say(answer.Outcome == ProposeOutcome.Appended
            ? $"client → node {node.Id}: put {key} {value} (entry {answer.Position.Index.Value} of term {answer.Position.Term.Value})"
            : $"client → node {node.Id}: put {key} {value}: refused, {answer.Outcome}");
    }

    private void Get(DemoNode node, string key) =>
        say($"client → node {node.Id}: get {key}: {(node.Store.TryGetValue(key, out var value) ? value : "key not found")}");

    private async Task UntilAsync(Func<bool> reached)
    {
        for (var tick = 0; tick < TicksMax; tick++)
        {
            cluster.Tick();
            foreach (var node in cluster.Nodes)
            {
                if (!known.TryGetValue(node.Id, out var before) || before != (node.Core.Role, node.Core.Term))
                    Show(node);
            }

            if (reached())
                return;
            await wait();
        }

        throw new TimeoutException($"The story did not go on within {TicksMax} ticks.");
    }

    private void Show(DemoNode node)
    {
        known[node.Id] = (node.Core.Role, node.Core.Term);
        say($"node {node.Id}: {node.Core.Role}, term {node.Core.Term.Value}{(cluster.IsCut(node) ? ", cut off" : "")}");
    }

    private void Tell(Message message, bool arrives)
    {
        var lost = arrives ? "" : " (lost)";
        if (MessageText.Of(message) is { } said && (arrives || message is not AppendRequest))
            say($"  {message.From} → {message.To}  {said}{lost}");
    }

    private void Head(string text)
    {
        say("");
        say($"== {text}");
    }
}
