namespace Lutra.Server.Etcd.Watches;

/// <summary>One watch of a stream.</summary>
internal sealed class StreamWatch(long id, bool wantsProgress, bool isFragmented, Action<StreamWatch> ready) : IDisposable
{
    private NodeWatch? source;
    private int isReady;

    public long Id => id;

    public bool WantsProgress => wantsProgress;

    public bool IsFragmented => isFragmented;

    public bool IsClosed { get; private set; }

    /// <summary>Something was sent for it since progress was last looked at.</summary>
    public bool WasHeard { get; set; } = true;

    /// <summary>Throws <see cref="LutraException"/> where it cannot begin.</summary>
    /// <param name="open">Begins it, and takes what is to be called where there may be something to take.</param>
    public void Open(Func<Action, NodeWatch> open) => source = open(Signal);

    /// <summary>There may be something to take. From any thread; tells the stream once until it is taken up.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref isReady, 1) == 0)
            ready(this);
    }

    /// <summary>The stream has taken it up: what happens from now on signals anew.</summary>
    public void TakeUp() => Volatile.Write(ref isReady, 0);

    public WatchBatch? TryTake() => source!.TryTake();

    /// <summary>Up to where it was told everything; none where it has not caught up.</summary>
    public Revision Progress() => source!.Progress();

    public void Dispose()
    {
        IsClosed = true;
        source?.Dispose();
    }
}
