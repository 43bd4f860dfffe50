using System.Globalization;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Lutra.Node.Restore;

namespace Lutra.Cli.Recover;

/// <summary>What the folders hold and what could be lost, in a table and in words; or as JSON.</summary>
internal static class RecoverReport
{
    public static void Show(Recovery recovery, Answer answer)
    {
        answer.Rows(
            ["folder", "id", "term", "last entry", "committed", "revision", "keys", "members"],
            recovery.Folders.Select(folder => (IReadOnlyList<string>)(folder.Fault is null
                ? [
                    Shown(folder.Folder), folder.Label, folder.Term.ToString(), folder.Last.ToString(), folder.Committed.Index.ToString(),
                    folder.Revision.ToString(), folder.Keys.ToString(CultureInfo.InvariantCulture), string.Join(' ', folder.Members),
                ]
                : [Shown(folder.Folder), "cannot be used", "", "", "", "", "", ""])));
        foreach (var folder in recovery.Folders.Where(folder => folder.Fault is not null))
            Failure.Write(folder.Fault!);
        if (recovery is not { Best: { } best, Loss: { } loss })
            return;
        Console.Out.WriteLine($"Cluster {best.Cluster}: {loss.Voters} voters, of which {loss.Majority} make a majority. {Present(loss)}");
        Console.Out.WriteLine($"{Shown(best.Folder)} holds most: its log ends with entry {best.Last.Index} of term {best.Last.Term}.");
        foreach (var line in Lines(loss))
            Console.Out.WriteLine(line);
    }

    public static IEnumerable<string> Lines(LossReport loss)
    {
        if (loss.HasMajority)
        {
            yield return "These are a majority: start them as they are, and they elect a leader. Nothing needs to be recovered, and a new cluster would only lose its members.";
            yield break;
        }
        yield return loss.MayHaveLost
            ? $"COULD BE LOST: what only {string.Join(", ", loss.Missing)} had. They may be ahead, and are enough to have acknowledged writes that are not here. "
                + "If one of their folders can still be had, bring it and begin again."
            : "Nothing that was acknowledged is lost: every write had to reach one of these folders.";
        if (loss.UncertainEntries > 0)
            yield return $"The last {loss.UncertainEntries} entries of the log are not known to be committed. They are kept: some may be writes whose outcome nobody was told.";
    }

    public static JsonArray FoldersJson(Recovery recovery) => new([.. recovery.Folders.Select(folder => (JsonNode)(folder.Fault is { } fault
        ? new JsonObject { ["folder"] = folder.Folder, ["fault"] = fault }
        : new JsonObject
        {
            ["folder"] = folder.Folder,
            ["id"] = folder.Label,
            ["node"] = folder.Node,
            ["cluster"] = folder.Cluster,
            ["term"] = folder.Term.Value,
            ["last_index"] = folder.Last.Index.Value,
            ["last_term"] = folder.Last.Term.Value,
            ["committed_index"] = folder.Committed.Index.Value,
            ["revision"] = folder.Revision.Value,
            ["keys"] = folder.Keys,
            ["members"] = new JsonArray([.. folder.Members.Select(label => (JsonNode)label)]),
        }))]);

    public static JsonNode? LossJson(Recovery recovery) => recovery.Loss is not { } loss ? null : new JsonObject
    {
        ["voters"] = loss.Voters,
        ["majority"] = loss.Majority,
        ["here"] = new JsonArray([.. loss.Here.Select(label => (JsonNode)label)]),
        ["missing"] = new JsonArray([.. loss.Missing.Select(label => (JsonNode)label)]),
        ["has_majority"] = loss.HasMajority,
        ["may_have_lost"] = loss.MayHaveLost,
        ["uncertain_entries"] = loss.UncertainEntries,
    };

    private static string Present(LossReport loss) =>
        $"Here: {List(loss.Here)}. Not here: {List(loss.Missing)}.";

    private static string List(IReadOnlyList<string> labels) => labels.Count == 0 ? "none" : string.Join(", ", labels);

    // As one would type it, where that is shorter.
    private static string Shown(string folder)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, folder);
        return relative.Length < folder.Length ? relative : folder;
    }
}
