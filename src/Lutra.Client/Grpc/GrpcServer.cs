using Google.Protobuf;
using Lutra.Protocol;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>One server, called once each time: what fails comes out as the store's exceptions.</summary>
internal sealed class GrpcServer(GrpcChannel channel, string name)
{
    private static readonly string IdempotencyKey = LutraHeaders.IdempotencyKey.ToLowerInvariant();

    /// <summary>For messages: where it is.</summary>
    public string Name => name;

    public async ValueTask<TResult> ReadAsync<TReply, TResult>(
        string method, IMessage request, MessageParser<TReply> parser, Func<TReply, TResult> read, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        var reply = await CallAsync(method, request, parser, default, isWrite: false, cancellationToken);
        return Parse(reply, read, isWrite: false);
    }

    /// <summary>Throws where the write has an idempotency key and the server knows none: a repeat would be done twice.</summary>
    public async ValueTask<TResult> WriteAsync<TReply, TResult>(
        string method, IMessage request, MessageParser<TReply> parser, Func<TReply, TResult> read, WriteOptions options, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        var metadata = default(GrpcMetadata);
        if (options.IdempotencyKey is { } key)
        {
            if (!await IsOursAsync(cancellationToken))
                throw Refuse("knows no idempotency keys: write without one");
            metadata = new GrpcMetadata(IdempotencyKey, key);
        }

        var reply = await CallAsync(method, request, parser, metadata, isWrite: true, cancellationToken);
        return Parse(reply, read, isWrite: true);
    }

    /// <summary>Whether the server is Lutra, and not etcd: every answer says it, and where none came yet a first is asked for.</summary>
    public async ValueTask<bool> IsOursAsync(CancellationToken cancellationToken)
    {
        if (channel.IsOurs is not { } known)
        {
            try
            {
                await channel.CallAsync("grpc.health.v1.Health/Check", new Pb.HealthCheckRequest(), Pb.HealthCheckResponse.Parser, cancellationToken);
            }
            catch (GrpcException refused) when (channel.IsOurs is not null && refused.IsAnswer)
            {
                // It has answered, whatever it was.
            }
            catch (GrpcException failure)
            {
                throw EtcdRefusals.ToException(failure, isWrite: false, name);
            }

            known = channel.IsOurs ?? false;
        }

        return known;
    }

    /// <summary>What etcd cannot do.</summary>
    public LutraException Refuse(string why) => new(LutraError.InvalidArgument, $"{name} is etcd, which {why}.");

    public GrpcStream<TReply> Open<TReply>(string method, MessageParser<TReply> parser, GrpcMetadata metadata, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply> => channel.Open(method, parser, metadata, cancellationToken);

    /// <summary>The next message of a call that reads. Throws where the server ended it.</summary>
    public async ValueTask<TReply> NextAsync<TReply>(GrpcStream<TReply> call, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        try
        {
            return await call.ReadAsync(cancellationToken) ?? throw new LutraException(LutraError.Unavailable, $"{name} has ended the call.");
        }
        catch (GrpcException failure)
        {
            throw EtcdRefusals.ToException(failure, isWrite: false, name);
        }
    }

    /// <summary>Reads what was answered; throws where that cannot be a reply.</summary>
    public TResult Parse<TReply, TResult>(TReply reply, Func<TReply, TResult> read, bool isWrite)
    {
        try
        {
            return read(reply);
        }
        catch (FormatException broken)
        {
            throw isWrite
                ? new LutraException(LutraError.OutcomeUnknown, $"{name} answered, but not in words that this client knows: the write may or may not be done.", broken)
                : new LutraException(LutraError.Unavailable, $"{name} answered, but not in words that this client knows.", broken);
        }
    }

    private async ValueTask<TReply> CallAsync<TReply>(
        string method, IMessage request, MessageParser<TReply> parser, GrpcMetadata metadata, bool isWrite, CancellationToken cancellationToken)
        where TReply : class, IMessage<TReply>
    {
        try
        {
            return await channel.CallAsync(method, request, parser, metadata, cancellationToken);
        }
        catch (GrpcException failure)
        {
            throw EtcdRefusals.ToException(failure, isWrite, name);
        }
    }
}
