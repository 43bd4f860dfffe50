using System.Security.Cryptography;
using Lutra.Tls;

namespace Lutra.Cli.Certificates;

/// <summary>The files of <c>lutra cert init</c>.</summary>
internal sealed class CertificateFolder(string folder, DateTimeOffset now, TimeSpan validity, TimeSpan caValidity)
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "::1"];

    public void Write(IReadOnlyList<(string Id, string[] Hosts)> nodes, IReadOnlyList<string> clients)
    {
        Directory.CreateDirectory(folder);
        using var ca = Authority("ca", "Lutra CA");
        using var peerCa = Authority("peer-ca", "Lutra peer CA");
        foreach (var (id, hosts) in nodes)
        {
            string[] covered = [.. hosts.Concat(Loopback).Distinct(StringComparer.OrdinalIgnoreCase)];
            Save($"{id}", ca.Issue(id, covered, isServer: true, isClient: false, now, validity));
            Save($"{id}-peer", peerCa.Issue(id, covered, isServer: true, isClient: true, now, validity));
            Tell($"{id}.conf", Settings(id));
        }

        foreach (var client in clients)
            Save(client, ca.Issue(client, [], isServer: false, isClient: true, now, validity));
        Console.Out.WriteLine();
        Console.Out.WriteLine($"A node:    lutra serve --config {Path.Combine(folder, $"{nodes[0].Id}.conf")} --addr {nodes[0].Hosts[0]}:2379 --peers ...");
        Console.Out.WriteLine($"A client:  lutra get KEY --server https://{nodes[0].Hosts[0]}:2379 --cacert {In("ca.crt")} --cert {In($"{clients[0]}.crt")} --key {In($"{clients[0]}.key")}");
        Console.Out.WriteLine($"{In("ca.key")} and {In("peer-ca.key")} can make more of them: keep them away from the nodes.");
    }

    private CertificateAuthority Authority(string name, string title)
    {
        if (File.Exists(In($"{name}.crt")) && File.Exists(In($"{name}.key")))
            return Read(In($"{name}.crt"), In($"{name}.key"));
        var made = CertificateAuthority.Create(title, now, caValidity);
        Save(name, (made.CertificatePem, made.KeyPem));
        return made;
    }

    private static CertificateAuthority Read(string certificate, string key)
    {
        try
        {
            return CertificateAuthority.Read(File.ReadAllText(certificate), File.ReadAllText(key));
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw new IOException($"{certificate} and {key} are no CA and its key: {fault.Message}", fault);
        }
    }

    private void Save(string name, (string Certificate, string Key) pair)
    {
        PrivateFile.Write(In($"{name}.key"), pair.Key);
        Tell($"{name}.crt", pair.Certificate);
    }

    private void Tell(string name, string text)
    {
        File.WriteAllText(In(name), text);
        Console.Out.WriteLine(In(name));
    }

    private string Settings(string id) => $"""
        # For: lutra serve --config {In($"{id}.conf")}
        id = {id}
        cert-file = {Full($"{id}.crt")}
        key-file = {Full($"{id}.key")}
        trusted-ca-file = {Full("ca.crt")}
        client-cert-auth = true
        peer-cert-file = {Full($"{id}-peer.crt")}
        peer-key-file = {Full($"{id}-peer.key")}
        peer-trusted-ca-file = {Full("peer-ca.crt")}

        """;

    private string In(string name) => Path.Combine(folder, name);

    private string Full(string name) => Path.GetFullPath(In(name));
}
