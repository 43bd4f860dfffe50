using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Lutra.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Lutra.Server.Tls;

/// <summary>
/// TLS on the one address. A certificate of the caller is asked for, not required: clients and peers show different ones, and which is needed depends on the
/// path (<see cref="CertificateGate"/>). One that is neither's ends the handshake.
/// </summary>
internal sealed class ServerTls
{
    private readonly Credentials own;
    private readonly PeerTls? peers;
    private readonly Action<string> tell;

    /// <exception cref="TlsException">A file is missing or cannot be used.</exception>
    public ServerTls(ServerTlsOptions options, TimeProvider time, Action<string> tell)
    {
        this.tell = tell;
        own = Credentials.Open(options.Files, time, tell);
        if (own.Current.Own is null)
            throw new TlsException("A server needs a certificate and its key: --cert-file and --key-file.");
        if (options.ClientCertificateRequired && own.Current.Trusted is null)
            throw new TlsException("To ask clients for certificates, a server needs the CA of those: --trusted-ca-file.");
        peers = options.Peers is { } given ? PeerTls.Open(given, time, tell) : null;
    }

    public ValueTask<SslServerAuthenticationOptions> OnConnection(TlsHandshakeCallbackContext context)
    {
        var standing = new CallerStanding(peers?.Judge(null, []) ?? PeerProof.Refused("peers do not speak at this address"));
        context.Connection.Features.Set(standing);
        var current = own.Current;
        var remote = context.Connection.RemoteEndPoint;
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = current.Own,
            ClientCertificateRequired = current.Trusted is not null || peers is not null,
            RemoteCertificateValidationCallback = (_, shown, chain, _) =>
                shown is not X509Certificate2 certificate || IsKnown(standing, remote, certificate, chain?.ChainPolicy.ExtraStore ?? [], current.Trusted),
        });
    }

    private bool IsKnown(CallerStanding standing, EndPoint? remote, X509Certificate2 shown, X509Certificate2Collection between, X509Certificate2Collection? trusted)
    {
        standing.ClientFault = trusted is null ? "this server believes no client certificates" : CertificateTrust.FaultOfClient(shown, between, trusted);
        standing.User = standing.ClientFault is null ? CommonName.Of(shown) : null;
        if (peers is not null)
            standing.Peer = peers.Judge(shown, between);
        if (standing is { ClientFault: null } or { Peer.Fault: null })
            return true;

        // The other side hears that the connection ended, and hardly why.
        tell($"Refused {remote}: its certificate is not believed: {standing.ClientFault}");
        return false;
    }
}
