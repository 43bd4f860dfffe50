using System.Text;
using Lutra.Cli.Output;

namespace Lutra.Cli.Shell.Verbs;

/// <summary>Writing and reading keys.</summary>
internal static class KeyVerbs
{
    private const int PageSize = 1000;

    public static readonly IReadOnlyList<Verb> All =
    [
        new(["put", "set"], "put <key> <value>", "writes a key", static (shell, words, stop) => words is [var key, var value] ? PutAsync(shell, key, value, stop) : null, TakesKeys: true)
        {
            Details = """
                A key and a value are any text. Quotes keep blanks and line ends together.
                  put name otter
                  put name 'an otter'
                  put user/7 "said \"hello\""
                """,
        },
        new(["get"], "get <key>", "reads a key", static (shell, words, stop) => words is [var key] ? GetAsync(shell, key, stop) : null, TakesKeys: true)
        {
            Details = """
                The answer is the value as of now: a majority stands behind it.
                  get name
                  get "a key with blanks"
                """,
        },
        new(["delete"], "delete <key>", "deletes a key", static (shell, words, stop) => words is [var key] ? DeleteAsync(shell, key, stop) : null, TakesKeys: true)
        {
            Details = """
                  delete name
                """,
        },
        new(["del"], "del <key> ...", "deletes keys at once and says how many there were", static (shell, words, stop) => words.Count > 0 ? DelAsync(shell, words, stop) : null, TakesKeys: true)
        {
            Details = """
                All are deleted at one revision, or none is.
                  del name age city
                """,
        },
        new(["exists"], "exists <key> ...", "says how many of the keys are there", static (shell, words, stop) => words.Count > 0 ? ExistsAsync(shell, words, stop) : null, TakesKeys: true)
        {
            Details = """
                  exists name age
                """,
        },
        new(["keys"], "keys [<prefix>]", "lists keys", static (shell, words, stop) => words.Count <= 1 ? ListAsync(shell, words.Count == 0 ? "" : words[0], withValues: false, stop) : null, TakesKeys: true)
        {
            Details = """
                Of all keys that begin with the prefix; all keys without one. Sorted by bytes.
                  keys user/
                """,
        },
        new(["getall", "all"], "getall", "lists all keys with their values", static (shell, words, stop) => words.Count == 0 ? ListAsync(shell, "", withValues: true, stop) : null)
        {
            Details = """
                All at one revision. For a file of all keys there is: lutra export
                """,
        },
    ];

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<ExitCode> PutAsync(ShellContext shell, string key, string value, CancellationToken stop)
    {
        var put = new PutOperation(Bytes(key), Bytes(value));
        if (TransactionVerbs.Queue(shell, put))
            return ExitCode.Ok;
        if (shell.Tickets is { } tickets)
        {
            await tickets.TakeAsync(async () => $"{shell.Manner.Done} (revision {(await shell.Client.PutAsync(put, default, CancellationToken.None)).Revision})", stop);
            return ExitCode.Ok;
        }

        await shell.Client.PutAsync(put, default, stop);
        shell.Say(shell.Manner.Done);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> GetAsync(ShellContext shell, string key, CancellationToken stop)
    {
        var range = new RangeOperation(KeyRange.Single(Bytes(key)));
        if (TransactionVerbs.Queue(shell, range))
            return ExitCode.Ok;
        var found = await shell.Client.RangeAsync(range, default, stop);
        if (found.KeyValues.IsEmpty)
            return shell.Fail(ExitCode.NotFound, shell.Manner.Missing);
        var value = Answer.Text(found.KeyValues[0].Value.Span);
        shell.Say(shell.Manner.NamesKeys ? $"{key} = {value}" : value);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> DeleteAsync(ShellContext shell, string key, CancellationToken stop)
    {
        var delete = new DeleteOperation(KeyRange.Single(Bytes(key)));
        if (TransactionVerbs.Queue(shell, delete))
            return ExitCode.Ok;
        var done = await shell.Client.DeleteAsync(delete, default, stop);
        shell.Say(done.Deleted > 0 ? shell.Manner.Done : $"{shell.Manner.Done} (there was no such key)");
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> DelAsync(ShellContext shell, IReadOnlyList<string> keys, CancellationToken stop)
    {
        Operation[] deletes = [.. keys.Distinct(StringComparer.Ordinal).Select(key => new DeleteOperation(KeyRange.Single(Bytes(key))))];
        if (shell.Queued is not null)
        {
            foreach (var delete in deletes)
                TransactionVerbs.Queue(shell, delete);
            return ExitCode.Ok;
        }

        var done = await shell.Client.TransactAsync(new TransactionOperation([], [.. deletes], []), default, stop);
        shell.Say($"(integer) {done.Results.OfType<DeleteResult>().Sum(each => each.Deleted)}");
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ExistsAsync(ShellContext shell, IReadOnlyList<string> keys, CancellationToken stop)
    {
        Operation[] counts = [.. keys.Select(key => new RangeOperation(KeyRange.Single(Bytes(key)), CountOnly: true))];
        var done = await shell.Client.TransactAsync(new TransactionOperation([], [.. counts], []), default, stop);
        shell.Say($"(integer) {done.Results.OfType<RangeResult>().Sum(each => each.Count)}");
        return ExitCode.Ok;
    }

    /// <summary>Page by page, all at the revision of the first.</summary>
    private static async Task<ExitCode> ListAsync(ShellContext shell, string prefix, bool withValues, CancellationToken stop)
    {
        var range = KeyRange.Prefix(Bytes(prefix));
        var at = Revision.None;
        var any = false;
        while (true)
        {
            var page = await shell.Client.RangeAsync(new RangeOperation(range, PageSize, at, KeysOnly: !withValues), default, stop);
            foreach (var each in page.KeyValues)
                shell.Say(withValues ? $"{Answer.Text(each.Key.Span)} = {Answer.Text(each.Value.Span)}" : Answer.Text(each.Key.Span));
            any |= !page.KeyValues.IsEmpty;
            if (!page.More || page.KeyValues.IsEmpty)
                break;
            at = at == Revision.None ? page.Revision : at;
            range = range with { From = (byte[])[.. page.KeyValues[^1].Key.Span, 0] };
        }

        if (!any)
            shell.Say("No data");
        return ExitCode.Ok;
    }
}
