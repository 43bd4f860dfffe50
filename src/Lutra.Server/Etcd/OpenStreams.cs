namespace Lutra.Server.Etcd;

/// <summary>
/// The calls that go on until somebody ends them. A server that stops ends them first, and its connections after: Kestrel cuts off what is not written yet of a
/// call whose client has not ended its side, once it has begun to close the connection. From any thread.
/// </summary>
internal sealed class OpenStreams
{
    private readonly Lock gate = new();
    // Kept for as long as the server: whoever stops it again still asks it.
    private readonly CancellationTokenSource leaving;
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;

    /// <param name="stopping">Ends them as well, where the host stops by itself.</param>
    public OpenStreams(CancellationToken stopping)
    {
        leaving = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Leaving = leaving.Token;
    }

    /// <summary>Cancelled when they are to end.</summary>
    public CancellationToken Leaving { get; }

    public void Enter()
    {
        lock (gate)
            count++;
    }

    public void Leave()
    {
        lock (gate)
        {
            if (--count == 0 && leaving.IsCancellationRequested)
                empty.TrySetResult();
        }
    }

    /// <summary>Ends them, and waits until each has told its client, or <paramref name="patience"/> is over.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        await leaving.CancelAsync();
        lock (gate)
        {
            if (count == 0)
                return;
        }

        await empty.Task.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
