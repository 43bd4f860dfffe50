using System.CommandLine;
using System.Text;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Transfer;

/// <summary>All keys, or a range, as lines of JSON: one state of the store throughout.</summary>
internal sealed class ExportCommand : ClientCommand
{
    private const int PageSize = 500;

    private readonly Argument<string> file = new("file") { Description = "Where to write; - is standard output", DefaultValueFactory = _ => "-" };
    private readonly RangeOptions range = new();
    private readonly Option<long> revision = new("--revision") { Description = "Write the store as of this revision" };

    private ExportCommand()
        : base("export", "Writes keys and values as lines of JSON, all as of one revision")
    {
        Add(file);
        range.AddTo(this);
        Add(revision);
    }

    public static Command Create() => new ExportCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var wanted = range.Of(parsed);
        var counted = await client.RangeAsync(new RangeOperation(wanted, CountOnly: true, Revision: new Revision(parsed.GetValue(revision))), default, cancellationToken);
        var at = parsed.GetValue(revision) > 0 ? new Revision(parsed.GetValue(revision)) : counted.Revision;
        var path = parsed.GetRequiredValue(file);
        if (path == "-")
            await WriteAsync(client, wanted, at, counted.Count, Console.Out, cancellationToken);
        else
            await WriteFileAsync(client, wanted, at, counted.Count, path, cancellationToken);
        Failure.Hint($"{counted.Count} keys, as of revision {at}.");
        return ExitCode.Ok;
    }

    // Under another name until it is whole: half an export is never taken for one.
    private static async Task WriteFileAsync(ILutraClient client, KeyRange wanted, Revision at, long count, string path, CancellationToken cancellationToken)
    {
        var unfinished = path + ".unfinished";
        try
        {
            await using var output = new StreamWriter(unfinished, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            try
            {
                await WriteAsync(client, wanted, at, count, output, cancellationToken);
                output.Close();
                File.Move(unfinished, path, overwrite: true);
            }
            finally
            {
                File.Delete(unfinished);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LutraException(LutraError.InvalidArgument, $"{FileNames.Show(path)} cannot be written: {FileNames.Shorten(fault.Message)}", fault);
        }
    }

    private static Task<long> WriteAsync(ILutraClient client, KeyRange wanted, Revision at, long count, TextWriter output, CancellationToken cancellationToken) =>
        TransferProgress.ShowAsync("export", count, async moved =>
        {
            var written = 0L;
            while (true)
            {
                var page = await client.RangeAsync(new RangeOperation(wanted, PageSize, at), default, cancellationToken);
                foreach (var each in page.KeyValues)
                    await output.WriteLineAsync(KeyLine.Write(each));
                written += page.KeyValues.Length;
                moved(written);
                if (!page.More || page.KeyValues.IsEmpty)
                    break;
                wanted = wanted with { From = (byte[])[.. page.KeyValues[^1].Key.Span, 0] };
            }

            await output.FlushAsync(cancellationToken);
            return written;
        });
}
