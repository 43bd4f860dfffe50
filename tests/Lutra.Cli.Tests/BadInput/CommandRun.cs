namespace Lutra.Cli.Tests.BadInput;

/// <summary>One command line, run in this process as the program runs it.</summary>
internal sealed record CommandRun(int Exit, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What escapes here would end the program with a stack trace.</summary>
    public static async Task<CommandRun> OfAsync(string[] args)
    {
        var (output, errors, input) = (Console.Out, Console.Error, Console.In);
        using var written = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(written));
        Console.SetError(TextWriter.Synchronized(complained));
        Console.SetIn(TextReader.Null);
        try
        {
            var exit = await Task.Run(() => CommandLine.RunAsync(args)).WaitAsync(Patience);
            return new CommandRun(exit, written.ToString(), complained.ToString());
        }
        catch (Exception escaped)
        {
            throw new InvalidOperationException($"lutra {Show(args)}: {escaped}", escaped);
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
            Console.SetIn(input);
        }
    }

    public static string Show(IEnumerable<string> args) =>
        string.Join(' ', args.Select(word => word.Length > 60 ? $"{word[..60]}… ({word.Length} characters)" : $"'{word.ReplaceLineEndings("\\n")}'"));
}
