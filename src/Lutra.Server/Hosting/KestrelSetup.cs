using Lutra.Server.Port;
using Lutra.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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
    private const int Http2StreamsMax = 1000;

    public static void Apply(KestrelServerOptions kestrel, ListenAddress address, LutraServerOptions options, HandoffTransport handoff, ServerTls? tls, ILogger logger)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = RequestLineSizeBytesMax;
        limits.MaxRequestHeadersTotalSize = HeadersSizeBytesMax;
        limits.MaxConcurrentConnections = options.ConnectionsMax ?? OpenFileLimit.ConnectionsFor(OpenFileLimit.Current());
        limits.MaxConcurrentUpgradedConnections = options.PeerConnectionsMax;
        limits.Http2.MaxRequestHeaderFieldSize = RequestLineSizeBytesMax;
        limits.Http2.MaxStreamsPerConnection = Http2StreamsMax;
        limits.Http2.InitialConnectionWindowSize = Http2WindowSizeBytes;
        limits.Http2.InitialStreamWindowSize = Http2WindowSizeBytes;

        // The face counts the bytes of a body itself, and says more than Kestrel would.
        limits.MaxRequestBodySize = null;

        var splitter = new ProtocolSplitter(handoff, tls is not null, options.ClassifyTimeout, options.UnclassifiedMax, options.Rest.Time, logger);
        void Serve(ListenOptions listen)
        {
            listen.Protocols = tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            ((IConnectionBuilder)listen).Use(splitter.Use);
            if (tls is not null)
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = tls.OnConnection, HandshakeTimeout = options.ClassifyTimeout });
        }

        if (address.Ip is { } ip)
            kestrel.Listen(ip, address.Port, Serve);
        else if (address.Port == 0)
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, Serve);
        else
            kestrel.ListenLocalhost(address.Port, Serve);
        kestrel.Listen(new HandoffEndPoint(), static listen => listen.Protocols = HttpProtocols.Http2);
    }
}
