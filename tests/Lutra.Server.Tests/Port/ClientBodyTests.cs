using System.Buffers;
using System.IO.Pipelines;
using Lutra.Server.Port;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Tests.Port;

public sealed class ClientBodyTests
{
    [Fact]
    public async Task A_client_that_reset_its_stream_is_gone_whichever_call_tells_of_it()
    {
        var reset = new IOException("The client reset the request stream.");
        var body = new ClientBody(new FailingReader(reset));
        Assert.Same(reset, Assert.Throws<ConnectionResetException>(() => body.TryRead(out _)).InnerException);
        Assert.Same(reset, (await Assert.ThrowsAsync<ConnectionResetException>(() => body.ReadAsync(CancellationToken.None).AsTask())).InnerException);
        Assert.Same(reset, Assert.Throws<ConnectionResetException>(() => body.AdvanceTo(default)).InnerException);
        Assert.Same(reset, Assert.Throws<ConnectionResetException>(() => body.AdvanceTo(default, default)).InnerException);
    }

    [Fact]
    public void What_Kestrel_refuses_a_body_for_is_told_as_it_is()
    {
        var refusal = new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge);
        Assert.Same(refusal, Assert.Throws<BadHttpRequestException>(() => new ClientBody(new FailingReader(refusal)).TryRead(out _)));
        var reset = new ConnectionResetException("Connection reset by peer");
        Assert.Same(reset, Assert.Throws<ConnectionResetException>(() => new ClientBody(new FailingReader(reset)).TryRead(out _)));
    }

    [Fact]
    public async Task Bytes_pass_as_they_come()
    {
        var pipe = new Pipe();
        var body = new ClientBody(pipe.Reader);
        Assert.False(body.TryRead(out _));
        await pipe.Writer.WriteAsync("otter"u8.ToArray());
        var read = await body.ReadAsync(CancellationToken.None);
        Assert.Equal("otter"u8.ToArray(), read.Buffer.ToArray());
        body.AdvanceTo(read.Buffer.GetPosition(2), read.Buffer.End);
        await pipe.Writer.CompleteAsync();
        Assert.True(body.TryRead(out read));
        Assert.Equal("ter"u8.ToArray(), read.Buffer.ToArray());
        Assert.True(read.IsCompleted);
    }

    private sealed class FailingReader(IOException failure) : PipeReader
    {
        public override bool TryRead(out ReadResult result) => throw failure;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => ValueTask.FromException<ReadResult>(failure);

        public override void AdvanceTo(SequencePosition consumed) => throw failure;

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => throw failure;

        public override void CancelPendingRead() => throw failure;

        public override void Complete(Exception? exception = null) => throw failure;
    }
}
