using Lutra.Server.Port;
using Lutra.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Hosting;

/// <summary>Kestrel as the server needs it: one address for HTTP/1.1 and cleartext HTTP/2, and the limits of the design.</summary>
internal static class KestrelSetup
{
    // A key of 64 KiB, every byte as %XX, and room for the rest of the line.
    private const int RequestLineSizeBytesMax = 256 * 1024;
    private const int HeadersSizeBytesMax = RequestLineSizeBytesMax + (32 * 1024);

    // Larger windows than Kestrel's let a value of the largest size arrive without stopping on the way; for small ones they make no difference.
    private const int Http2WindowSizeBytes = 1024 * 1024;

    // etcd's clients put every watch on the one connection that they have, and some of them each on a stream of its own.
    private const int Http2StreamsMax = 20_000;

    // Kestrel's own default.
    private static readonly MinDataRate Http1ResponseRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    public static void Apply(
        KestrelServerOptions kestrel, ServerAddresses addresses, LutraServerOptions options, int connectionsMax, HandoffTransport handoff, ServerTls? tls, ILogger logger)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = RequestLineSizeBytesMax;
        limits.MaxRequestHeadersTotalSize = HeadersSizeBytesMax;
        limits.MaxConcurrentConnections = connectionsMax;
        limits.MaxConcurrentUpgradedConnections = options.PeerConnectionsMax;
        limits.Http2.MaxRequestHeaderFieldSize = RequestLineSizeBytesMax;
        limits.Http2.MaxStreamsPerConnection = Http2StreamsMax;
        limits.Http2.InitialConnectionWindowSize = Http2WindowSizeBytes;
        limits.Http2.InitialStreamWindowSize = Http2WindowSizeBytes;

        // Who watches over HTTP/2 may be slow, and is not to be cut off for it: the next event waits for him. HTTP/1.1 has its rate for each request.
        limits.MinResponseDataRate = null;

        // The face counts the bytes of a body itself, and says more than Kestrel would.
        limits.MaxRequestBodySize = null;

        var splitter = new ProtocolSplitter(handoff, tls is not null, options.ClassifyTimeout, options.UnclassifiedMax, options.Rest.Time, logger);
        void Serve(ListenOptions listen)
        {
            listen.Protocols = tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            ((IConnectionBuilder)listen).Use(splitter.Use);
            if (tls is null)
                return;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = tls.OnConnection, HandshakeTimeout = options.ClassifyTimeout });
            ((IConnectionBuilder)listen).Use(AuthorityFilter.UseWithTls);
        }

        foreach (var address in addresses.Clients)
            Listen(kestrel, address, Serve);
        foreach (var address in addresses.Metrics)
            Listen(kestrel, address, static listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(new HandoffEndPoint(), static listen => listen.Protocols = HttpProtocols.Http2);
    }

    /// <summary>Who reads an answer over HTTP/1.1 too slowly is cut off: it holds the answer in memory. Over HTTP/2 there is no such rate for one request.</summary>
    public static void SetResponseRate(HttpContext http)
    {
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate && HttpProtocol.IsHttp11(http.Request.Protocol))
            rate.MinDataRate = Http1ResponseRate;
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, Action<ListenOptions> serve)
    {
        if (address.Ip is { } ip)
            kestrel.Listen(ip, address.Port, serve);
        else if (address.Port == 0)
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, serve);
        else
            kestrel.ListenLocalhost(address.Port, serve);
    }
}
