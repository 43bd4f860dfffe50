using System.Collections.Concurrent;
using Lutra.Keyspace;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Loop;
using Lutra.Node.Measures;
using Lutra.Node.Requests;

namespace Lutra.Node.Hosting;

/// <summary>Where writes of this process enter the node: checked, counted, encoded, posted; and answered on the pool.</summary>
internal sealed class WriteDoor(NodeLoop loop, NodeClock clock, LutraNodeOptions options, ulong origin)
{
    private const int PoolMax = 1024;

    private readonly ConcurrentQueue<PooledWrite> pool = new();
    private readonly Admission admission = new(options.RequestsMax, options.RequestBytesMax);
    private readonly Completions completions = new();
    private readonly RequestMeasures measures = loop.Measures.Writes;
    private long lastNumber;

    /// <summary>How writes went since the start.</summary>
    public RequestCounts Counts => measures.Read(admission.Requests, admission.Bytes);

    /// <summary>The request ends as the task does: done, certainly not done, or unknown. A caller that stops waiting changes nothing.</summary>
    public ValueTask<OperationResult> Write(Command command, WriteOptions write, in Caller caller)
    {
        var number = (ulong)Interlocked.Increment(ref lastNumber);
        var envelope = new CommandEnvelope(new ProposalId(origin, number), clock.WallMillis, IdempotencyKey: write.IdempotencyKey, Caller: Sayable(caller, command));
        if (CommandRules.Check(envelope, command) is { } refused)
            throw new LutraException(refused.Error, refused.Message);
        var encoded = CommandCodec.Encode(envelope, command);
        if (CommandRules.CheckSize(encoded.Length) is { } tooLarge)
            throw new LutraException(tooLarge.Error, tooLarge.Message);
        measures.Made.Add();
        if (!admission.TryEnter(encoded.Length))
        {
            measures.Failed(LutraError.Overloaded);
            throw new LutraException(
                LutraError.Overloaded,
                $"This node has {admission.Requests} requests at work; the most are {admission.RequestsMax}, or {admission.BytesMax} bytes. Nothing was done.");
        }

        if (!pool.TryDequeue(out var request))
            request = new PooledWrite(this);
        var task = request.Begin(number, encoded, clock.NowMillis + options.RequestTimeoutMillis, measures.Took.Start());
        loop.Post(request);
        return task;
    }

    /// <summary>
    /// Returns when the log has come to a feature level, which a cluster agrees on as soon as it has a leader: who comes just then need not come again. After the
    /// time of a request it returns all the same, and <see cref="Write"/> says what is missing.
    /// </summary>
    public async ValueTask AgreedAsync(uint level, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.RequestTimeoutMillis);
        try
        {
            while (loop.Replica is { } replica && replica.Keyspace.FeatureLevel < level)
                await NodeHost.Changed(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever writes now is refused.
        }
    }

    // Before the log says that all nodes know of users nobody is asked for, and what would say who asks is not understood.
    private Caller Sayable(in Caller caller, Command command)
    {
        if (command is AlarmCommand && loop.Replica is { Keyspace.FeatureLevel: < KeyspaceLimits.AlarmFeatureLevel })
            throw new LutraException(LutraError.Unavailable, "The cluster has not agreed yet that all its nodes know of alarms: ask again. Nothing was done.");
        if (caller.Kind == CallerKind.Nobody && command is not AuthCommand)
            return caller;
        if (loop.Replica is not { Keyspace.FeatureLevel: < KeyspaceLimits.AuthFeatureLevel })
            return caller;
        return command is AuthCommand
            ? throw new LutraException(LutraError.Unavailable, "The cluster has not agreed yet that all its nodes know of users: ask again. Nothing was done.")
            : Caller.Nobody;
    }

    internal void Applied(PooledWrite request)
    {
        measures.Took.Stop(request.BeganAt);
        Finished(request);
    }

    internal LutraException RefusalOf(LutraError error, string message) => NodeRefusal.Of(loop, error, message);

    internal void Failed(PooledWrite request, LutraError error)
    {
        measures.Failed(error);
        Finished(request);
    }

    private void Finished(PooledWrite request)
    {
        admission.Leave(request.Command.Length);
        completions.Add(request);
    }

    internal void Return(PooledWrite request)
    {
        if (pool.Count < PoolMax)
            pool.Enqueue(request);
    }
}
