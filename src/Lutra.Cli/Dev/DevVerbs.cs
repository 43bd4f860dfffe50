using Lutra.Cli.Shell;
using Lutra.Cli.Shell.Verbs;

namespace Lutra.Cli.Dev;

/// <summary>What the shell of <c>lutra dev</c> can do beyond every other: everything about the nodes' processes and their wires.</summary>
internal sealed class DevVerbs(DevCluster cluster)
{
    public IReadOnlyList<Verb> All() =>
    [
        new(["nodes"], "nodes", "what each node here does", (shell, words, stop) => words.Count == 0 ? NodesAsync(shell, stop) : null) { Details = "A line for each, as above; where the lines do not fit, or in a pipe." },
        new(["status"], "status [<n>]", "what the cluster says of itself, or one node", (shell, words, stop) => words.Count <= 1 ? StatusAsync(shell, words, stop) : null)
        {
            Details = "By the number of a node here, or by a host:port.\n  status\n  status 2\n  status localhost:2379",
        },
        new(["kill"], "kill <n>", "ends a node at once, as a power switch would", (shell, words, _) => OnNode(shell, words, Kill)) { Details = "Nothing is handed over or flushed; what was promised is on its disk.\n  kill 1" },
        new(["stop"], "stop <n>", "stops a node in order: it hands over what it leads", (shell, words, _) => OnNode(shell, words, StopAsync)) { Details = "  stop 1" },
        new(["start"], "start <n>", "starts it again", (shell, words, _) => OnNode(shell, words, Start)) { Details = "After kill or stop.\n  start 1" },
        new(["cut"], "cut <n>", "cuts a node off from the others; clients still reach it", (shell, words, _) => OnNode(shell, words, Cut)) { Details = "Its peers neither hear nor reach it. If it led, it steps down, and the others\nelect another.\n  cut 1" },
        new(["heal"], "heal <n>", "connects it again", (shell, words, _) => OnNode(shell, words, Heal)) { Details = "  heal 1" },
        new(["add"], "add", "starts a new node, which joins and votes once it has caught up", (shell, words, stop) => words.Count switch
        {
            0 => Add(shell),
            2 => MemberVerbs.AddAsync(shell, words[0], words[1], stop),
            _ => null,
        })
        {
            Details = "Alone, it chooses a number and ports by itself. With a label and an address it\nadds a member whose node you start yourself.\n  add\n  add far far-away:2380",
        },
        new(["remove"], "remove <n>", "takes a node out of the cluster for good", (shell, words, stop) => OnNode(shell, words, (asked, node) => RemoveAsync(asked, node, stop))) { Details = "Its process ends. Its number is not used again.\\n  remove 4" },
    ];

    private async Task<ExitCode> NodesAsync(ShellContext shell, CancellationToken stop)
    {
        foreach (var state in await cluster.StatesAsync(stop))
            shell.Say(state.ToString());
        return ExitCode.Ok;
    }

    private Task<ExitCode> StatusAsync(ShellContext shell, IReadOnlyList<string> words, CancellationToken stop) =>
        ClusterVerbs.StatusAsync(shell, words.Count == 1 && cluster.Find(words[0]) is { } node ? [node.Address] : words, stop);

    private Task<ExitCode>? OnNode(ShellContext shell, IReadOnlyList<string> words, Func<ShellContext, DevNode, Task<ExitCode>> act)
    {
        if (words.Count != 1)
            return null;
        return cluster.Find(words[0]) is { } node
            ? act(shell, node)
            : Task.FromResult(shell.Fail(ExitCode.NotFound, $"there is no node {words[0]} here; there are {string.Join(", ", cluster.Nodes.Select(each => each.Number))}"));
    }

    private static Task<ExitCode> Kill(ShellContext shell, DevNode node) =>
        Said(shell, node.Kill() ? $"Node {node.Number} is dead. Its data stays; start {node.Number} brings it back." : $"Node {node.Number} was not running.");

    private static async Task<ExitCode> StopAsync(ShellContext shell, DevNode node) =>
        await Said(shell, await DevCluster.StopAsync(node) ? $"Node {node.Number} has stopped." : $"Node {node.Number} was not running.");

    private static Task<ExitCode> Start(ShellContext shell, DevNode node) =>
        Said(shell, node.Start() ? $"Node {node.Number} starts." : $"Node {node.Number} is running.");

    private Task<ExitCode> Cut(ShellContext shell, DevNode node)
    {
        cluster.Cut(node);
        return Said(shell, $"Node {node.Number} is cut off from the others; clients still reach it at {node.Address}.");
    }

    private Task<ExitCode> Heal(ShellContext shell, DevNode node)
    {
        cluster.Heal(node);
        return Said(shell, $"Node {node.Number} is connected.");
    }

    private Task<ExitCode> Add(ShellContext shell)
    {
        try
        {
            var node = cluster.Add();
            shell.Client = cluster.Client;
            return Said(shell, $"Node {node.Number} starts at {node.Address}, joins as a learner, and votes once it has caught up.");
        }
        catch (IOException refused)
        {
            return Task.FromResult(shell.Fail(ExitCode.Error, refused.Message));
        }
    }

    private async Task<ExitCode> RemoveAsync(ShellContext shell, DevNode node, CancellationToken stop)
    {
        await cluster.RemoveAsync(node, stop);
        shell.Client = cluster.Client;
        return await Said(shell, $"Node {node.Number} belongs to the cluster no more.");
    }

    private static Task<ExitCode> Said(ShellContext shell, string text)
    {
        shell.Say(text);
        return Task.FromResult(ExitCode.Ok);
    }
}
