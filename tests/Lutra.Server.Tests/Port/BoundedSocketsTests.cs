using System.Net;
using System.Threading.Channels;
using Lutra.Server.Port;
using Microsoft.AspNetCore.Connections;

namespace Lutra.Server.Tests.Port;

/// <summary>Connections are taken while there is room for them, and wait in the system while there is none.</summary>
public sealed class BoundedSocketsTests
{
    private static readonly IPEndPoint anywhere = new(IPAddress.Loopback, 0);

    private readonly Arrivals arrivals = new();

    [Fact]
    public async Task No_more_are_taken_than_may_be_open_until_one_has_ended()
    {
        await using var listener = await new BoundedSockets(arrivals, openMax: 2).BindAsync(anywhere);
        arrivals.Come(3);
        var first = await listener.AcceptAsync();
        await listener.AcceptAsync();
        var third = listener.AcceptAsync();
        Assert.False(third.IsCompleted);
        first!.Abort();
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task All_addresses_share_the_room()
    {
        var sockets = new BoundedSockets(arrivals, openMax: 1);
        await using var one = await sockets.BindAsync(anywhere);
        await using var other = await sockets.BindAsync(anywhere);
        arrivals.Come(2);
        var first = await one.AcceptAsync();
        var second = other.AcceptAsync();
        Assert.False(second.IsCompleted);
        first!.Abort();
        Assert.NotNull(await second);
    }

    [Fact]
    public async Task Who_waits_for_room_hears_that_the_server_stops()
    {
        var listener = await new BoundedSockets(arrivals, openMax: 1).BindAsync(anywhere);
        arrivals.Come(2);
        await listener.AcceptAsync();
        var waiting = listener.AcceptAsync();
        await listener.UnbindAsync();
        Assert.Null(await waiting);
        await listener.UnbindAsync();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task An_accept_that_fails_takes_no_room()
    {
        await using var listener = await new BoundedSockets(arrivals, openMax: 1).BindAsync(anywhere);
        for (var i = 0; i < 3; i++)
        {
            arrivals.Fail();
            await Assert.ThrowsAsync<IOException>(() => listener.AcceptAsync().AsTask());
        }

        arrivals.Come(1);
        Assert.NotNull(await listener.AcceptAsync());
    }

    // What the system would hand out.
    private sealed class Arrivals : IConnectionListenerFactory
    {
        private readonly Channel<ConnectionContext?> waiting = Channel.CreateUnbounded<ConnectionContext?>();

        public void Come(int count)
        {
            for (; count > 0; count--)
                Assert.True(waiting.Writer.TryWrite(new Arrival()));
        }

        public void Fail() => Assert.True(waiting.Writer.TryWrite(null));

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new Listener(waiting.Reader));

        private sealed class Listener(ChannelReader<ConnectionContext?> arrivals) : IConnectionListener
        {
            public EndPoint EndPoint => anywhere;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
                await arrivals.ReadAsync(cancellationToken) ?? throw new IOException("It broke before it was taken.");

            public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => default;

            public ValueTask DisposeAsync() => default;
        }
    }

    private sealed class Arrival : DefaultConnectionContext
    {
        private readonly CancellationTokenSource closed = new();

        public Arrival() => ConnectionClosed = closed.Token;

        public override void Abort(ConnectionAbortedException abortReason) => closed.Cancel();
    }
}
