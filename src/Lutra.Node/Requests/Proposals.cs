using Lutra.Keyspace.Commands;
using Lutra.Node.Loop;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Requests;

/// <summary>
/// Brings writes to the leader: appends them where this node leads, forwards them (one hop) where another does, and keeps them for a while
/// where nobody does. Nothing is ever sent twice. Loop only.
/// </summary>
internal sealed class Proposals(RaftNode raft, RoomWatch room, PeerExchange peers, PendingWrites pending, NodeClock clock, LutraNodeOptions options, RequestNumbers numbers)
{
    private const int ForwardBytesMax = 1024 * 1024;

    private readonly Queue<(ClientWrite Write, long SinceMillis)> withoutLeader = new();
    private readonly List<ClientWrite> toForward = [];
    private readonly Dictionary<ulong, ulong[]> forwarded = [];
    private readonly List<ClientWrite> scratch = [];

    public void Submit(ClientWrite write)
    {
        if (raft.Role == RoleName.Leader && !raft.IsTransferring)
            AppendHere(write);
        else if (raft.Leader is { } leader && leader != raft.Id)
            toForward.Add(write);
        else
        {
            Marks.WriteWaitsForLeader.Hit();
            withoutLeader.Enqueue((write, clock.NowMillis));
        }
    }

    /// <summary>After a batch of inputs: what has gathered for the leader goes in one frame.</summary>
    public void Flush()
    {
        if (withoutLeader.Count > 0 && raft.Leader is not null && !raft.IsTransferring)
        {
            for (var left = withoutLeader.Count; left > 0; left--)
                Submit(withoutLeader.Dequeue().Write);
        }

        var first = 0;
        while (first < toForward.Count)
            first = ForwardSome(first);
        toForward.Clear();
    }

    /// <summary>A node that does not lead sent us these.</summary>
    public void Receive(NodeId from, ProposeFrame frame)
    {
        var results = new ForwardResult[frame.Commands.Count];
        for (var at = 0; at < results.Length; at++)
            results[at] = AppendFor(frame, frame.Commands[at]);
        peers.Send(from, new ProposeReplyFrame(frame.Request, results));
    }

    public void Receive(ProposeReplyFrame reply)
    {
        if (!forwarded.Remove(reply.Request, out var numbers) || reply.Results.Count != numbers.Length)
        {
            Marks.ForwardReplyOfAnotherTime.Hit();
            return;
        }
        for (var at = 0; at < numbers.Length; at++)
        {
            // What was appended is answered when it has been applied here.
            if (reply.Results[at] is { Error: { } error } refused && pending.Take(numbers[at]) is { } write)
                write.Failed(error, refused.Message ?? "The leader refused the command. Nothing was done.");
        }
    }

    /// <summary>Another leader or term, or the way to the leader broke: replies that still come say nothing any more.</summary>
    public void LeaderChanged() => forwarded.Clear();

    /// <summary>This node no longer leads: what it appended and does not know to be committed may still come to be, or not (pitfall C04).</summary>
    public void SteppedDown(Term ledTerm)
    {
        Marks.WritesOfLostLeadership.Hit();
        var commit = raft.Commit;
        EndWhere(
            write => write.Term == ledTerm && write.Position.Index > commit,
            LutraError.OutcomeUnknown,
            "This node stopped leading before the write was known to be committed: it may or may not be done.");
    }

    public void Tick(long nowMillis)
    {
        pending.TakeExpired(nowMillis, scratch);
        Marks.WriteUnknownForTime.HitIf(scratch.Count > 0);
        foreach (var write in scratch)
            write.Failed(LutraError.OutcomeUnknown, "The write was not confirmed in time: it may or may not be done.");
        scratch.Clear();

        for (var left = withoutLeader.Count; left > 0; left--)
        {
            var (write, sinceMillis) = withoutLeader.Dequeue();
            if (nowMillis >= write.DeadlineMillis || nowMillis - sinceMillis >= 2L * options.ElectionTimeoutMillis)
            {
                Marks.WriteFoundNoLeader.Hit();
                write.Failed(LutraError.Unavailable, "No leader is known: a majority of the members may not be up. Nothing was done.");
            }
            else
                withoutLeader.Enqueue((write, sinceMillis));
        }
    }

