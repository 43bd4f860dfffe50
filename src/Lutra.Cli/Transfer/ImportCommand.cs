using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;
using Lutra.Cli.Transfer.FromEtcd;

namespace Lutra.Cli.Transfer;

/// <summary>
/// Puts the keys of an export, many to a transaction. Where it ends early it says from which line to go on; a line that is put twice
/// does no harm.
/// </summary>
internal sealed class ImportCommand : ClientCommand
{
    private const int BatchKeysMax = 100;
    private const int BatchBytesMax = 512 * 1024;

    private readonly Argument<string> file = new("file") { Description = "What \"lutra export\" wrote; - is standard input", DefaultValueFactory = _ => "-" };
    private readonly Option<long> from = new("--from-line") { Description = "Begin at this line, the first is 1", DefaultValueFactory = _ => 1 };

    private readonly FromEtcdOptions etcd = new();

    private ImportCommand()
        : base("import", "Writes the keys and values of lines of JSON, as \"lutra export\" makes them, or copies a live etcd")
    {
        Add(file);
        Add(from);
        etcd.AddTo(this);
    }

    public static Command Create() => new ImportCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var path = parsed.GetRequiredValue(file);
        if (etcd.IsAsked(parsed))
        {
            return path == "-"
                ? await etcd.RunAsync(client, TimeoutOf(parsed), parsed, answer, cancellationToken)
                : throw new LutraException(LutraError.InvalidArgument, "Either a file is imported or etcd is copied: leave the file out, or --from-etcd.");
        }
        if (path != "-" && Directory.Exists(path))
            throw new LutraException(LutraError.InvalidArgument, $"{FileNames.Show(path)} is a folder. Name a file, or - for standard input.");
        if (path != "-" && !File.Exists(path))
            throw new LutraException(LutraError.InvalidArgument, $"There is no file {FileNames.Show(path)}. Name another, or - for standard input.");
        try
        {
            await using var input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using var lines = new StreamReader(input);
            var first = parsed.GetValue(from);
            if (first < 1)
                throw new LutraException(LutraError.InvalidArgument, $"--from-line is {first}, but the first line is 1.");
            var count = await TransferProgress.ShowAsync("import", input.CanSeek ? input.Length : 0, async moved =>
                await new Import(client, lines, first, () => moved(input.CanSeek ? input.Position : 0)).RunAsync(cancellationToken));
            Failure.Hint($"{count} keys.");
            return ExitCode.Ok;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LutraException(LutraError.InvalidArgument, $"{FileNames.Show(path)} cannot be read: {FileNames.Shorten(fault.Message)}", fault);
        }
    }

    /// <summary>One run over the lines.</summary>
    private sealed class Import(ILutraClient client, TextReader lines, long first, Action moved)
    {
        private readonly Dictionary<string, PutOperation> batch = new(StringComparer.Ordinal);
        private long bytes;
        private long count;
        private long line;
        private long done;

        public async Task<long> RunAsync(CancellationToken cancellationToken)
        {
            done = first - 1;
            while (await ReadLineAsync(cancellationToken) is { } text)
            {
                line++;
                if (line < first || text.AsSpan().Trim().IsEmpty)
                    continue;
                await AddAsync(text, cancellationToken);
            }

            await FlushAsync(cancellationToken);
            return count;
        }

        private async Task AddAsync(string text, CancellationToken cancellationToken)
        {
            PutOperation put;
            try
            {
                put = KeyLine.Read(text);
            }
            catch (FormatException fault)
            {
                await FlushAsync(cancellationToken);
                throw new LutraException(
                    LutraError.InvalidArgument, $"Line {line} cannot be imported: {fault.Message}. The lines before it are in the store: correct it and say --from-line {line}.");
            }

            // A transaction puts a key once; a full one makes room.
            var key = Convert.ToHexString(put.Key.Span);
            var size = put.Key.Length + put.Value.Length;
            if (batch.ContainsKey(key) || batch.Count == BatchKeysMax || (batch.Count > 0 && bytes + size > BatchBytesMax))
                await FlushAsync(line - 1, cancellationToken);
            batch.Add(key, put);
            bytes += size;
        }

        private Task FlushAsync(CancellationToken cancellationToken) => FlushAsync(line, cancellationToken);

        private async Task FlushAsync(long last, CancellationToken cancellationToken)
        {
            if (batch.Count == 0)
                return;
            try
            {
                await client.TransactAsync(new TransactionOperation([], [.. batch.Values], []), default, cancellationToken);
            }
            catch (LutraException fault)
            {
                throw new LutraException(fault.Error, $"{fault.Message} The lines before {done + 1} are in the store: go on with --from-line {done + 1}.", fault);
            }

            count += batch.Count;
            done = last;
            batch.Clear();
            bytes = 0;
            moved();
        }

        private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
        {
            var text = await lines.ReadLineAsync(cancellationToken);
            return text is { Length: > KeyLine.LengthMax }
                ? throw new LutraException(LutraError.TooLarge, $"Line {line + 1} has {text.Length} characters; the most are {KeyLine.LengthMax}.")
                : text;
        }
    }
}
