using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Lutra.Server.Port;

/// <summary>
/// A connection on loan to the HTTP/2 endpoint. It has features of its own on top of the lender's, and its end gives the connection back instead of
/// closing it: the lender closes it.
/// </summary>
internal sealed class HandedOverConnection(ConnectionContext lender) : ConnectionContext
{
    private readonly TaskCompletionSource given = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the borrower is done.</summary>
    public Task GivenBack => given.Task;

    public override string ConnectionId
    {
        get => lender.ConnectionId;
        set => lender.ConnectionId = value;
    }

    public override IFeatureCollection Features { get; } = new FeatureCollection(lender.Features);

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems(lender.Items);

    public override IDuplexPipe Transport { get; set; } = AuthorityFilter.Over(lender.Transport);

    public override CancellationToken ConnectionClosed
    {
        get => lender.ConnectionClosed;
        set => lender.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => lender.LocalEndPoint;
        set => lender.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => lender.RemoteEndPoint;
        set => lender.RemoteEndPoint = value;
    }

    public override void Abort(ConnectionAbortedException abortReason) => lender.Abort(abortReason);

    public override ValueTask DisposeAsync()
    {
        given.TrySetResult();
        return base.DisposeAsync();
    }
}
