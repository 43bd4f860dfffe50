using Lutra.Server.Auth;
using Lutra.Server.Diagnostics;
using Lutra.Server.Etcd;
using Lutra.Server.Etcd.Gateway;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Hosting;
using Lutra.Server.Port;
using Lutra.Server.Rest;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lutra.Server;

/// <summary>
/// The faces of a store on one address: REST over HTTP/1.1 and cleartext HTTP/2, etcd's v3 API over gRPC, and the door for peers. It serves the node it is given and does not own
/// it: whoever made the node ends it, after the server has stopped.
/// </summary>
public sealed class LutraServer : IAsyncDisposable
{
    private static readonly TimeSpan StreamsPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication application;
    private readonly ILogger logger;
    private readonly EtcdFace etcd;

    private LutraServer(WebApplication application, ILogger logger, EtcdFace etcd, ListenAddress address)
    {
        this.etcd = etcd;
        this.application = application;
        this.logger = logger;
        Address = address;
    }

    /// <summary>Where the server listens, with the port that it got.</summary>
    public ListenAddress Address { get; }

    /// <summary>
    /// Listens and serves. Throws <see cref="ListenException"/> where it cannot listen or must not, <see cref="FormatException"/> for an address that is none,
    /// and <see cref="ArgumentException"/> for options out of range.
    /// </summary>
    public static async Task<LutraServer> StartAsync(ILutraClient node, LutraServerOptions options, CancellationToken cancellationToken = default)
    {
        var addresses = ServerAddresses.Of(options);
        var address = addresses.First;

        // The host would read settings files of the current folder and watch it, where the node's data often lies.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.Sources.Clear();
        SetUpLogging(builder, options);
        if (options.Tls is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        var handoff = new HandoffTransport();
        builder.Services.AddSingleton<IConnectionListenerFactory>(handoff);
        var connectionsMax = options.ConnectionsMax ?? OpenFileLimit.ConnectionsFor(OpenFileLimit.Current());
        builder.Services.AddSingleton<IConnectionListenerFactory>(services =>
            new BoundedSockets(ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), connectionsMax + OpenFileLimit.RefusedMax));
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            var logger = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Lutra.Server");
            var tls = options.Tls is { } given ? new ServerTls(given, options.Rest.Time, line => logger.AboutTls(line)) : null;
            KestrelSetup.Apply(kestrel, addresses, options, connectionsMax, handoff, tls, logger);
        });

        var application = builder.Build();
        try
        {
            var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Lutra.Server");
            var own = options.EtcdNode ?? (() => node as LutraNode);
            var door = new Doorkeeper(options.Auth);
            application.Lifetime.ApplicationStopped.Register(door.Dispose);
            var etcd = new EtcdFace(
                own, door, options.Etcd, hasTls: options.Tls is not null, application.Lifetime.ApplicationStopping);
            var face = new RestFace(node, own, door, options.Rest, logger, application.Lifetime.ApplicationStopping) { Etcd = etcd };
            var grpc = new GrpcServer(etcd, logger);
            var gateway = new EtcdGateway(etcd, logger);
            if (options.Tls is { } tls)
                Guard(application, new CertificateGate(tls.ClientCertificateRequired));
            application.Run(http =>
            {
                if (GrpcServer.IsCall(http.Request))
                    return grpc.HandleAsync(http);
                KestrelSetup.SetResponseRate(http);
                if (!addresses.Serves(http.Connection.LocalPort, http.Request.Path.Value ?? ""))
                {
                    ProblemWriter.Write(http, Problem.NoSuchPath);
                    return Task.CompletedTask;
                }

                return EtcdGateway.Serves(http.Request) ? gateway.HandleAsync(http) : face.HandleAsync(http, "");
            });
            await application.StartAsync(cancellationToken);
            var bound = address with { Port = BoundPort(application, address) };
            logger.Listening(bound.ToString());
            return new LutraServer(application, logger, etcd, bound);
        }
        catch (Exception failure)
        {
            await application.DisposeAsync();
            if (ListenException.Explain(address, failure) is { } explained)
                throw explained;
            throw;
        }
    }

    /// <summary>Hangs up peer streams, lets requests end within the stop timeout, then cuts what is left. Idempotent.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        logger.Stopping();
        await etcd.Streams.EndAsync(StreamsPatience);
        await application.StopAsync(cancellationToken);
        logger.Stopped();
    }

    public async ValueTask DisposeAsync()
    {
        await etcd.Streams.EndAsync(StreamsPatience);
        await application.StopAsync();
        await application.DisposeAsync();
    }

    private static void Guard(WebApplication application, CertificateGate gate) => application.Use((http, next) =>
    {
        if (gate.Refusal(http) is not { } refusal)
            return next(http);
        ProblemWriter.Write(http, refusal);
        return Task.CompletedTask;
    });

    private static void SetUpLogging(WebApplicationBuilder builder, LutraServerOptions options)
    {
        builder.Logging.ClearProviders();
        if (options.Logging is { } given)
            builder.Services.AddSingleton(given);
        else
            builder.Logging.AddLutraConsole(options.LogFormat);
    }

    private static int BoundPort(WebApplication application, ListenAddress address)
    {
        if (address.Port != 0)
            return address.Port;
        var bound = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return bound.Addresses.Select(one => Uri.TryCreate(one, UriKind.Absolute, out var uri) ? uri.Port : 0).First(port => port > 0);
    }
}
