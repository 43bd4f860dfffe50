namespace Lutra.Raft;

/// <summary>
/// What every message must be to be looked at at all. Whatever breaks it is dropped without a trace in the state: the sender is foreign,
/// broken or hostile.
/// </summary>
internal static class MessageRules
{
    /// <summary>The highest term and index that are believed: far out of reach, and far from where adding to them overflows.</summary>
    public const ulong NumberMax = ulong.MaxValue / 4;

    public static bool IsSound(Message message, NodeId self)
    {
        if (message.To != self || message.From == self || message.From.Value == 0 || !IsTerm(message.Term))
            return false;
        return message switch
        {
            PreVoteRequest request => IsEnd(request.LastEntry, request.Term),
            VoteRequest request => IsEnd(request.LastEntry, request.Term),
            AppendRequest request => IsAppend(request),
            AppendAccepted accepted => IsIndex(accepted.Matched),
            AppendRejected rejected => IsIndex(rejected.Previous) && IsEnd(rejected.Hint, rejected.Term),
            Heartbeat heartbeat => IsIndex(heartbeat.Commit),
            SnapshotOffer offer => offer.Position.Index.Value > 0 && IsTerm(offer.Position.Term) && IsEnd(offer.Position, offer.Term),
            TimeoutNow timeout => IsIndex(timeout.LastIndex),
            ReadIndexReply reply => reply.Index is not { } index || IsIndex(index),
            _ => true,
        };
    }

    private static bool IsAppend(AppendRequest request)
    {
        if (!IsEnd(request.Previous, request.Term) || !IsIndex(request.Commit))
            return false;
        var previous = request.Previous;
        foreach (ref readonly var entry in request.Entries.Span)
        {
            if (entry.Index != previous.Index.Next || entry.Term < previous.Term || entry.Term > request.Term || !IsTerm(entry.Term))
                return false;
            if (!IsPayload(entry))
                return false;
            previous = entry.Position;
        }

        return true;
    }

    private static bool IsPayload(in Entry entry) => entry.Kind switch
    {
        EntryKind.Empty => entry.Payload.IsEmpty,
        EntryKind.Command => true,
        EntryKind.Configuration => Configuration.TryDecode(entry.Payload.Span, out _, out _),
        _ => false,
    };

    /// <summary>The position where a log may end in <paramref name="term"/>: both zero or neither.</summary>
    private static bool IsEnd(LogPosition position, Term term) =>
        IsIndex(position.Index) && position.Term <= term && (position.Index.Value == 0) == (position.Term.Value == 0);

    private static bool IsIndex(LogIndex index) => index.Value <= NumberMax;

    private static bool IsTerm(Term term) => term.Value is > 0 and <= NumberMax;
}
