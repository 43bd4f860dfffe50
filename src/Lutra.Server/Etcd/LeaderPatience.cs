using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Etcd;

/// <summary>
/// How long a call that requires a leader is held where none is known. A member of etcd's believes in a leader that died for an election timeout, and takes such calls
/// meanwhile; here the death is mostly known at once. A client that loses its stream with the leader opens another before there is a new one: refused, it would give up.
/// </summary>
internal static class LeaderPatience
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <param name="without">For how long there has been no leader; zero: there is one.</param>
    /// <exception cref="GrpcException">There was none for <paramref name="patience"/>: <paramref name="refusal"/>.</exception>
    public static async ValueTask WaitAsync(Func<TimeSpan> without, TimeSpan patience, Func<GrpcException> refusal, CancellationToken ended)
    {
        while (without() is var elapsed && elapsed > TimeSpan.Zero)
        {
            if (elapsed >= patience)
                throw refusal();
            await Task.Delay(BetweenLooks, ended);
        }
    }
}
