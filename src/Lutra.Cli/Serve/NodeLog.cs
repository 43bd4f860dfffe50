using System.Text.Json.Nodes;
using Lutra.Node;

namespace Lutra.Cli.Serve;

/// <summary>The node's log on standard error: a line each, plain or JSON.</summary>
internal sealed class NodeLog(bool json)
{
    private readonly Lock gate = new();

    public void Write(NodeEvent happened)
    {
        var now = TimeProvider.System.GetUtcNow();
        var level = happened.Level switch { NodeEventLevel.Warning => "warn", NodeEventLevel.Error => "fail", _ => "info" };
        var line = json
            ? new JsonObject { ["time"] = now.ToString("O"), ["level"] = level, ["message"] = happened.Message }.ToJsonString()
            : $"{now:yyyy-MM-dd HH:mm:ss.fff} {level}: {happened.Message}";
        lock (gate)
            Console.Error.WriteLine(line);
    }
}
