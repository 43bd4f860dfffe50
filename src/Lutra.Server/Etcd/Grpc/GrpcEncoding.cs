namespace Lutra.Server.Etcd.Grpc;

/// <summary>How the messages of a request may be compressed. Replies never are: clients do not ask for it, and it costs more than it saves.</summary>
internal enum GrpcEncoding
{
    Identity,
    Gzip,
}
