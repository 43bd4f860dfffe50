using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Lutra.Server.Port;

/// <summary>
/// Kestrel's sockets, taken no faster than those that are too many can be refused. A connection that is refused is open until its turn has come: where hundreds come at
/// once and the machine is busy, they would use up the process's files before the limit of connections had closed one of them. What waits, waits in the system.
/// </summary>
/// <param name="sockets">Kestrel's own.</param>
/// <param name="openMax">How many may be open at once, whatever becomes of them; for all addresses together.</param>
[SuppressMessage(
    "Design", "CA1001", Justification = "The last connections may tell of their end after the server was disposed of, and a semaphore without a handle holds nothing of the system's.")]
internal sealed class BoundedSockets(IConnectionListenerFactory sockets, int openMax) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SemaphoreSlim free = new(openMax);

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), free);

    private sealed class Listener(IConnectionListener inner, SemaphoreSlim free) : IConnectionListener
    {
        private readonly CancellationTokenSource unbound = new();

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                await free.WaitAsync(unbound.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }

            ConnectionContext? connection = null;
            try
            {
                connection = await inner.AcceptAsync(cancellationToken);
                connection?.ConnectionClosed.UnsafeRegister(static gate => ((SemaphoreSlim)gate!).Release(), free);
                return connection;
            }
            finally
            {
                if (connection is null)
                    free.Release();
            }
        }

        // Called more than once.
        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await unbound.CancelAsync();
            await inner.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await unbound.CancelAsync();
            await inner.DisposeAsync();
        }
    }
}
