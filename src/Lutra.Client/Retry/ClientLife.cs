namespace Lutra.Client.Retry;

/// <summary>Whether a client was disposed of. What is under way then ends at once, and says so; nothing is begun or tried again.</summary>
internal sealed class ClientLife : IAsyncDisposable
{
    private readonly CancellationTokenSource ended = new();

    /// <summary>Cancelled when the client is disposed of.</summary>
    public CancellationToken Ended => ended.Token;

    public bool HasEnded => ended.IsCancellationRequested;

    // The source itself is kept: whoever calls later still asks it.
    public async ValueTask DisposeAsync() => await ended.CancelAsync();

    /// <summary>Whether a call broke off because of this, and not because its caller gave up.</summary>
    public bool Caused(Exception failure, CancellationToken cancellationToken) =>
        HasEnded && !cancellationToken.IsCancellationRequested && failure is (OperationCanceledException or ObjectDisposedException);

    public static LutraException Stopped(Exception? cause = null) => new(LutraError.Stopped, "This client was disposed of. Nothing was done.", cause);
}
