using Lutra.Node.Peers;
using Lutra.Node.Peers.Frames;
using Lutra.Raft;

namespace Lutra.Simulation.Recording;

/// <summary>Frames between peers in words, for people.</summary>
internal static class MessageText
{
    private static readonly NodeId nobody = new(1);

    /// <summary>Each whole frame of what one node hands to the network at once; nothing where they are not whole.</summary>
    public static IEnumerable<(string What, bool IsOfConsensus)> OfAll(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > FrameHeader.SizeBytes)
        {
            var length = FrameHeader.SizeBytes + (long)FrameHeader.Read(bytes.Span).BodyLengthBytes;
            if (length <= FrameHeader.SizeBytes || length > bytes.Length)
                yield break;
            yield return Of(bytes[FrameHeader.SizeBytes..(int)length]);
            bytes = bytes[(int)length..];
        }
    }

    private static (string What, bool IsOfConsensus) Of(ReadOnlyMemory<byte> body)
    {
        var kind = (FrameKind)body.Span[0];
        if (kind < FrameKind.PreVoteRequest)
            return ($"{kind}", false);
        try
        {
            return PeerFrameCodec.Read(kind, new FrameReader(body[1..]), nobody, nobody) is RaftFrame { Message: var message } ? (Of(message), true) : ($"{kind}", false);
        }
        catch (MalformedFrameException)
        {
            return ($"{kind}, damaged", false);
        }
    }

    private static string Of(Message message)
    {
        var what = message switch
        {
            PreVoteRequest request => $"last {request.LastEntry}",
            PreVoteReply reply => reply.Granted ? "granted" : "refused",
            VoteRequest request => $"last {request.LastEntry}{(request.Transfer ? ", handed over" : "")}",
            VoteReply reply => reply.Granted ? "granted" : "refused",
            AppendRequest request => $"after {request.Previous}, {request.Entries.Length} entries, commit {request.Commit}, round {request.Round}",
            AppendAccepted accepted => $"matched {accepted.Matched}, round {accepted.Round}",
            AppendRejected rejected => $"not at {rejected.Previous}, hint {rejected.Hint}",
            Heartbeat heartbeat => $"commit {heartbeat.Commit}, round {heartbeat.Round}",
            HeartbeatReply reply => $"round {reply.Round}",
            SnapshotOffer offer => $"state at {offer.Position}",
            TimeoutNow timeout => $"last {timeout.LastIndex}",
            ReadIndexRequest request => $"read {request.Read}",
            ReadIndexReply reply => reply.Index is { } index ? $"read {reply.Read} at {index}" : $"read {reply.Read} refused",
            _ => "",
        };
        return $"{message.GetType().Name} term {message.Term}: {what}";
    }
}
