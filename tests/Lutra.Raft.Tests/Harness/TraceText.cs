using System.Text;

namespace Lutra.Raft.Tests.Harness;

/// <summary>How things read in a trace: terse, and the same on every run.</summary>
internal static class TraceText
{
    public static string Name(NodeId? id) => id is { } node ? $"n{node.Value}" : "nobody";

    public static string Role(RoleName role) => role == RoleName.PreCandidate ? "pre-candidate" : role.ToString().ToLowerInvariant();

    public static string Payload(Entry entry) => Encoding.UTF8.GetString(entry.Payload.Span);

    public static string Describe(Entry entry) => entry.Kind switch
    {
        EntryKind.Empty => $"{entry.Position} empty",
        EntryKind.Command when entry.Payload.Length > 40 => $"{entry.Position} {entry.Payload.Length} bytes",
        EntryKind.Command => $"{entry.Position} {Payload(entry)}",
        EntryKind.Configuration => $"{entry.Position} {Describe(Configuration.Decode(entry.Payload.Span))}",
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Kind, "Not a kind of entry."),
    };

    /// <summary>The first and the last where there are many.</summary>
    public static string Describe(IReadOnlyList<Entry> entries) => entries.Count <= 4
        ? string.Join(", ", entries.Select(Describe))
        : $"{Describe(entries[0])} … {Describe(entries[^1])}";

    /// <summary><c>{n1 n2 n3}</c>, learners as <c>+n4</c>, the outgoing half of a joint configuration after <c>from</c>.</summary>
    public static string Describe(Configuration configuration)
    {
        var words = configuration.Voters.Select(node => Name(node))
            .Concat(configuration.Learners.Select(node => $"+{Name(node)}"))
            .Concat(configuration.Members.Where(member => member.Node is null).Select(member => $"?{member.Label}"));
        var outgoing = configuration.IsJoint ? $" from {string.Join(' ', configuration.OutgoingVoters.Select(node => Name(node)))}" : "";
        return $"{{{string.Join(' ', words)}{outgoing}}}";
    }

    public static string Describe(HardState state) => $"term {state.Term}" + (state.Vote is { } vote ? $" vote {Name(vote)}" : "");

    public static string Describe(DiskWrite write) =>
        write is HardStateWrite hardState ? Describe(hardState.HardState) : Describe(((LogWrite)write).Entries);

    public static string Describe(RaftStatus status) =>
        $"{Name(status.Id)}@{status.Term} {Role(status.Role)} vote={Name(status.Vote)} leader={Name(status.Leader)} last={status.Last} "
        + $"commit={status.Commit} applied={status.Applied} {Describe(status.Configuration)}";

    /// <param name="senderTerm">The message's term is shown where it differs from this.</param>
    public static string Describe(Message message, Term senderTerm)
    {
        var term = message.Term == senderTerm ? "" : $" @{message.Term}";
        return $"{message.GetType().Name}{term}{Body(message)}";
    }

    private static string Body(Message message) => message switch
    {
        PreVoteRequest m => $" last={m.LastEntry}",
        PreVoteReply m => m.Granted ? " granted" : " refused",
        VoteRequest m => $" last={m.LastEntry}" + (m.Transfer ? " transfer" : ""),
        VoteReply m => m.Granted ? " granted" : " refused",
        AppendRequest m => $" prev={m.Previous}{Entries(m)} commit={m.Commit}{Round(m.Round)}",
        AppendAccepted m => $" matched={m.Matched}{Round(m.Round)}",
        AppendRejected m => $" prev={m.Previous} hint={m.Hint}{Round(m.Round)}",
        Heartbeat m => $" commit={m.Commit}{Round(m.Round)}",
        HeartbeatReply m => Round(m.Round),
        SnapshotOffer m => $" {m.Position} {Describe(m.Configuration)}",
        TimeoutNow m => $" last={m.LastIndex}",
        ReadIndexRequest m => $" read={m.Read}",
        ReadIndexReply m => $" read={m.Read} " + (m.Index is { } index ? $"index={index}" : "refused"),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "Not a message."),
    };

    private static string Entries(AppendRequest append) =>
        append.Entries.IsEmpty ? "" : $" [{Describe(append.Entries.ToArray())}]";

    private static string Round(ulong round) => round == 0 ? "" : $" round={round}";
}
