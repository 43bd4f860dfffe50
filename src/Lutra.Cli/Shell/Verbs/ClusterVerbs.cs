namespace Lutra.Cli.Shell.Verbs;

/// <summary>Who leads, who belongs, how a node is.</summary>
internal static class ClusterVerbs
{
    public static readonly IReadOnlyList<Verb> All =
    [
        new(["leader"], "leader [transfer [<id>]]", "who leads; hands leadership over", static (shell, words, stop) => words switch
        {
            [] => LeaderAsync(shell, stop),
            ["transfer"] => MemberVerbs.TransferAsync(shell, null, stop),
            ["transfer", var to] => MemberVerbs.TransferAsync(shell, to, stop),
            _ => null,
        })
        {
            Details = """
                  leader                 who leads now
                  leader transfer        to the member that is furthest
                  leader transfer 2      to member 2
                """,
            Words = ["transfer"],
        },
        new(["members"], "members", "the members of the cluster", static (shell, words, stop) => words.Count == 0 ? MembersAsync(shell, stop) : null)
        {
            Details = """
                By label, with the address where its peers reach it.
                """,
        },
        new(["status"], "status [<server>]", "what the node, or another server, does", static (shell, words, stop) => words.Count <= 1 ? StatusAsync(shell, words, stop) : null)
        {
            Details = """
                  status
                  status localhost:2381
                """,
        },
        new(["info"], "info", "the node and its cluster, in short", static (shell, words, stop) => words.Count == 0 ? InfoAsync(shell, stop) : null)
        {
            Details = """
                Version, node, cluster, role, term, leader, members, revision.
                """,
        },
        new(["cluster"], "cluster info|status|add|remove", "the same as info, status, add and remove", static (shell, words, stop) => words switch
        {
            [var what] when Is(what, "info") => InfoAsync(shell, stop),
            [var what] when Is(what, "status") => StatusAsync(shell, [], stop),
            [var what, var id, var address] when Is(what, "add") => MemberVerbs.AddAsync(shell, id, address, stop),
            [var what, var id] when Is(what, "remove") => MemberVerbs.RemoveAsync(shell, id, stop),
            _ => null,
        })
        {
            Details = """
                  cluster status
                  cluster add 4 localhost:8004
                  cluster remove 4
                """,
            Words = ["info", "status", "add", "remove"],
        },
        new(["ping"], "ping [<text>]", "asks the cluster for a sign of life", static (shell, words, stop) => words.Count <= 1 ? PingAsync(shell, words, stop) : null)
        {
            Details = """
                Answers PONG, or the text, when a node answers.
                """,
        },
        new(["echo"], "echo <text>", "says it again", static (shell, words, _) =>
        {
            shell.Say(string.Join(' ', words));
            return Task.FromResult(ExitCode.Ok);
        })
        {
            Details = """
                  echo hello
                """,
        },
    ];

    private static async Task<ExitCode> LeaderAsync(ShellContext shell, CancellationToken stop)
    {
        var status = await shell.Client.StatusAsync(stop);
        if (status.Role == NodeRole.Leader)
            shell.Say("Current node is Leader");
        else if (status.LeaderLabel is { } leader)
            shell.Say($"Current Leader node ID: {leader}");
        else
            return shell.Refuse(ExitCode.Unavailable, $"Failed to get Leader: {Why(status)}");
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> MembersAsync(ShellContext shell, CancellationToken stop)
    {
        var members = await shell.Client.MembersAsync(stop);
        shell.Say("Cluster members:");
        foreach (var member in members.Members)
            shell.Say($"  Node {member.Label}: {member.PeerAddress}{(member.IsLeader ? " (leader)" : member.IsLearner ? member.HasStarted ? " (learner)" : " (learner, never started)" : "")}");
        return ExitCode.Ok;
    }

    public static async Task<ExitCode> StatusAsync(ShellContext shell, IReadOnlyList<string> words, CancellationToken stop)
    {
        if (words.Count == 0)
            return Show(shell, await shell.Client.StatusAsync(stop));
        await using var other = shell.Connect(words[0]);
        return Show(shell, await other.StatusAsync(stop));
    }

    private static ExitCode Show(ShellContext shell, NodeStatus status)
    {
        shell.Say($"node: {status.Label}");
        shell.Say($"state: {status.Role}");
        shell.Say($"term: {status.Term}");
        shell.Say($"leader: {status.LeaderLabel ?? "none"}");
        shell.Say($"commit_index: {status.CommitIndex}");
        shell.Say($"applied_index: {status.AppliedIndex}");
        shell.Say($"revision: {status.Revision}");
        shell.Say($"members: {status.Members}");
        shell.Say($"health: {status.Health}");
        foreach (var line in status.Waiting)
            shell.Say($"waiting: {line}");
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> InfoAsync(ShellContext shell, CancellationToken stop)
    {
        var status = await shell.Client.StatusAsync(stop);
        shell.Say($"lutra {status.Version}, node {status.Label} of cluster {status.ClusterName} ({status.Cluster ?? "not yet created"})");
        shell.Say($"{status.Role} in term {status.Term}, leader {status.LeaderLabel ?? "none"}, {status.Members} members, revision {status.Revision}");
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> PingAsync(ShellContext shell, IReadOnlyList<string> words, CancellationToken stop)
    {
        await shell.Client.StatusAsync(stop);
        shell.Say(words.Count == 0 ? "PONG" : words[0]);
        return ExitCode.Ok;
    }

    private static bool Is(string word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Why(NodeStatus status) =>
        status.Waiting.IsEmpty ? "no majority of the members can be reached; start more of them" : string.Join("; ", status.Waiting);
}
