using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

internal sealed class MemberListCommand() : ClientCommand("list", "Lists the members: who votes, who learns, where they are")
{
    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        MemberAnswer.Write(answer, await client.MembersAsync(cancellationToken));
        return ExitCode.Ok;
    }
}
