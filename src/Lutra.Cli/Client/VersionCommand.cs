using System.CommandLine;
using System.Runtime.InteropServices;

namespace Lutra.Cli.Client;

internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Shows the version of this program");
        command.SetAction(_ => Console.Out.WriteLine($"lutra {LutraVersion.Text} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})"));
        return command;
    }
}
