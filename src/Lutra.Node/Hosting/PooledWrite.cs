using System.Threading.Tasks.Sources;
using Lutra.Keyspace;
using Lutra.Node.Requests;

namespace Lutra.Node.Hosting;

/// <summary>A write as a caller awaits it: the request is its own task source, and goes back to its pool when the answer was taken.</summary>
internal sealed class PooledWrite(WriteDoor door) : ClientWrite, IValueTaskSource<OperationResult>, ICompletion
{
    // Set before the completion is queued, read after it: the queue is the barrier.
    private ManualResetValueTaskSourceCore<OperationResult> source;
    private OperationResult? result;
    private LutraException? failure;

    /// <summary>When it came, as the door measures.</summary>
    public long BeganAt { get; private set; }

    public ValueTask<OperationResult> Begin(ulong number, byte[] command, long deadlineMillis, long beganAt)
    {
        BeganAt = beganAt;
        (Number, Command, DeadlineMillis) = (number, command, deadlineMillis);
        (Term, Position) = (default, default);
        (result, failure) = (null, null);
        return new ValueTask<OperationResult>(this, source.Version);
    }

    public override void Applied(in AppliedEntry entry)
    {
        if (entry.Refusal is { } refusal)
            failure = new LutraException(refusal.Error, refusal.Message);
        else
            result = entry.Result;
        door.Applied(this);
    }

    public override void Failed(LutraError error, string message)
    {
        failure = door.RefusalOf(error, message);
        door.Failed(this, error);
    }

    public void Run()
    {
        if (failure is not null)
            source.SetException(failure);
        else
            source.SetResult(result!);
    }

    OperationResult IValueTaskSource<OperationResult>.GetResult(short token)
    {
        try
        {
            return source.GetResult(token);
        }
        finally
        {
            source.Reset();
            door.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<OperationResult>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<OperationResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
