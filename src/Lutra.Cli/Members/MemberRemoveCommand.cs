using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

internal sealed class MemberRemoveCommand : ClientCommand
{
    private readonly Argument<string> member = MemberCommand.MemberArgument();

    public MemberRemoveCommand()
        : base("remove", "Removes a member; its node stops, and its folder can never come back") => Add(member);

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(member);
        MemberAnswer.Write(answer, await client.ChangeMembersAsync(new RemoveMember(name), cancellationToken), $"Member {name} removed.");
        return ExitCode.Ok;
    }
}
