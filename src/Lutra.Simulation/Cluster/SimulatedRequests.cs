using Lutra.Keyspace;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node;
using Lutra.Node.Leases;
using Lutra.Node.Loop;
using Lutra.Node.Members;
using Lutra.Node.Requests;
using Lutra.Simulation.Recording;

namespace Lutra.Simulation.Cluster;

/// <summary>How a request ended.</summary>
public sealed record Ending(OperationResult? Result, LutraError? Error, string? Message)
{
    public bool IsDone => Result is not null;

    public bool IsUnknown => Error == LutraError.OutcomeUnknown;
}

/// <summary>Takes requests into one node, as its faces do, and tells how they ended. Where the node dies first, nothing is told.</summary>
/// <param name="record">Writes down that a client asked something, and gives what is to be called with the answer; null: nobody does.</param>
internal sealed class SimulatedRequests(
    NodeLoop loop, NodeClock clock, LutraNodeOptions options, ulong origin, Action<ProposalId> acknowledged, Func<string, string, Action<Ending>>? record = null)
{
    private const int ReadSizeBytes = 256;

    private readonly Admission writes = new(options.RequestsMax, options.RequestBytesMax);
    private readonly Admission reads = new(options.RequestsMax, options.RequestBytesMax);
    private ulong lastNumber;

    private long DeadlineMillis => clock.NowMillis + options.RequestTimeoutMillis;

    /// <param name="client">Who asks, for people.</param>
    /// <param name="caller">Who asks, for the store; null: the program that the node is embedded in, which may do everything.</param>
    public void Write(
        Command command, string? idempotencyKey, Action<Ending> ended, string client = "", ulong session = 0, ulong sequence = 0, Caller? caller = null)
    {
        ended = Recorded(client, record is null ? "" : OperationText.Of(command), ended);
        if (Sayable(caller ?? Caller.Inside, command) is not { } who)
        {
            ended(new Ending(null, LutraError.Unavailable, "the cluster has not agreed on users or alarms yet"));
            return;
        }

        var number = ++lastNumber;
        var envelope = new CommandEnvelope(new ProposalId(origin, number), clock.WallMillis, session, sequence, idempotencyKey, who);
        var encoded = CommandCodec.Encode(envelope, command);
        if (Enter(writes, encoded.Length, ended) is { } leaving)
            loop.Post(new PendingWrite(number, encoded, DeadlineMillis, leaving, acknowledged));
    }

    /// <inheritdoc cref="Write"/>
    public void Read(RangeOperation range, Action<Ending> ended, string client = "", Caller? caller = null)
    {
        ended = Recorded(client, record is null ? "" : OperationText.Of(range), ended);
        if (Enter(reads, ReadSizeBytes, ended) is { } leaving)
            loop.Post(new PendingRead(loop, range, caller ?? Caller.Inside, DeadlineMillis, leaving));
    }

    public void Ask(LeaseQuestion question, Action<LeaseAnswer> answered) => loop.Post(new PendingQuestion(question, DeadlineMillis, answered));

    // As a node's door for writes does it. Null: not yet.
    private Caller? Sayable(Caller caller, Command command)
    {
        if (command is AlarmCommand && loop.Replica is { Keyspace.FeatureLevel: < KeyspaceLimits.AlarmFeatureLevel })
            return null;
        if (loop.Replica is not { Keyspace.FeatureLevel: < KeyspaceLimits.AuthFeatureLevel })
            return caller;
        return command is AuthCommand ? null : Caller.Nobody;
    }

    private Action<Ending> Recorded(string client, string what, Action<Ending> ended) => record is null ? ended : record(client, what) + ended;

    // As a server's doors do it. Null: refused.
    private static Action<Ending>? Enter(Admission admission, int sizeBytes, Action<Ending> ended)
    {
        if (!admission.TryEnter(sizeBytes))
        {
            ended(new Ending(null, LutraError.Overloaded, "too much waits already"));
            return null;
        }

        return ending =>
        {
            admission.Leave(sizeBytes);
            ended(ending);
        };
    }

    public void Change(MemberChange change, Action<MemberAnswer> answered) => loop.Post(new PendingChange(answered)
    {
        Change = change,
        DeadlineMillis = clock.NowMillis + options.RequestTimeoutMillis,
    });

    private sealed class PendingChange(Action<MemberAnswer> answered) : ClientMemberChange
    {
        public override void Answered(MemberAnswer answer) => answered(answer);
    }

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
        private readonly Caller caller;
        private readonly Action<Ending> ended;

        public PendingRead(NodeLoop loop, RangeOperation range, Caller caller, long deadlineMillis, Action<Ending> ended)
        {
            this.loop = loop;
            this.range = range;
            this.caller = caller;
            this.ended = ended;
            DeadlineMillis = deadlineMillis;
        }

        public override void Ready()
        {
            if (loop.Replica!.Keyspace.Auth.CheckRead(caller, range.Range) is { } denied)
            {
                ended(new Ending(null, denied.Error, denied.Message));
                return;
            }

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

    private sealed class PendingQuestion : ClientLeaseQuestion
    {
        private readonly Action<LeaseAnswer> answered;

        public PendingQuestion(LeaseQuestion question, long deadlineMillis, Action<LeaseAnswer> answered)
        {
            (Question, DeadlineMillis) = (question, deadlineMillis);
            this.answered = answered;
        }

        public override void Answered(LeaseAnswer answer) => answered(answer);
    }
}
