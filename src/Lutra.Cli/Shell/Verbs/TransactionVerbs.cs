using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Shell.Verbs;

/// <summary>Several commands at once or not at all: gathered between "begin" and "commit", or as "txn" with its compares.</summary>
internal static class TransactionVerbs
{
    public static readonly IReadOnlyList<Verb> All =
    [
        new(["begin"], "begin", "gathers put, get and del until commit or discard", static (shell, words, _) => words.Count == 0 ? Begin(shell) : null)
        {
            Details = """
                Until then put, get and del answer QUEUED, and nothing has happened yet.
                  begin
                  put a 1
                  put b 2
                  commit
                """,
        },
        new(["commit"], "commit", "does what was gathered, at once or not at all", static (shell, words, stop) => words.Count == 0 ? CommitAsync(shell, stop) : null)
        {
            Details = """
                Answers OK, and then what each command answers, in their order.
                """,
        },
        new(["discard"], "discard", "forgets what was gathered", static (shell, words, _) => words.Count == 0 ? Discard(shell) : null)
        {
            Details = """
                Nothing that was gathered is done.
                """,
        },
        new(
            ["txn"], "txn if <compare> then <operation> else <operation>", "such as: if 'missing a' then 'put a b' else 'get a'",
            static (shell, words, stop) => words.Count > 0 ? TransactAsync(shell, words, stop) : null)
        {
            Details = """
                Does the operations behind "then" if every comparison holds, else those behind
                "else", all at one revision. Comparisons: exists KEY, missing KEY, and
                value|version|revision|created|lease KEY =|!=|<|> WHAT.
                  txn if 'missing lock' then 'put lock me'
                  txn if 'value name = otter' then 'put name seal' else 'get name'
                """,
            Words = ["if", "then", "else"],
        },
    ];

    /// <summary>Inside a transaction: keeps the operation for its commit, and says so.</summary>
    public static bool Queue(ShellContext shell, Operation operation)
    {
        if (shell.Queued is not { } queued)
            return false;
        if (queued.Count == LutraLimits.TransactionOperationsMax)
            throw new LutraException(LutraError.TooLarge, $"A transaction has at most {LutraLimits.TransactionOperationsMax} operations: commit or discard.");
        queued.Add(operation);
        shell.Say("QUEUED");
        return true;
    }

    private static Task<ExitCode> Begin(ShellContext shell)
    {
        if (shell.Queued is not null)
            return Task.FromResult(shell.Fail(ExitCode.Usage, "a transaction is open already: commit or discard it first"));
        shell.Queued = [];
        shell.Say("OK");
        return Task.FromResult(ExitCode.Ok);
    }

    private static Task<ExitCode> Discard(ShellContext shell)
    {
        if (shell.Queued is null)
            return Task.FromResult(shell.Fail(ExitCode.Usage, "no transaction is open: begin one first"));
        shell.Queued = null;
        shell.Say("OK");
        return Task.FromResult(ExitCode.Ok);
    }

    private static async Task<ExitCode> CommitAsync(ShellContext shell, CancellationToken stop)
    {
        if (shell.Queued is not { } queued)
            return shell.Fail(ExitCode.Usage, "no transaction is open: begin one first");
        shell.Queued = null;
        var done = await shell.Client.TransactAsync(new TransactionOperation([], [.. queued], []), default, stop);
        shell.Say("OK");
        Show(shell, done);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> TransactAsync(ShellContext shell, IReadOnlyList<string> words, CancellationToken stop)
    {
        var compares = new List<Compare>();
        var then = new List<Operation>();
        var otherwise = new List<Operation>();
        var part = "";
        foreach (var word in words)
        {
            if (word.ToLowerInvariant() is "if" or "then" or "else")
                part = word.ToLowerInvariant();
            else if (part == "if")
                compares.Add(TransactionText.Compare(word));
            else if (part == "then")
                then.Add(TransactionText.Operation(word));
            else if (part == "else")
                otherwise.Add(TransactionText.Operation(word));
            else
                return shell.Fail(ExitCode.Usage, $"a transaction begins with if, then or else, not with \"{word}\"");
        }

        var done = await shell.Client.TransactAsync(new TransactionOperation([.. compares], [.. then], [.. otherwise]), default, stop);
        shell.Say(done.Succeeded ? "then" : "else");
        Show(shell, done);
        return done.Succeeded ? ExitCode.Ok : ExitCode.CompareFailed;
    }

    private static void Show(ShellContext shell, TransactionResult done)
    {
        foreach (var result in done.Results)
        {
            switch (result)
            {
                case PutResult:
                    shell.Say("OK");
                    break;
                case DeleteResult deleted:
                    shell.Say($"(integer) {deleted.Deleted}");
                    break;
                case RangeResult { KeyValues.IsEmpty: true }:
                    shell.Say("(nil)");
                    break;
                case RangeResult found:
                    foreach (var each in found.KeyValues)
                        shell.Say($"{Answer.Text(each.Key.Span)} = {Answer.Text(each.Value.Span)}");
                    break;
            }
        }
    }
}
