using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Node;
using Lutra.Node.Loop;
using Lutra.Node.Requests;

namespace Lutra.Simulation.Cluster;

/// <summary>How a request ended.</summary>
public sealed record Ending(OperationResult? Result, LutraError? Error, string? Message)
{
    public bool IsDone => Result is not null;

    public bool IsUnknown => Error == LutraError.OutcomeUnknown;
}

/// <summary>Takes requests into one node, as its faces do, and tells how they ended. Where the node dies first, nothing is told.</summary>
internal sealed class SimulatedRequests(NodeLoop loop, NodeClock clock, LutraNodeOptions options, ulong origin, Action<ProposalId> acknowledged)
{
    private ulong lastNumber;

    public void Write(Command command, string? idempotencyKey, Action<Ending> ended)
    {
        var number = ++lastNumber;
        var envelope = new CommandEnvelope(new ProposalId(origin, number), clock.WallMillis, IdempotencyKey: idempotencyKey);
        loop.Post(new PendingWrite(number, CommandCodec.Encode(envelope, command), clock.NowMillis + options.RequestTimeoutMillis, ended, acknowledged));
    }

    public void Read(RangeOperation range, Action<Ending> ended) =>
        loop.Post(new PendingRead(loop, range, clock.NowMillis + options.RequestTimeoutMillis, ended));

    private sealed class PendingWrite : ClientWrite
    {
        private readonly Action<Ending> ended;
        private readonly Action<ProposalId> acknowledged;

        public PendingWrite(ulong number, byte[] command, long deadlineMillis, Action<Ending> ended, Action<ProposalId> acknowledged)
        {
            (Number, Command, DeadlineMillis) = (number, command, deadlineMillis);
            this.ended = ended;
            this.acknowledged = acknowledged;
        }

        public override void Applied(in AppliedEntry entry)
        {
            acknowledged(entry.Proposal);
            ended(new Ending(entry.Result, entry.Refusal?.Error, entry.Refusal?.Message));
        }

        public override void Failed(LutraError error, string message) => ended(new Ending(null, error, message));
    }

    private sealed class PendingRead : ClientRead
    {
        private readonly NodeLoop loop;
        private readonly RangeOperation range;
        private readonly Action<Ending> ended;

        public PendingRead(NodeLoop loop, RangeOperation range, long deadlineMillis, Action<Ending> ended)
        {
            this.loop = loop;
            this.range = range;
            this.ended = ended;
            DeadlineMillis = deadlineMillis;
        }

        public override void Ready()
        {
            using var view = loop.Replica!.Keyspace.Pin();
            try
            {
                ended(new Ending(view.Range(range), null, null));
            }
            catch (LutraException refusal)
            {
                ended(new Ending(null, refusal.Error, refusal.Message));
            }
        }

        public override void Failed(LutraError error, string message) => ended(new Ending(null, error, message));
    }
}
