using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Lutra.Cli.Help;

/// <summary>What <c>--help</c> shows, for every command: a page of ours in the place of the parser's own.</summary>
internal sealed class HelpAction : SynchronousCommandLineAction
{
    private const int WidthWhereUnknown = 80;
    private const int WidthMin = 60;
    private const int WidthMax = 110;

    /// <summary>Makes it the help of all commands below the root.</summary>
    public static void Install(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Description = "This page";
            help.Action = new HelpAction();
        }
    }

    /// <summary>Who asks for help need not say the rest rightly.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Show(parseResult.CommandResult.Command, Console.Out);
        return (int)ExitCode.Ok;
    }

    public static void Show(Command command, TextWriter output)
    {
        var width = Console.IsOutputRedirected ? WidthWhereUnknown : Math.Clamp(Console.WindowWidth, WidthMin, WidthMax);
        foreach (var line in command is RootCommand root ? RootPage.Lines(root, width) : CommandPage.Lines(command, width))
            output.WriteLine(line);
    }
}
