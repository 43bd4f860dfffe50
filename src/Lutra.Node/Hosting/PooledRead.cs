using System.Threading.Tasks.Sources;
using Lutra.Node.Requests;

namespace Lutra.Node.Hosting;

/// <summary>A linearizable read as a caller awaits it: ends when a view that is pinned from then on is new enough.</summary>
internal sealed class PooledRead(ReadDoor door) : ClientRead, IValueTaskSource, ICompletion
{
    private ManualResetValueTaskSourceCore<bool> source;
    private LutraException? failure;

    /// <summary>When it came, as the door measures.</summary>
    public long BeganAt { get; private set; }

    public ValueTask Begin(long deadlineMillis, long beganAt)
    {
        BeganAt = beganAt;
        DeadlineMillis = deadlineMillis;
        failure = null;
        return new ValueTask(this, source.Version);
    }

    public override void Ready() => door.UpToDate(this);

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
            source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            source.GetResult(token);
        }
        finally
        {
            source.Reset();
            door.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