    /// <summary>The node stops: what was not sent is certainly not done, the rest is unknown.</summary>
    public void Stop()
    {
        Flush();
        while (withoutLeader.TryDequeue(out var waiting))
            waiting.Write.Failed(LutraError.Stopped, "The node is stopping. Nothing was done.");
        EndWhere(_ => true, LutraError.OutcomeUnknown, "The node stopped before the write was confirmed: it may or may not be done.");
    }

    private void AppendHere(ClientWrite write)
    {
        if (room.RefusalOf(write.Command) is { } noRoom)
        {
            Marks.WriteRefusedForSpace.Hit();
            write.Failed(LutraError.NoSpace, noRoom);
            return;
        }

        CommandCodec.StampTime(write.Command.Span, clock.WallMillis);
        write.Term = raft.Term;
        var result = raft.Propose(write.Command);
        if (result.Outcome != ProposeOutcome.Appended)
        {
            var refusal = RefusalOf(result);
            write.Failed(refusal.Error!.Value, refusal.Message!);
            return;
        }

        write.Position = result.Position;
        pending.Add(write);
    }

    private ForwardResult AppendFor(ProposeFrame frame, ReadOnlyMemory<byte> received)
    {
        if (raft.Role != RoleName.Leader || raft.Term != frame.Term)
        {
            Marks.ForwardedToFormerLeader.Hit();
            return RefusalOf(new ProposeResult(ProposeOutcome.NotLeader, default, raft.Leader));
        }
        // What is appended must be readable on every node for ever, so it is read once here before it may enter the log.
        var command = received.ToArray();
        try
        {
            CommandCodec.Decode(command);
        }
        catch (FormatException damaged)
        {
            return new ForwardResult(LutraError.InvalidArgument, damaged.Message);
        }

        if (room.RefusalOf(command) is { } noRoom)
            return new ForwardResult(LutraError.NoSpace, noRoom);
        CommandCodec.StampTime(command, clock.WallMillis);
        return RefusalOf(raft.Propose(command));
    }

    private int ForwardSome(int first)
    {
        var writes = new List<ClientWrite>();
        var bytes = 0;
        var at = first;
        for (; at < toForward.Count && (bytes == 0 || bytes + toForward[at].Command.Length <= ForwardBytesMax); at++)
        {
            writes.Add(toForward[at]);
            bytes += toForward[at].Command.Length;
        }

        var commands = new ReadOnlyMemory<byte>[writes.Count];
        for (var each = 0; each < commands.Length; each++)
        {
            var write = writes[each];
            write.Term = raft.Term;
            write.Position = default;
            commands[each] = write.Command;
            pending.Add(write);
        }

        var request = numbers.Next();
        if (raft.Leader is { } leader && peers.Send(leader, new ProposeFrame(request, raft.Term, commands)))
        {
            forwarded.Add(request, [.. writes.Select(write => write.Number)]);
            return at;
        }

        Marks.LeaderNotReachable.Hit();
        foreach (var write in writes)
        {
            if (pending.Take(write.Number) is not null)
                write.Failed(LutraError.Unavailable, "The leader cannot be reached from this node, or takes no more just now. Nothing was done.");
        }

        return at;
    }

    private static ForwardResult RefusalOf(in ProposeResult result) => result.Outcome switch
    {
        ProposeOutcome.Appended => default,
        ProposeOutcome.NotLeader => new(LutraError.Unavailable, "Leadership is changing. Nothing was done."),
        ProposeOutcome.Transferring => new(LutraError.Unavailable, "Leadership is being handed over. Nothing was done."),
        ProposeOutcome.Overloaded => new(LutraError.Overloaded, "Too many writes wait to be committed. Nothing was done."),
        ProposeOutcome.TooLarge => new(LutraError.TooLarge, "The command is larger than an entry of the log may be. Nothing was done."),
        _ => new(LutraError.InvalidArgument, result.Reason ?? "The leader refused the command. Nothing was done."),
    };

    private void EndWhere(Func<ClientWrite, bool> condition, LutraError error, string message)
    {
        pending.TakeWhere(condition, scratch);
        foreach (var write in scratch)
            write.Failed(error, message);
        scratch.Clear();
    }
}
