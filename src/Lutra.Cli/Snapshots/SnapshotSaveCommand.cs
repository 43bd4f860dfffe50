using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;
using Lutra.Cli.Transfer;
using Lutra.Keyspace.Snapshots;
using Lutra.Storage.Files;

namespace Lutra.Cli.Snapshots;

/// <summary>Takes a snapshot from a running cluster: written under another name, read back whole, synced, and only then given its name.</summary>
internal sealed class SnapshotSaveCommand : ClientCommand
{
    private readonly Argument<string> file = SnapshotCommand.FileArgument("Where to write it");
    private readonly Option<bool> local = new("--local") { Description = "Take what the asked node has, without asking the majority: it may be old" };
    private readonly Option<bool> force = new("--force") { Description = "Replace the file if there is one" };

    public SnapshotSaveCommand()
        : base("save", "Writes the whole store, as of one revision, into a file; writes go on meanwhile")
    {
        Add(file);
        Add(local);
        Add(force);
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        try
        {
            var target = new SnapshotFile(parsed.GetRequiredValue(file));
            if (target.Exists && !parsed.GetValue(force))
                throw new LutraException(LutraError.InvalidArgument, $"{target.Path} is there already. Name another file, or say --force to replace it.");
            var options = new ReadOptions(parsed.GetValue(local) ? Consistency.Local : Consistency.Linearizable);
            using var saved = await SaveAsync(client, options, target, cancellationToken);
            if (answer.IsJson)
                Answer.Json(SnapshotFile.Json(target.Path, saved));
            else
                Console.Out.WriteLine(
                    $"Saved {target.Path}: revision {saved.Header.Revision}, {saved.KeyCount} keys, {saved.LeaseCount} leases, {SnapshotFile.Size(saved.LengthBytes)}.");
            return ExitCode.Ok;
        }
        catch (DiskException fault)
        {
            Failure.Write($"{fault.Message}. No snapshot was saved.");
            return ExitCode.Error;
        }
    }

    private static async Task<SnapshotReader> SaveAsync(ILutraClient client, ReadOptions options, SnapshotFile target, CancellationToken cancellationToken)
    {
        try
        {
            using var written = target.CreateUnfinished();
            await TransferProgress.ShowAsync("save", 1, moved => ReceiveAsync(client.SnapshotAsync(options, cancellationToken), written, moved));
            written.Sync();
            var read = await TransferProgress.ShowAsync("check", 1, moved => Task.FromResult(SnapshotFile.ReadWhole(written, moved)));
            target.Finish();
            return read;
        }
        finally
        {
            target.DeleteUnfinished();
        }
    }

    private static async Task<long> ReceiveAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, IFile target, Action<double> moved)
    {
        var offset = 0L;
        SnapshotHeader? header = null;
        await foreach (var piece in pieces)
        {
            target.Write(piece.Span, offset);
            offset += piece.Length;
            if (header is null && offset >= SnapshotHeader.SizeBytes)
                header = ReadHeader(target);
            // What the store had to read may be more than what it sends: the bar may end early, and never stands at its end before that.
            moved(header is { AboutBytes: > 0 } known ? Math.Min(0.99, (double)offset / known.AboutBytes) : 0);
        }
        moved(1);
        return offset;
    }

    private static SnapshotHeader ReadHeader(IFile target)
    {
        Span<byte> bytes = stackalloc byte[SnapshotHeader.SizeBytes];
        var read = target.Read(bytes, 0);
        return SnapshotHeader.Read(bytes[..read], target.Path);
    }
}
