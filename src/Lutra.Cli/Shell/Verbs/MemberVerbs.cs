namespace Lutra.Cli.Shell.Verbs;

/// <summary>Changing who belongs, and who leads.</summary>
internal static class MemberVerbs
{
    public static readonly IReadOnlyList<Verb> All =
    [
        new(["add"], "add <id> <host:port>", "adds a member, which votes once it has caught up", static (shell, words, stop) => words.Count == 2 ? AddAsync(shell, words[0], words[1], stop) : null)
        {
            Details = """
                It joins as a learner, so one that never starts holds up nothing. Then start
                its node with --join; the answer says how. Works on any node.
                  add 4 localhost:8004
                """,
        },
        new(["remove"], "remove <id>", "removes a member", static (shell, words, stop) => words.Count == 1 ? RemoveAsync(shell, words[0], stop) : null)
        {
            Details = """
                By label, member id or address. A leader that is removed hands over first. Its
                folder can never come back.
                  remove 4
                """,
        },
        new(["promote"], "promote <id>", "makes a learner a voter", static (shell, words, stop) => words.Count == 1 ? PromoteAsync(shell, words[0], stop) : null)
        {
            Details = """
                Only needed for one that was added with manual promotion.
                  promote 4
                """,
        },
    ];

    public static async Task<ExitCode> AddAsync(ShellContext shell, string id, string address, CancellationToken stop)
    {
        if (new LutraNodeOptions { Label = id }.Errors() is [var fault, ..])
            return shell.Refuse(ExitCode.Usage, $"Invalid node ID: {id}: {fault[(fault.IndexOf(": ", StringComparison.Ordinal) + 2)..]}");
        var done = await TryAsync(shell, "add node", new AddMember(address, id), stop);
        if (done is null)
            return ExitCode.Error;
        shell.Say("Node added successfully");
        if (done.Members.Members.FirstOrDefault(member => member.Id == done.Member) is { HasStarted: false } added)
            shell.Say(Members.MemberAddCommand.HowToStart(added, done.Members));
        return ExitCode.Ok;
    }

    public static async Task<ExitCode> RemoveAsync(ShellContext shell, string id, CancellationToken stop)
    {
        if (await TryAsync(shell, "remove node", new RemoveMember(id), stop) is null)
            return ExitCode.Error;
        shell.Say("Node removed successfully");
        return ExitCode.Ok;
    }

    public static async Task<ExitCode> TransferAsync(ShellContext shell, string? to, CancellationToken stop)
    {
        try
        {
            shell.Say($"Node {await shell.Client.MoveLeaderAsync(to, stop)} leads");
            return ExitCode.Ok;
        }
        catch (LutraException refused)
        {
            return shell.Refuse(ExitCode.Error, $"Failed to transfer leadership: {refused.Message}");
        }
    }

    private static async Task<ExitCode> PromoteAsync(ShellContext shell, string id, CancellationToken stop)
    {
        if (await TryAsync(shell, "promote node", new PromoteMember(id), stop) is null)
            return ExitCode.Error;
        shell.Say("Node promoted successfully");
        return ExitCode.Ok;
    }

    private static async Task<MemberChangeResult?> TryAsync(ShellContext shell, string what, MemberChange change, CancellationToken stop)
    {
        try
        {
            return await shell.Client.ChangeMembersAsync(change, stop);
        }
        catch (LutraException refused)
        {
            shell.Refuse(ExitCode.Error, $"Failed to {what}: {refused.Message}");
            return null;
        }
    }
}
