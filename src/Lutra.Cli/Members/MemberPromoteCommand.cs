using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

internal sealed class MemberPromoteCommand : ClientCommand
{
    private readonly Argument<string> member = MemberCommand.MemberArgument();

    public MemberPromoteCommand()
        : base("promote", "Makes a learner that has caught up a voter") => Add(member);

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(member);
        MemberAnswer.Write(answer, await client.ChangeMembersAsync(new PromoteMember(name), cancellationToken), $"Member {name} is a voter.");
        return ExitCode.Ok;
    }
}
