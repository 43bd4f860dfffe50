using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd;

/// <summary>Carries out a method for whatever carries its messages: admits the call, gives it its end, and turns refusals into etcd's.</summary>
/// <param name="metadata">What the client sent beside its messages, by lower-case name.</param>
/// <param name="certificate">The user that the client's verified certificate names; null: none, or it says nothing here.</param>
/// <param name="deadline">Null: the client waits as long as it takes.</param>
/// <param name="aborted">Cancelled when the client is gone.</param>
internal sealed class EtcdInvocation(
    EtcdFace face, Func<string, string?> metadata, string? certificate, MessageWriter reply, CancellationTokenSource? deadline, CancellationToken aborted)
{
    /// <param name="requests">Of a method that takes one message, that was read already.</param>
    public async Task RunAsync(EtcdMethod method, MessageReader requests)
    {
        CancellationTokenSource? linked = null;
        try
        {
            var node = face.Node ?? throw EtcdErrors.NoLeader;
            var call = new EtcdCall(face, node, metadata, certificate, reply, EndOf(method, out linked));
            await call.AdmitAsync(method);
            await call.AdmitCallerAsync(method);
            switch (method)
            {
                case SingleRequestMethod single:
                    await single.Handle(call, requests.Message);
                    break;
                case StreamingMethod streaming:
                    // Who opened it may wait to hear that it is open before saying anything.
                    await reply.FlushAsync(call.Ended);
                    await streaming.Handle(call, requests);
                    break;
            }
        }
        catch (LutraException refused)
        {
            throw RefusalMap.Of(refused, method.Writes);
        }
        catch (OperationCanceledException) when (deadline is { IsCancellationRequested: true })
        {
            throw EtcdErrors.DeadlineExceeded;
        }
        finally
        {
            linked?.Dispose();
        }
    }

    // What is done soon is not worth a source that hears of the client's end: it ends by itself.
    private CancellationToken EndOf(EtcdMethod method, out CancellationTokenSource? linked)
    {
        linked = null;
        if (!method.GoesOn && method is not StreamingMethod)
            return deadline?.Token ?? CancellationToken.None;
        if (deadline is null)
            return aborted;
        linked = CancellationTokenSource.CreateLinkedTokenSource(aborted, deadline.Token);
        return linked.Token;
    }
}
