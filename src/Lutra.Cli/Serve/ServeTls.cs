using Lutra.Cli.Certificates;
using Lutra.Cli.Settings;
using Lutra.Server.Tls;
using Lutra.Tls;

namespace Lutra.Cli.Serve;

/// <summary>What <c>lutra serve</c> was told about TLS, under etcd's names.</summary>
/// <param name="Server">Towards clients; null: in the clear.</param>
/// <param name="Peers">Among nodes; null: in the clear.</param>
internal sealed record ServeTls(ServerTlsOptions? Server, PeerTlsOptions? Peers)
{
    public static readonly IReadOnlyList<(string Name, string Value, string Help)> All =
    [
        ("cert-file", "FILE", "Speak TLS, with this certificate (PEM; behind it those between it and its CA)"),
        ("key-file", "FILE", "The private key of --cert-file"),
        ("trusted-ca-file", "FILE", "The CA of clients that show a certificate"),
        ("client-cert-auth", "true|false", "Clients must show a certificate of --trusted-ca-file [default: false]"),
        ("peer-cert-file", "FILE", "This node's certificate towards its peers, which show one in return"),
        ("peer-key-file", "FILE", "The private key of --peer-cert-file"),
        ("peer-trusted-ca-file", "FILE", "The CA of the peers' certificates"),
        ("peer-cert-allowed-cn", "LIST", "Common names that peers may have [default: any, if the certificate covers the peer's address]"),
        ("peer-cert-allowed-hostname", "LIST", "Hosts of which a peer's certificate must cover one [default: the peer's own address]"),
        ("auto-tls", "true|false", "Speak TLS with a certificate made on the spot. Nobody is verified: for trying things out [default: false]"),
    ];

    /// <param name="address">Where clients reach the node.</param>
    /// <param name="isShared">Peers come to the same address.</param>
    /// <param name="hasPeers">There are peers, or may come to be.</param>
    public static ServeTls From(SettingSource source, string address, bool isShared, bool hasPeers, string folder, string label, List<string> errors)
    {
        var server = Files(source, "", errors);
        var peer = Files(source, "peer-", errors);
        if (source.Flag("client-cert-auth", false))
            Needs(source, "client-cert-auth", "trusted-ca-file", errors);
        Needs(source, "trusted-ca-file", "cert-file", errors);
        Needs(source, "peer-cert-file", "peer-trusted-ca-file", errors);
        Needs(source, "peer-trusted-ca-file", "peer-cert-file", errors);
        Needs(source, "peer-cert-allowed-cn", "peer-cert-file", errors);
        Needs(source, "peer-cert-allowed-hostname", "peer-cert-file", errors);
        if (source.Flag("auto-tls", false))
            return Automatic(source, address, folder, label, errors);
        if (server.CertificateFile is not null && peer.CertificateFile is null && isShared && hasPeers)
        {
            errors.Add(
                "--cert-file makes this address speak TLS, and peers come to it, too: give --peer-cert-file, --peer-key-file and --peer-trusted-ca-file "
                + "('lutra cert init' makes them), or give peers an address of their own with --peer-addr.");
        }

        if (server.CertificateFile is null && peer.CertificateFile is not null && isShared)
            errors.Add("--peer-cert-file needs --cert-file where peers come to the clients' address, or an address of their own: --peer-addr.");
        var peers = peer.CertificateFile is null ? null : new PeerTlsOptions
        {
            Files = peer,
            ServerCaFile = isShared ? server.TrustedCaFile : null,
            AllowedCommonNames = List(source, "peer-cert-allowed-cn"),
            AllowedHosts = List(source, "peer-cert-allowed-hostname"),
        };
        return new ServeTls(
            server.CertificateFile is null ? null : new ServerTlsOptions
            {
                Files = server,
                ClientCertificateRequired = source.Flag("client-cert-auth", false),
                Peers = isShared ? peers : null,
            },
            peers);
    }

    private static ServeTls Automatic(SettingSource source, string address, string folder, string label, List<string> errors)
    {
        if (source.Find("cert-file") is { } given)
            errors.Add($"{given.Origin} names a certificate, and --auto-tls makes one: give one of them.");
        if (source.Find("peer-cert-file") is { } peers)
            errors.Add($"{peers.Origin} names a certificate, and --auto-tls makes one for peers, too: give one of them.");
        var file = AutoTls.FileOf(folder, label);
        var own = new PeerTlsOptions { Files = new TlsFiles(file, file, null), SkipVerification = true };
        return new ServeTls(new ServerTlsOptions { Files = own.Files, Peers = own }, own) { MadeFor = address };
    }

    /// <summary>The certificate is to be made for this address; null: it is there.</summary>
    public string? MadeFor { get; private init; }

    private static TlsFiles Files(SettingSource source, string prefix, List<string> errors)
    {
        Needs(source, $"{prefix}cert-file", $"{prefix}key-file", errors);
        Needs(source, $"{prefix}key-file", $"{prefix}cert-file", errors);
        return new TlsFiles(source.Find($"{prefix}cert-file")?.Text, source.Find($"{prefix}key-file")?.Text, source.Find($"{prefix}trusted-ca-file")?.Text);
    }

    private static void Needs(SettingSource source, string name, string other, List<string> errors)
    {
        if (source.Find(name) is { } given && source.Find(other) is null)
            errors.Add($"{given.Origin} is given without --{other}: they go together.");
    }

    private static string[] List(SettingSource source, string name) =>
        source.Find(name)?.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
