using System.Text;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Dev;

/// <summary>The commands at the prompt of <c>lutra dev</c>.</summary>
internal sealed class DevCommands(DevCluster cluster)
{
    private const string Help = """
        put <key> <value>    writes a key
        get <key>            reads a key
        del <key>            deletes a key
        keys [<prefix>]      lists keys
        status               what each node does
        kill <node>          ends a node at once, as a power switch would
        start <node>         starts it again
        exit                 stops all nodes (so does Ctrl+C)
        """;

    /// <summary>Runs one line; false where it was the last.</summary>
    public bool Run(string line, Action<string> show)
    {
        try
        {
            return RunAsync(Words.Split(line), show).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is LutraException or FormatException or IOException)
        {
            show($"Error: {fault.Message}");
            return true;
        }
    }

    private async Task<bool> RunAsync(List<string> words, Action<string> show)
    {
        switch (words)
        {
            case ["put" or "set", var key, var value]:
                await cluster.Client.PutAsync(key, value);
                show("OK");
                return true;
            case ["get", var key]:
                var found = await cluster.Client.GetAsync(key);
                show(found is null ? "Error: key not found" : Answer.Text(found.Value.Span));
                return true;
            case ["del" or "delete", var key]:
                show(await cluster.Client.DeleteAsync(key) ? "OK" : "Error: key not found");
                return true;
            case ["keys", .. { Count: <= 1 } rest]:
                await KeysAsync(rest.Count == 0 ? "" : rest[0], show);
                return true;
            case ["status"]:
                foreach (var node in cluster.Nodes)
                    show(new DevNodeState(node, await cluster.StatusAsync(node, CancellationToken.None)).ToString());
                return true;
            case ["kill", var number] when Node(number) is { } node:
                node.Kill();
                show($"Node {node.Number} is dead.");
                return true;
            case ["start", var number] when Node(number) is { } node:
                node.Start();
                show($"Node {node.Number} starts.");
                return true;
            case ["help"]:
                show(Help);
                return true;
            case ["exit" or "quit"]:
                return false;
            default:
                show("Unknown command, or not its form. Type: help");
                return true;
        }
    }

    private async Task KeysAsync(string prefix, Action<string> show)
    {
        const int Most = 100;
        var found = await cluster.Client.RangeAsync(new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)), Most));
        foreach (var each in found.KeyValues)
            show($"{Answer.Text(each.Key.Span)} = {Answer.Text(each.Value.Span)}");
        if (found.More)
            show($"and {found.Count - Most} more");
    }

    private DevNode? Node(string number) => cluster.Nodes.FirstOrDefault(node => $"{node.Number}" == number);
}
