using Google.Protobuf;
using Lutra.Client.Grpc;
using Lutra.Tls;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>Calls of etcd's API, one by one.</summary>
internal static class EtcdCalls
{
    /// <summary>Asks the servers in turn until one answers. Throws the <see cref="GrpcException"/> of the last where none does.</summary>
    public static async Task<TReply> FirstAsync<TReply>(
        IReadOnlyList<Uri> endpoints, ClientTlsOptions? tls, Func<string?>? token, string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        for (var at = 0; ; at++)
        {
            using var channel = new GrpcChannel(endpoints[at], tls, token);
            try
            {
                return await channel.CallAsync(method, request, parser, cancellationToken);
            }
            catch (GrpcException failure) when (!failure.IsAnswer && at + 1 < endpoints.Count)
            {
                // The next one.
            }
        }
    }
}
