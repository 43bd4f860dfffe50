using Lutra.Node.Peers;

namespace Lutra.Node.Tests.Peers.Sockets;

/// <summary>One end of a real connection, which a test can wait for.</summary>
internal sealed class RecordingHandler : IConnectionHandler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly List<byte> received = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Done)> waiters = [];
    private int sentBytes;

    public TaskCompletionSource<IConnection> WasOpened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<(CloseReason Reason, string Message)> WasClosed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Closed more than once, or spoke after the end.</summary>
    public bool BrokeTheRules { get; private set; }

    public Task<IConnection> Opened => WasOpened.Task.WaitAsync(Patience);

    public Task<(CloseReason Reason, string Message)> Closed => WasClosed.Task.WaitAsync(Patience);

    public int ReceivedBytes
    {
        get
        {
            lock (gate)
                return received.Count;
        }
    }

    public byte[] TakeReceived()
    {
        lock (gate)
            return [.. received];
    }

    public Task UntilReceived(int bytes) => Until(() => received.Count >= bytes);

    public Task UntilSent(int bytes) => Until(() => sentBytes >= bytes);

    void IConnectionHandler.Opened(IConnection connection) => WasOpened.TrySetResult(connection);

    void IConnectionHandler.Received(IConnection connection, ReadOnlySpan<byte> bytes)
    {
        BrokeTheRules |= WasClosed.Task.IsCompleted;
        lock (gate)
            received.AddRange(bytes);
        Check();
    }

    void IConnectionHandler.Sent(IConnection connection, int bytes)
    {
        BrokeTheRules |= WasClosed.Task.IsCompleted;
        lock (gate)
            sentBytes += bytes;
        Check();
    }

    void IConnectionHandler.Closed(IConnection? connection, CloseReason reason, string message) =>
        BrokeTheRules |= !WasClosed.TrySetResult((reason, message));

    private Task Until(Func<bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            waiters.Add((condition, done));
        Check();
        return done.Task.WaitAsync(Patience);
    }

    private void Check()
    {
        lock (gate)
        {
            foreach (var (condition, done) in waiters)
            {
                if (condition())
                    done.TrySetResult();
            }
        }
    }
}
