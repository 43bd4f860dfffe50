using System.CommandLine;
using Lutra.Storage.Files;

namespace Lutra.Cli.Output;

/// <summary>What commands share that work on files while no node runs on them: how the answer is written, and what goes wrong with disks.</summary>
internal abstract class OfflineCommand : Command
{
    private readonly Option<OutputFormat> output = new("--output", "-o")
    {
        Description = "table, plain or json [default: a table on a terminal, plain lines in a pipe]",
    };

    protected OfflineCommand(string name, string description)
        : base(name, description)
    {
        Add(output);
        SetAction(parsed => (int)Guard(() => Run(parsed, new Answer(parsed.GetValue(output)))));
    }

    protected abstract ExitCode Run(ParseResult parsed, Answer answer);

    /// <summary>Turns what disks and folders refuse into words and an exit code.</summary>
    public static ExitCode Guard(Func<ExitCode> run)
    {
        try
        {
            return run();
        }
        catch (LutraException refusal)
        {
            return Failure.Report(refusal);
        }
        catch (ArgumentException wrong)
        {
            Failure.Write(wrong.Message.Split(" (Parameter", 2)[0]);
            return ExitCode.Usage;
        }
        catch (DiskException fault)
        {
            Failure.Write($"{fault.Message}.");
            return ExitCode.Error;
        }
    }
}
