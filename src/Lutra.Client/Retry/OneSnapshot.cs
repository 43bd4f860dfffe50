using System.Runtime.CompilerServices;

namespace Lutra.Client.Retry;

/// <summary>
/// A snapshot from the first server that begins one. Until then others are tried, as for any read; once it has begun, its pieces come from that server or not at all,
/// because another's would be of another revision.
/// </summary>
internal sealed class OneSnapshot(CallLoop calls, ClientLife life)
{
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, life.Ended);
        await using var pieces = await calls.RunAsync(CallSafety.Read, (endpoint, stop) => BeginAsync(endpoint, options, stop, either.Token), cancellationToken);
        do
            yield return pieces.Current;
        while (await NextAsync(pieces, cancellationToken));
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (Exception broken) when (life.Caused(broken, cancellationToken))
        {
            throw ClientLife.Stopped(broken);
        }
    }

    private static async ValueTask<IAsyncEnumerator<ReadOnlyMemory<byte>>> BeginAsync(
        ILutraClient endpoint, ReadOptions options, CancellationToken beginning, CancellationToken whole)
    {
        // The time of a call bounds only how long it takes to begin.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(whole);
        var pieces = endpoint.SnapshotAsync(options, stop.Token).GetAsyncEnumerator(stop.Token);
        await using var link = beginning.Register(stop.Cancel);
        try
        {
            if (await pieces.MoveNextAsync())
                return new OwningEnumerator(pieces, stop);
            throw new LutraException(LutraError.Unavailable, "The server answered with an empty snapshot.");
        }
        catch
        {
            await pieces.DisposeAsync();
            stop.Dispose();
            throw;
        }
    }

    private sealed class OwningEnumerator(IAsyncEnumerator<ReadOnlyMemory<byte>> pieces, CancellationTokenSource stop) : IAsyncEnumerator<ReadOnlyMemory<byte>>
    {
        public ReadOnlyMemory<byte> Current => pieces.Current;

        public ValueTask<bool> MoveNextAsync() => pieces.MoveNextAsync();

        public async ValueTask DisposeAsync()
        {
            await pieces.DisposeAsync();
            stop.Dispose();
        }
    }
}
