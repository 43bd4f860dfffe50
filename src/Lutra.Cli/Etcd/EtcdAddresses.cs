using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary>What etcd's URLs come to: addresses to listen at and to tell others, and the nodes of the cluster. A scheme must fit what TLS there is.</summary>
internal sealed class EtcdAddresses(EtcdSettings settings, string name)
{
    private const string ClientDefault = "http://localhost:2379";
    private const string PeerDefault = "http://localhost:2380";
    private const int PartsMax = 100;

    public void Resolve()
    {
        var listen = List("listen-client-urls", ClientDefault);
        if (settings.Urls.ContainsKey("listen-client-urls") && !settings.Urls.ContainsKey("advertise-client-urls"))
            settings.Refuse("--advertise-client-urls is required when --listen-client-urls is set explicitly.");
        var hasTls = settings.Options.ContainsKey("cert-file") || IsTrue("auto-tls");
        var hasPeerTls = settings.Options.ContainsKey("peer-cert-file") || IsTrue("auto-tls");
        var listenPeer = One("listen-peer-urls", PeerDefault, hasPeerTls);
        var peer = One("initial-advertise-peer-urls", PeerDefault, hasPeerTls);
        Fit(listen, hasTls, "--cert-file and --key-file (or --auto-tls)");
        settings.Set("addr", One("advertise-client-urls", ClientDefault, hasTls));
        settings.Set("listen", Of(listen[0]));
        if (listen.Count > 1)
            settings.Set("listen-more", Joined(listen.Skip(1)));
        settings.Set("peer-addr", peer);
        if (settings.Options["addr"].Text == peer.Text)
            settings.Options.Remove("peer-addr");
        else
            settings.Set("peer-listen", listenPeer);
        if (settings.Urls.ContainsKey("listen-metrics-urls"))
            settings.Set("listen-metrics", Metrics());
        if (listen.Any(url => url.Text.StartsWith("http:", StringComparison.Ordinal)))
            settings.Set("insecure-listen", new Setting("true", "--listen-client-urls"));
        if (IsTrue("auto-tls") != IsTrue("peer-auto-tls") && settings.Urls.ContainsKey("peer-auto-tls"))
            settings.Refuse("--peer-auto-tls goes with --auto-tls: one certificate is made for clients and peers.");
        Cluster(peer);
    }

    private void Cluster(Setting own)
    {
        var nodes = new List<string>();
        foreach (var part in Parts("initial-cluster"))
        {
            var equals = part.Text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                settings.Refuse($"{part.Origin} has \"{part.Text}\", but must be a list of NAME=URL.");
            else
                nodes.Add($"{part.Text[..equals]}={Of(part with { Text = part.Text[(equals + 1)..] }).Text}");
        }

        if (nodes.Select(node => node[..node.IndexOf('=', StringComparison.Ordinal)]).GroupBy(node => node).FirstOrDefault(same => same.Count() > 1) is { } twice)
            settings.Refuse($"--initial-cluster names {twice.Key} twice: a member has one address.");
        if (nodes.Count > 0 && !nodes.Any(node => node.StartsWith($"{name}=", StringComparison.Ordinal)))
            settings.Refuse($"--initial-cluster does not name this node: couldn't find local name \"{name}\" in it.");
        else if (nodes.Count > 0 && !nodes.Contains($"{name}={own.Text}"))
            settings.Refuse($"--initial-cluster has another URL for {name} than --initial-advertise-peer-urls, {own.Text}.");
        if (nodes.Count > 1)
            settings.Set("peers", new Setting(string.Join(',', nodes), "--initial-cluster"));
        var state = settings.Urls.GetValueOrDefault("initial-cluster-state");
        if (state is { Text: "existing" })
            settings.Set("join", state with { Text = "true" });
        else if (state is not null and not { Text: "new" })
            settings.Refuse($"{state.Origin} is \"{state.Text}\", but must be new or existing.");
    }

    private Setting Metrics()
    {
        var urls = List("listen-metrics-urls", "");
        if (urls.FirstOrDefault(url => !url.Text.StartsWith("http:", StringComparison.Ordinal)) is { } secure)
            settings.Refuse($"{secure.Origin} has \"{secure.Text}\": numbers are served in the clear there; over TLS they are at the client URLs.");
        return Joined(urls);
    }

    private Setting One(string flag, string otherwise, bool hasTls)
    {
        var urls = List(flag, otherwise);
        if (urls.Count > 1)
            settings.Refuse($"{urls[0].Origin} has {urls.Count} URLs: a member has one address.");
        Fit(urls, hasTls, flag.Contains("peer", StringComparison.Ordinal) ? "--peer-cert-file, --peer-key-file and --peer-trusted-ca-file" : "--cert-file and --key-file (or --auto-tls)");
        return Of(urls[0]);
    }

    private void Fit(IReadOnlyList<Setting> urls, bool hasTls, string files)
    {
        foreach (var url in urls.Where(url => settings.Urls.Values.Any(given => given.Origin == url.Origin)))
        {
            if (url.Text.StartsWith("https:", StringComparison.Ordinal) && !hasTls)
                settings.Refuse($"{url.Origin} has {url.Text}, and there is no certificate: give {files}.");
            else if (url.Text.StartsWith("http:", StringComparison.Ordinal) && hasTls)
                settings.Refuse($"{url.Origin} has {url.Text}, and there is a certificate: write https://, every address speaks TLS then.");
        }
    }

    private List<Setting> List(string flag, string otherwise)
    {
        List<Setting> urls = [.. Parts(flag)];
        return urls.Count > 0 ? urls : [new Setting(otherwise, $"--{flag}")];
    }

    private IEnumerable<Setting> Parts(string flag)
    {
        if (!settings.Urls.TryGetValue(flag, out var given))
            return [];
        if (given.Text.AsSpan().Count(',') < PartsMax)
            return given.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => given with { Text = part });
        settings.Refuse($"{given.Origin} lists more than {PartsMax} addresses.");
        return [];
    }

    // The default port is not left out: etcd wants every port said.
    private Setting Of(Setting url)
    {
        var scheme = url.Text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? "" : url.Text[(scheme + 3)..].TrimEnd('/');
        if (scheme >= 0 && url.Text[..scheme] is "unix" or "unixs")
            settings.Refuse($"{url.Origin} has {url.Text}: there are no unix sockets here, use http://localhost:PORT.");
        else if (scheme < 0 || url.Text[..scheme] is not ("http" or "https") || address.Contains('/') || address.LastIndexOf(':') <= address.LastIndexOf(']'))
            settings.Refuse($"{url.Origin} has \"{url.Text}\", but must be a URL such as http://10.0.0.1:2379.");
        return url with { Text = address };
    }

    private Setting Joined(IEnumerable<Setting> urls) => urls.Select(Of).Aggregate((one, other) => one with { Text = $"{one.Text},{other.Text}" });

    private bool IsTrue(string flag) => (settings.Options.GetValueOrDefault(flag) ?? settings.Urls.GetValueOrDefault(flag)) is { Text: "true" };
}
