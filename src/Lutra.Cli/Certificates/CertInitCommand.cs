using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Lutra.Cli.Output;

namespace Lutra.Cli.Certificates;

/// <summary>
/// Makes all files that a cluster with TLS needs: one CA for what clients see and show, one for peers, and certificates of both for each node. Run again it keeps the
/// CAs, and adds or renews the nodes and clients that it is given.
/// </summary>
internal sealed class CertInitCommand : Command
{
    private const int DaysMax = 100 * 366;
    private static readonly TimeSpan CaValidity = TimeSpan.FromDays(3650);

    private readonly Argument<string[]> nodes = new("node")
    {
        Description = "A node and where it is reached, as id=host or id=host,host; \"localhost\" and the loopback addresses are always covered",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> folder = new("--dir") { Description = "The folder for the files", HelpName = "FOLDER", DefaultValueFactory = _ => "lutra-certs" };
    private readonly Option<string[]> clients = new("--client") { Description = "A client's name, for a certificate of its own; may be given more than once", HelpName = "NAME" };
    private readonly Option<int> days = new("--days") { Description = "How long certificates of nodes and clients hold; the CAs hold for ten years", DefaultValueFactory = _ => 365 };

    public CertInitCommand()
        : base("init", "Makes a CA and certificates for the nodes and clients of a cluster; again: adds to it, or renews")
    {
        Add(nodes);
        Add(folder);
        Add(clients);
        Add(days);
        SetAction((ParseResult parsed) => (int)Run(parsed));
    }

    private ExitCode Run(ParseResult parsed)
    {
        var given = parsed.GetValue(nodes) is { Length: > 0 } named ? named : ["1=localhost"];
        var names = parsed.GetValue(clients) is { Length: > 0 } wanted ? wanted : ["client"];
        var validity = parsed.GetValue(days);
        if (validity is < 1 or > DaysMax)
            return Fault($"--days is {validity}, but must be from 1 to {DaysMax}.");
        if (given.FirstOrDefault(node => NodeOf(node) is null) is { } unclear)
            return Fault($"'{unclear}' is no node: it is written as id=host, such as 1=10.0.0.1 or node1=db1.example.org,10.0.0.1.");
        if (names.FirstOrDefault(name => !IsName(name)) is { } odd)
            return Fault($"'{odd}' is no name for a client: letters, digits, '.', '_' and '-' are.");
        try
        {
            new CertificateFolder(parsed.GetValue(folder)!, DateTimeOffset.UtcNow, TimeSpan.FromDays(validity), CaValidity)
                .Write([.. given.Select(node => NodeOf(node)!.Value)], names);
            return ExitCode.Ok;
        }
        catch (ArgumentException)
        {
            return Fault($"--dir is '{parsed.GetValue(folder)}', which no folder can be called.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Failure.Write(fault.Message);
            return ExitCode.Error;
        }
    }

    private static ExitCode Fault(string message)
    {
        Failure.Write(message);
        return ExitCode.Usage;
    }

    private static (string Id, string[] Hosts)? NodeOf(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || !IsName(text[..equals]))
            return null;
        string[] hosts = text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return hosts.Length > 0 && hosts.All(IsHost) ? (text[..equals], hosts) : null;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && text is not ("." or "..");

    private static bool IsHost(string text) => IPAddress.TryParse(text, out _) || Uri.CheckHostName(text) == UriHostNameType.Dns;
}
