using System.CommandLine;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;

namespace Lutra.Cli.Client;

internal sealed class TxnCommand : ClientCommand
{
    private readonly Option<string[]> compares = new("--if") { Description = "A compare: value name = otter, version lock = 0, exists a, missing a; all must hold" };
    private readonly Option<string[]> then = new("--then") { Description = "Done where all compares hold: put name otter, get name, del name, keys prefix" };
    private readonly Option<string[]> otherwise = new("--else") { Description = "Done where one does not" };

    private TxnCommand()
        : base("txn", "Compares, then writes or reads: at once, or not at all")
    {
        Add(compares);
        Add(then);
        Add(otherwise);
    }

    public static Command Create() => new TxnCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var transaction = new TransactionOperation(
            [.. (parsed.GetValue(compares) ?? []).Select(TransactionText.Compare)],
            [.. (parsed.GetValue(then) ?? []).Select(TransactionText.Operation)],
            [.. (parsed.GetValue(otherwise) ?? []).Select(TransactionText.Operation)]);
        var done = await client.TransactAsync(transaction, default, cancellationToken);
        if (answer.IsJson)
        {
            Answer.Json(new JsonObject
            {
                ["succeeded"] = done.Succeeded,
                ["revision"] = done.Revision.Value,
                ["results"] = new JsonArray([.. done.Results.Select(Json)]),
            });
        }
        else
        {
            Console.Out.WriteLine(done.Succeeded ? "then" : "else");
            foreach (var result in done.Results)
                Write(result);
        }

        return done.Succeeded ? ExitCode.Ok : ExitCode.CompareFailed;
    }

    private static JsonObject Json(OperationResult result) => result switch
    {
        PutResult => new JsonObject { ["put"] = true },
        DeleteResult deleted => new JsonObject { ["deleted"] = deleted.Deleted },
        RangeResult found => new JsonObject { ["found"] = new JsonArray([.. found.KeyValues.Select(each => Answer.Json(each))]), ["count"] = found.Count },
        TransactionResult inner => new JsonObject { ["succeeded"] = inner.Succeeded, ["results"] = new JsonArray([.. inner.Results.Select(Json)]) },
        _ => throw new System.Diagnostics.UnreachableException($"No words for {result}"),
    };

    private static void Write(OperationResult result)
    {
        switch (result)
        {
            case PutResult:
                Console.Out.WriteLine("OK");
                break;
            case DeleteResult deleted:
                Console.Out.WriteLine(deleted.Deleted);
                break;
            case RangeResult found:
                foreach (var each in found.KeyValues)
                    Console.Out.WriteLine($"{Answer.Text(each.Key.Span)}\t{Answer.Text(each.Value.Span)}");
                break;
        }
    }
}
