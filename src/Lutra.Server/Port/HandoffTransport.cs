using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Lutra.Server.Port;

/// <summary>Kestrel's transport for the one <see cref="HandoffEndPoint"/>: connections come from the middleware in front, not from a socket.</summary>
internal sealed class HandoffTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // Kestrel takes connections at once, so this only fills where the process starves; those in front then wait.
    private const int WaitingMax = 128;

    private readonly Channel<ConnectionContext> waiting =
        Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    public bool CanBind(EndPoint endpoint) => endpoint is HandoffEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Listener(waiting, endpoint));

    /// <summary>Has the connection served as HTTP/2; returns when it ended. Returns at once where the server stops.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        var lent = new HandedOverConnection(connection);
        try
        {
            await waiting.Writer.WriteAsync(lent, connection.ConnectionClosed);
        }
        catch (Exception ended) when (ended is ChannelClosedException or OperationCanceledException)
        {
            return;
        }

        await lent.GivenBack;
    }

    private sealed class Listener(Channel<ConnectionContext> waiting, EndPoint endPoint) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                if (waiting.Reader.TryRead(out var connection))
                    return connection;
            }

            return null;
        }

        // Called more than once.
        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            waiting.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            await UnbindAsync();
            while (waiting.Reader.TryRead(out var forgotten))
                await forgotten.DisposeAsync();
        }
    }
}
