using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;

namespace Lutra.Cli.Client;

/// <summary>Asks every endpoint that was given, and the other members that the first to answer knows.</summary>
internal sealed class StatusCommand : ClientCommand
{
    private StatusCommand()
        : base("status", "Shows what each node does: role, term, applied index, health")
    {
    }

    public static Command Create() => new StatusCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var members = await client.MembersAsync(cancellationToken);
        var addresses = EndpointsOf(parsed).Concat(members.Members.Select(member => member.ClientAddress)).Distinct().ToArray();
        var asked = await Task.WhenAll(addresses.Select(address => AskAsync(address, parsed, cancellationToken)));

        // The same node may have been found under two addresses.
        var rows = asked.Where(row => row.Status is null || asked.First(other => other.Status?.Node == row.Status.Node) == row).ToArray();
        var known = rows.Where(row => row.Status is not null).Select(row => row.Address).ToHashSet();
        if (answer.IsJson)
            Answer.Json(new JsonArray([.. rows.Select(Json)]));
        else
            answer.Rows(
                ["address", "node", "role", "term", "leader", "applied", "revision", "health"],
                rows.Select(row => row.Status is not { } status
                    ? new[] { row.Address, "", "", "", "", "", "", row.Fault! }
                    : [row.Address, status.Label, status.Role.ToString(), $"{status.Term}", status.LeaderLabel ?? "none", $"{status.AppliedIndex}", $"{status.Revision}", status.Health]));
        foreach (var line in rows.SelectMany(row => row.Status?.Waiting ?? []).Distinct())
            Failure.Hint(line);
        return known.Count == 0 ? ExitCode.Unavailable : ExitCode.Ok;
    }

    private async Task<Row> AskAsync(string address, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = Connect([address], parsed);
            return new Row(address, await client.StatusAsync(cancellationToken), null);
        }
        catch (LutraException fault)
        {
            return new Row(address, null, fault.Message);
        }
    }

    private static JsonObject Json(Row row)
    {
        var json = new JsonObject { ["address"] = row.Address };
        if (row.Status is not { } status)
        {
            json["error"] = row.Fault;
            return json;
        }

        json["node"] = status.Label;
        json["role"] = status.Role.ToString();
        json["term"] = status.Term;
        json["leader"] = status.LeaderLabel;
        json["commit_index"] = status.CommitIndex;
        json["applied_index"] = status.AppliedIndex;
        json["revision"] = status.Revision.Value;
        json["cluster"] = status.Cluster;
        json["version"] = status.Version;
        json["health"] = status.Health;
        return json;
    }

    private sealed record Row(string Address, NodeStatus? Status, string? Fault);
}
