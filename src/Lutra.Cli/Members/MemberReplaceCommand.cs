using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

internal sealed class MemberReplaceCommand : ClientCommand
{
    private readonly Argument<string> member = MemberCommand.MemberArgument();

    private readonly Argument<string?> address = new("address")
    {
        Description = "Where peers will reach the new node [default: at the old one's address, for a machine whose folder was lost]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> label = new("--id") { Description = "What the new node calls itself [default: whatever it says; at the same address, as the old one did]" };

    private readonly Option<string?> clientAddress = new("--client-addr") { Description = "Where clients will reach it [default: the same address]", HelpName = "host:port" };

    public MemberReplaceCommand()
        : base("replace", "Puts a new node in the place of a member, in one step once it has caught up")
    {
        Add(member);
        Add(address);
        Add(label);
        Add(clientAddress);
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(member);
        var done = await client.ChangeMembersAsync(
            new ReplaceMember(name, parsed.GetValue(address), parsed.GetValue(label), parsed.GetValue(clientAddress)), cancellationToken);
        var next = done.Members.Members.FirstOrDefault(one => one.Id == done.Member);
        MemberAnswer.Write(answer, done, next?.Replaces is null
            ? $"Member {name} is gone; its place is kept for a new node (member id {done.Member})."
            : $"Member {name} goes as soon as the new node (member id {done.Member}) has caught up.");
        if (next is { HasStarted: false } && !answer.IsJson)
            Failure.Hint(MemberAddCommand.HowToStart(next, done.Members));
        return ExitCode.Ok;
    }
}
