using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Port;

/// <summary>
/// A request's body, whose every call says in one way that the client is gone: <see cref="ConnectionResetException"/>. Kestrel tells of an HTTP/2 stream that was reset as
/// a plain <see cref="IOException"/>, from whichever call comes next, and may do so before it cancels the request.
/// </summary>
internal sealed class ClientBody(PipeReader body) : PipeReader
{
    public override bool TryRead(out ReadResult result)
    {
        try
        {
            return body.TryRead(out result);
        }
        catch (IOException reset) when (IsPlain(reset))
        {
            throw Gone(reset);
        }
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await body.ReadAsync(cancellationToken);
        }
        catch (IOException reset) when (IsPlain(reset))
        {
            throw Gone(reset);
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        try
        {
            body.AdvanceTo(consumed, examined);
        }
        catch (IOException reset) when (IsPlain(reset))
        {
            throw Gone(reset);
        }
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    private static bool IsPlain(IOException failure) => failure is not (ConnectionResetException or BadHttpRequestException);

    private static ConnectionResetException Gone(IOException reset) => new(reset.Message, reset);
}
