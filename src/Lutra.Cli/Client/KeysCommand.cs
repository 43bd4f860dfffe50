using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;

namespace Lutra.Cli.Client;

internal sealed class KeysCommand : ClientCommand
{
    private const int PageSize = 1000;

    private readonly RangeOptions range = new();
    private readonly Option<long> limit = new("--limit") { Description = "At most so many keys; 0: all" };
    private readonly Option<long> revision = new("--revision") { Description = "Read the store as of this revision" };
    private readonly Option<bool> values = new("--values") { Description = "Show the values, too" };
    private readonly Option<bool> count = new("--count") { Description = "Only count the keys" };
    private readonly Option<bool> local = new("--local") { Description = "Answer from the node asked, without asking the leader; may be old" };

    private KeysCommand()
        : base("keys", "Lists keys in order")
    {
        range.AddTo(this);
        Add(limit);
        Add(revision);
        Add(values);
        Add(count);
        Add(local);
    }

    public static Command Create() => new KeysCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var options = new ReadOptions(parsed.GetValue(local) ? Consistency.Local : Consistency.Linearizable);
        var wanted = range.Of(parsed);
        if (parsed.GetValue(count))
        {
            var counted = await client.RangeAsync(
                new RangeOperation(wanted, CountOnly: true, Revision: new Revision(parsed.GetValue(revision))), options, cancellationToken);
            if (answer.IsJson)
                Answer.Json(new JsonObject { ["count"] = counted.Count, ["revision"] = counted.Revision.Value });
            else
                Console.Out.WriteLine(counted.Count);
            return ExitCode.Ok;
        }

        var found = await ReadAllAsync(client, wanted, parsed, options, cancellationToken);
        var withValues = parsed.GetValue(values);
        if (answer.IsJson)
            Answer.Json(new JsonArray([.. found.Select(each => Answer.Json(each, withValues))]));
        else if (withValues)
            answer.Rows(["key", "value", "revision"], found.Select(each => new[] { Answer.Text(each.Key.Span), Answer.Text(each.Value.Span), each.ModRevision.ToString() }));
        else
            foreach (var each in found)
                Console.Out.WriteLine(Answer.Text(each.Key.Span));
        return ExitCode.Ok;
    }

    /// <summary>Page by page, all at the revision of the first.</summary>
    private async Task<List<KeyValue>> ReadAllAsync(
        ILutraClient client, KeyRange wanted, ParseResult parsed, ReadOptions options, CancellationToken cancellationToken)
    {
        var all = new List<KeyValue>();
        var at = new Revision(parsed.GetValue(revision));
        var most = parsed.GetValue(limit) is > 0 and var given ? given : long.MaxValue;
        while (all.Count < most)
        {
            var page = await client.RangeAsync(
                new RangeOperation(wanted, Math.Min(PageSize, most - all.Count), at, KeysOnly: !parsed.GetValue(values)), options, cancellationToken);
            all.AddRange(page.KeyValues);
            if (!page.More || page.KeyValues.IsEmpty)
                break;
            at = at == Revision.None ? page.Revision : at;
            wanted = wanted with { From = Following(page.KeyValues[^1].Key) };
        }

        return all;
    }

    // The next key in the order of bytes is this one and a zero byte.
    private static byte[] Following(ReadOnlyMemory<byte> key) => [.. key.Span, 0];
}
