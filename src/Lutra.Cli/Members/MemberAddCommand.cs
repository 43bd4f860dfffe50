using System.CommandLine;
using Lutra.Cli.Client;
using Lutra.Cli.Output;

namespace Lutra.Cli.Members;

internal sealed class MemberAddCommand : ClientCommand
{
    private readonly Argument<string[]> words = new("[id] address")
    {
        Description = "Where peers will reach the new node, as host:port; its id may stand before it",
        Arity = new ArgumentArity(1, 2),
    };

    private readonly Option<string?> label = new("--id") { Description = "What the new node will call itself [default: whatever it says when it comes]" };

    private readonly Option<string?> clientAddress = new("--client-addr") { Description = "Where clients will reach it [default: the same address]", HelpName = "host:port" };

    private readonly Option<MemberPromotion> promotion = new("--promotion")
    {
        Description = "automatic: it votes as soon as it has caught up; manual: it stays a learner until 'lutra member promote'",
        DefaultValueFactory = _ => MemberPromotion.Automatic,
    };

    public MemberAddCommand()
        : base("add", "Adds a member: a learner at first, so that it holds up nothing while it is not there")
    {
        Add(words);
        Add(label);
        Add(clientAddress);
        Add(promotion);
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var given = parsed.GetRequiredValue(words);
        if (given.Length == 2 && parsed.GetValue(label) is not null)
            throw new LutraException(LutraError.InvalidArgument, "The id is given twice, before the address and with --id: give it once.");
        var (name, address) = given.Length == 2 ? (given[0], given[1]) : (parsed.GetValue(label), given[0]);
        var done = await client.ChangeMembersAsync(
            new AddMember(address, name, parsed.GetValue(clientAddress), parsed.GetValue(promotion)), cancellationToken);
        MemberAnswer.Write(answer, done, $"Member {name ?? address} added (member id {done.Member}).");
        if (done.Members.Members.FirstOrDefault(member => member.Id == done.Member) is { HasStarted: false } added && !answer.IsJson)
            Failure.Hint(HowToStart(added, done.Members));
        return ExitCode.Ok;
    }

    internal static string HowToStart(ClusterMember added, MemberList members)
    {
        var peers = string.Join(',', members.Members.Where(member => member.HasStarted).Select(member => member.PeerAddress));
        return $"Now start its node: lutra serve --id={(added.Label.Length > 0 ? added.Label : "ID")} --addr={added.PeerAddress} --join --peers={peers}";
    }
}
