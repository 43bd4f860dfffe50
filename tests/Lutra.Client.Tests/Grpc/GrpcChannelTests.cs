using Lutra.Client.Grpc;
using Lutra.Protocol.Etcd;

namespace Lutra.Client.Tests.Grpc;

/// <summary>How calls end whose connection fails.</summary>
public sealed class GrpcChannelTests
{
    // What the handler does where a connection is lost while a call's messages are still going out.
    private static readonly OperationCanceledException SendingGivenUp = new("The operation was canceled.");

    [Fact]
    public async Task A_stream_whose_sending_is_given_up_with_its_connection_is_broken_and_not_cancelled()
    {
        using var channel = Channel(SendingGivenUp);
        await using var call = channel.Open("etcdserverpb.Watch/Watch", WatchResponse.Parser, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<GrpcException>(() => call.ReadAsync(CancellationToken.None).AsTask());
        Assert.Equal(GrpcException.Unavailable, failure.Status);
    }

    [Fact]
    public async Task And_so_is_a_call_which_then_may_have_been_done()
    {
        using var channel = Channel(SendingGivenUp);
        var failure = await Assert.ThrowsAsync<GrpcException>(() => channel.CallAsync("etcdserverpb.KV/Put", new PutRequest(), PutResponse.Parser, CancellationToken.None).AsTask());
        Assert.Equal(GrpcException.Unavailable, failure.Status);
        Assert.False(failure.IsBeforeSending);
    }

    [Fact]
    public async Task What_the_caller_cancels_is_cancelled()
    {
        using var channel = Channel(SendingGivenUp);
        var cancelled = new CancellationToken(canceled: true);
        await using var call = channel.Open("etcdserverpb.Watch/Watch", WatchResponse.Parser, cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ReadAsync(cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.CallAsync("etcdserverpb.KV/Put", new PutRequest(), PutResponse.Parser, cancelled).AsTask());
    }

    private static GrpcChannel Channel(Exception failure) => new(new HttpMessageInvoker(new FailingHandler(failure)), new Uri("http://otter"), asksInOurWords: true);

    private sealed class FailingHandler(Exception failure) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(failure);
    }
}
